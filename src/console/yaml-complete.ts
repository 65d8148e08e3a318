// What can be written at the cursor of a policy, by its JSON Schema: keys of the mapping it stands in, or words of the value.
export interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly required?: readonly string[];
}

export interface Completion {
  readonly text: string;
  /** What is put in place of what was typed. */
  readonly insert: string;
  readonly note: string;
}

export interface Completions {
  readonly from: number;
  readonly items: readonly Completion[];
}

export const KINDS = [
  'data-type',
  'data-policy',
  'detector',
  'scenario',
  'response-plan',
  'list',
  'exception',
  'suite',
  'posture',
] as const;

const SHOWN_MAX = 40;

/** The kind of the document that the cursor stands in. */
export function kindAt(text: string, cursor: number): string | undefined {
  const start = text.lastIndexOf('\n---', cursor - 1);
  const end = text.indexOf('\n---', cursor);
  const document = text.slice(start === -1 ? 0 : start + 4, end === -1 ? undefined : end);
  return /^kind:[ \t]*([a-z-]+)/m.exec(document)?.[1];
}

export function completionsAt(text: string, cursor: number, schema: Schema | undefined): Completions | undefined {
  const lineStart = text.lastIndexOf('\n', cursor - 1) + 1;
  const before = text.slice(lineStart, cursor);
  if (/^\s*#/.test(before)) return undefined;
  const value = /^(\s*(?:- )*)([\w-]+):\s+(\[?(?:[^,\]]*,\s*)*)([\w-]*)$/.exec(before);
  if (value !== null) {
    const [, , key = '', , typed = ''] = value;
    if (key === 'kind' && !/^\s/.test(before))
      return found(
        KINDS.map((kind) => [kind, kind, '']),
        typed,
        cursor,
      );
    const path = [...pathAt(text, lineStart, before), key];
    return found(
      wordsOf(at(schema, path)).map((word) => [word, word, '']),
      typed,
      cursor,
    );
  }
  const bare = /^(\s*(?:- )*)([\w-]*)$/.exec(before);
  if (bare === null) return undefined;
  const [, , typed = ''] = bare;
  const path = pathAt(text, lineStart, before);
  const here = at(schema, path);
  const words = wordsOf(here);
  if (before.includes('- ') && words.length > 0)
    return found(
      words.map((word) => [word, word, '']),
      typed,
      cursor,
    );
  const keys = keysOf(here);
  const start = schema === undefined && path.length === 0 ? [['kind', 'kind: ', ''] as const] : [];
  return found(
    [...start, ...keys.map(([name, one]) => [name, insertOf(name, one, before), firstSentence(one)] as const)],
    typed,
    cursor,
  );
}

function found(
  all: readonly (readonly [string, string, string])[],
  typed: string,
  cursor: number,
): Completions | undefined {
  const items = all
    .filter(([text]) => text.startsWith(typed) && text !== typed)
    .slice(0, SHOWN_MAX)
    .map(([text, insert, note]) => ({ text, insert, note }));
  return items.length === 0 ? undefined : { from: cursor - typed.length, items };
}

/** Keys that lead to this line, by indentation. */
function pathAt(text: string, lineStart: number, line: string): string[] {
  const path: string[] = [];
  let indent = depthOf(line);
  let end = lineStart - 1;
  while (indent > 0 && end > 0) {
    const start = text.lastIndexOf('\n', end - 1) + 1;
    const above = text.slice(start, end);
    if (/^---/.test(above)) break;
    const key = /^(\s*(?:- )*)([\w-]+):/.exec(above);
    if (key !== null && (key[1]?.length ?? 0) < indent) {
      path.unshift(key[2]!);
      indent = key[1]!.length;
      // A list item's first key stands on the line of the dash.
      if (/- $/.test(key[1]!)) indent = key[1]!.lastIndexOf('- ');
    }
    end = start - 1;
  }
  return path;
}

function depthOf(line: string): number {
  return /^\s*(?:- )*/.exec(line)?.[0].length ?? 0;
}

function at(schema: Schema | undefined, path: readonly string[]): readonly Schema[] {
  let here = schema === undefined ? [] : alternatives(schema);
  for (const key of path)
    here = here.flatMap((one) => (one.properties?.[key] === undefined ? [] : alternatives(one.properties[key])));
  return here;
}

function alternatives(schema: Schema): Schema[] {
  return [
    schema,
    ...[
      ...(schema.anyOf ?? []),
      ...(schema.oneOf ?? []),
      ...(schema.items === undefined ? [] : [schema.items]),
    ].flatMap(alternatives),
  ];
}

function wordsOf(schemas: readonly Schema[]): string[] {
  const words = schemas.flatMap(({ enum: allowed, const: only, type }) =>
    only !== undefined
      ? [String(only)]
      : allowed !== undefined
        ? allowed.map(String)
        : type === 'boolean'
          ? ['true', 'false']
          : [],
  );
  return [...new Set(words)];
}

function keysOf(schemas: readonly Schema[]): (readonly [string, Schema])[] {
  const keys = new Map<string, Schema>();
  for (const { properties } of schemas) for (const [name, one] of Object.entries(properties ?? {})) keys.set(name, one);
  return [...keys];
}

function insertOf(name: string, schema: Schema, line: string): string {
  const indent = ' '.repeat(depthOf(line) + 2);
  const shapes = alternatives(schema);
  if (
    shapes.some(({ properties, items }) => properties !== undefined && items === undefined) &&
    !shapes.some(({ type }) => type === 'array')
  )
    return `${name}:\n${indent}`;
  return `${name}: `;
}

function firstSentence({ description = '' }: Schema): string {
  return description.split(/(?<=\.)\s/)[0] ?? '';
}
