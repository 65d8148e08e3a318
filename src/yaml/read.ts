// YAML text → values with their places. YAML 1.2 core schema: `no` is text, duplicate keys and unknown tags are faults.
import { isMap, isScalar, LineCounter, type Node, parseAllDocuments } from 'yaml';
import type { DocumentFault } from '../core/document.ts';
import { prescan, YAML_ALIASES_MAX } from './prescan.ts';

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
export function readYaml(text: string, file: string): YamlRead {
  const refused = prescan(text, file);
  if (refused !== undefined) return { documents: [], faults: [refused] };
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    schema: 'core',
    strict: true,
    uniqueKeys: true,
    merge: false,
    customTags: [],
    lineCounter: lines,
    prettyErrors: false,
  });
  const documents: YamlDocument[] = [];
  const faults: DocumentFault[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const error = document.errors[0] ?? document.warnings[0];
    if (error !== undefined) {
      const { line, col } = lines.linePos(error.pos[0]);
      faults.push({ file, line, column: col, message: plainMessage(error.code, error.message) });
      continue;
    }
    try {
      const value: unknown = document.toJS({ maxAliasCount: YAML_ALIASES_MAX });
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
      faults.push({ file, line: 1, column: 1, message: 'too many aliases; write the values out' });
    }
  }
  return { documents, faults };
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
function plainMessage(code: string, message: string): string {
  switch (code) {
    case 'DUPLICATE_KEY':
      return 'this key stands here twice; keep one';
    case 'TAB_AS_INDENT':
      return 'indent with spaces; YAML does not allow tabs';
    case 'BAD_INDENT':
      return 'the indentation does not fit the lines above';
    case 'MISSING_CHAR':
      return `a quote, bracket or colon is missing: ${message}`;
    case 'TAG_RESOLVE_FAILED':
      return 'tags (`!name`) are not supported';
    default:
      return message;
  }
}
