// YAML text → values with their places. YAML 1.2 core schema: `no` is text, duplicate keys and unknown tags are faults.
import { type Document, isMap, isScalar, LineCounter, type Node, parseAllDocuments } from 'yaml';
import type { DocumentFault } from '../core/document.ts';
import { prescan, YAML_LIMITS, type YamlLimits } from './prescan.ts';

export interface YamlDocument {
  readonly value: unknown;
  /** Line and column, from 1, of the value at a path; of the nearest existing ancestor when the path does not exist. */
  at(path: readonly PropertyKey[], of?: 'key' | 'value'): { readonly line: number; readonly column: number };
}

export interface YamlRead {
  readonly documents: readonly YamlDocument[];
  readonly faults: readonly DocumentFault[];
}

/** Never throws. A document with a syntax fault is left out and named in `faults`; the others stay. */
export function readYaml(text: string, file: string, limits: YamlLimits = YAML_LIMITS): YamlRead {
  const refused = prescan(text, file, limits);
  if (refused !== undefined) return { documents: [], faults: [refused] };
  const lines = new LineCounter();
  const documents: YamlDocument[] = [];
  const faults: DocumentFault[] = [];
  const faultAt = (offset: number, message: string): void => {
    const { line, col } = lines.linePos(offset);
    faults.push({ file, line: Math.max(1, line), column: Math.max(1, col), message });
  };
  for (const document of composed(text, lines, limits.areMergesRead === true)) {
    const error = document.errors[0] ?? document.warnings[0];
    if (error !== undefined) {
      faultAt(error.pos[0], plainMessage(error.code, error.message, text.slice(error.pos[0], error.pos[1])));
      continue;
    }
    try {
      const value: unknown = document.toJS({ maxAliasCount: limits.aliasesMax });
      // An empty document, as after a trailing `---`, says nothing.
      if (value === null || value === undefined) continue;
      documents.push({
        value,
        at: (path, of = 'value') => {
          const offset = offsetOf(document.contents, path, of);
          const { line, col } = lines.linePos(offset);
          return { line, column: col };
        },
      });
    } catch {
      // Only aliases can fail here: without an anchor, inside their own anchor, or multiplying.
      faultAt(
        document.range[0],
        'an alias (`*name`) has no anchor before it, or aliases multiply; write the values out',
      );
    }
  }
  return { documents, faults };
}

function composed(text: string, lines: LineCounter, merge: boolean): readonly Document.Parsed[] {
  const parsed = parseAllDocuments(text, {
    schema: 'core',
    strict: true,
    uniqueKeys: true,
    merge,
    customTags: [],
    lineCounter: lines,
    prettyErrors: false,
  });
  return Array.isArray(parsed) ? parsed : [];
}

function offsetOf(contents: Node | null, path: readonly PropertyKey[], of: 'key' | 'value'): number {
  let node: unknown = contents;
  let offset = contents?.range?.[0] ?? 0;
  for (const [depth, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (pair === undefined) break;
      const key = pair.key as Node;
      const value = pair.value as Node | null;
      const wantsKey = of === 'key' && depth === path.length - 1;
      offset = (wantsKey ? key.range?.[0] : (value?.range?.[0] ?? key.range?.[0])) ?? offset;
      node = value;
    } else {
      const item = (node as { items?: readonly Node[] } | null)?.items?.[Number(step)];
      if (item === undefined) break;
      offset = item.range?.[0] ?? offset;
      node = item;
    }
  }
  return offset;
}

/** The parser's codes in plain words; its own sentence when we have none. */
function plainMessage(code: string, message: string, at: string): string {
  switch (code) {
    case 'DUPLICATE_KEY':
      return `the key \`${at.split(/[:\n]/, 1)[0]!.slice(0, 64)}\` stands here twice; keep one`;
    case 'TAB_AS_INDENT':
      return 'indent with spaces; YAML does not allow tabs';
    case 'BAD_INDENT':
      return 'the indentation does not fit the lines above';
    case 'MISSING_CHAR':
      return `a quote, bracket, comma or colon is missing: ${message}`;
    case 'TAG_RESOLVE_FAILED':
      return 'tags (`!name`) are not supported';
    case 'BAD_SCALAR_START':
      return 'a text that begins with this character needs quotes';
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'a `:` too many on this line; quote a text that has a colon in it';
    case 'MULTILINE_IMPLICIT_KEY':
      return 'a key on one line, its value after a colon: the colon is missing, or a line above is not closed';
    case 'BAD_DQ_ESCAPE':
      return 'no such escape in double quotes; write patterns in single quotes';
    default:
      return message;
  }
}
