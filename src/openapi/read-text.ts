// Text of an API document → its value, with places. JSON goes to JSON.parse after a linear look at its depth; everything else,
// and JSON that does not parse, to the bounded YAML reader, which says where it stopped.
import type { DocumentFault } from '../core/document.ts';
import type { YamlLimits } from '../yaml/prescan.ts';
import { readYaml } from '../yaml/read.ts';

export const DOCUMENT_BYTES_MAX = 16 * 1024 * 1024;
export const DOCUMENT_DEPTH_MAX = 100;

const YAML: YamlLimits = {
  bytesMax: 8 * 1024 * 1024,
  depthMax: DOCUMENT_DEPTH_MAX,
  aliasesMax: 1_000,
  areMergesRead: true,
};
/** JSON up to this size is read once more when a place is asked for. */
const PLACED_BYTES_MAX = 2 * 1024 * 1024;

export interface ReadText {
  readonly value: unknown;
  at(path: readonly string[], of?: 'key' | 'value'): { readonly line: number; readonly column: number };
}

/** Never throws. */
export function readText(text: string, file: string): ReadText | { readonly fault: DocumentFault } {
  const fault = (message: string): { fault: DocumentFault } => ({ fault: { file, line: 1, column: 1, message } });
  if (text.length > DOCUMENT_BYTES_MAX) return fault(`the document is larger than ${DOCUMENT_BYTES_MAX} bytes`);
  const plain = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (/^\s*\{/.test(plain)) {
    if (!isShallow(plain, DOCUMENT_DEPTH_MAX)) return fault(`nested deeper than ${DOCUMENT_DEPTH_MAX} levels`);
    try {
      return { value: JSON.parse(plain), at: (path, of) => placeInJson(plain, file, path, of) };
    } catch {
      // Perhaps YAML in flow style; else the YAML reader names the place.
    }
  }
  const { documents, faults } = readYaml(plain, file, YAML);
  if (faults[0] !== undefined) return { fault: faults[0] };
  const [first] = documents;
  if (first === undefined) return fault('the document is empty');
  if (documents.length > 1) return fault('several YAML documents in one file; an API document is one');
  return first;
}

function placeInJson(
  text: string,
  file: string,
  path: readonly string[],
  of?: 'key' | 'value',
): { readonly line: number; readonly column: number } {
  const read = text.length > PLACED_BYTES_MAX ? undefined : readYaml(text, file, YAML).documents[0];
  return read?.at(path, of) ?? { line: 1, column: 1 };
}

/** Looks at brackets outside strings only; linear. */
export function isShallow(text: string, depthMax: number): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x22) {
      i = endOfString(text, i + 1);
      if (i === -1) return true;
    } else if (c === 0x7b || c === 0x5b) {
      depth += 1;
      if (depth > depthMax) return false;
    } else if (c === 0x7d || c === 0x5d) depth -= 1;
  }
  return true;
}

function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes += 1;
    if (slashes % 2 === 0) return at;
  }
  return -1;
}
