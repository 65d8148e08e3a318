// Which fields of an answer are identifiers that a client may come back with.
import type { ObservedField } from './observation.ts';

const ID_NAME = /(?:^|\/|_|-)(?:id|uuid|guid|key|ref|number|no|slug|href)$|(?:Id|Uuid|Guid|Key|Ref|Number|No)$/;
const ID_FORMATS = new Set(['uuid', 'object-id', 'numeric', 'hash', 'ulid', 'prefixed-id']);

/** Pointers that were looked at, with what came of it: the same come again and again. Forgotten when there are so many. */
const REMEMBERED_MAX = 5_000;
const remembered = new Map<string, boolean>();

export function isIdentifierField(field: ObservedField): boolean {
  if (field.hash === undefined) return false;
  return isIdentifierFormat(field.format) || isIdentifierPointer(field.pointer);
}

export function isIdentifierFormat(format: string | undefined): boolean {
  return format !== undefined && ID_FORMATS.has(format);
}

export function isIdentifierPointer(pointer: string): boolean {
  const known = remembered.get(pointer);
  if (known !== undefined) return known;
  const is = ID_NAME.test(pointer);
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(pointer, is);
  return is;
}
