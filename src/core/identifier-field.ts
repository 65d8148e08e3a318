// Which fields of an answer are identifiers that a client may come back with.
import type { ObservedField } from './observation.ts';

const ID_NAME = /(?:^|\/|_|-)(?:id|uuid|guid|key|ref|number|no|slug|href)$|(?:Id|Uuid|Guid|Key|Ref|Number|No)$/;
const ID_FORMATS = new Set(['uuid', 'object-id', 'numeric', 'hash', 'ulid', 'prefixed-id']);

export function isIdentifierField(field: ObservedField): boolean {
  if (field.hash === undefined) return false;
  return (field.format !== undefined && ID_FORMATS.has(field.format)) || ID_NAME.test(field.pointer);
}
