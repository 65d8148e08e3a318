// Templates of bodies: `{{incident.title}}` becomes the value, written for where it stands. In JSON a value inside quotes is escaped
// text, and a value outside of them is a JSON value; `| csv`, `| url`, `| json`, `| text` say it otherwise.
// Values are put in once; what looks like a template inside of them stays as it is. Linear in template and values.
import { csvCell } from '../block-lists/csv-cell.ts';

const FILTERS = ['json', 'string', 'csv', 'url', 'text'] as const;
type Filter = (typeof FILTERS)[number];

export interface Template {
  fill(values: object): string;
}

/** @throws RangeError for a filter that does not exist */
export function compileTemplate(text: string, isJson: boolean): Template {
  const parts: (string | { readonly path: readonly string[]; readonly filter: Filter })[] = [];
  let from = 0;
  let isQuoted = false;
  for (const match of text.matchAll(/\{\{\s{0,20}([\w.]{1,200})\s{0,20}(?:\|\s{0,20}(\w{1,20})\s{0,20})?\}\}/g)) {
    const before = text.slice(from, match.index);
    if (isJson) isQuoted = quotedAfter(before, isQuoted);
    const filter = (match[2] ?? (isJson ? (isQuoted ? 'string' : 'json') : 'text')) as Filter;
    if (!FILTERS.includes(filter))
      throw new RangeError(`no filter is called \`${filter}\`; there is ${FILTERS.join(', ')}`);
    parts.push(before, { path: match[1]!.split('.'), filter });
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return {
    fill: (values) =>
      parts
        .map((part) => (typeof part === 'string' ? part : written(valueAt(values, part.path), part.filter)))
        .join(''),
  };
}

/** Whether a JSON text is inside a string after this part of it. */
function quotedAfter(part: string, isQuoted: boolean): boolean {
  for (let i = 0; i < part.length; i++) {
    const c = part[i];
    if (isQuoted && c === '\\') i++;
    else if (c === '"') isQuoted = !isQuoted;
  }
  return isQuoted;
}

function valueAt(values: object, path: readonly string[]): unknown {
  let at: unknown = values;
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

function written(value: unknown, filter: Filter): string {
  if (filter === 'json') return JSON.stringify(value ?? null);
  const text =
    value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  switch (filter) {
    case 'string':
      return JSON.stringify(text).slice(1, -1);
    case 'csv':
      return csvCell(text);
    case 'url':
      return encodeURIComponent(text);
    case 'text':
      return text;
    default:
      return filter satisfies never;
  }
}
