// Small edits of YAML policy files that leave comments and everything else as they are.
import { type Document, isMap, isSeq, parseAllDocuments, parseDocument } from 'yaml';

export type ListKind = 'ips' | 'countries';

/** The text with one or more documents more. */
export function withDocument(text: string, yaml: string): string {
  const before = text.trimEnd();
  return `${before === '' ? '' : `${before}\n---\n`}${yaml.trim()}\n`;
}

/** Undefined when the document is not there. */
export function withoutDocument(text: string, kind: string, id: string): string | undefined {
  const documents = documentsOf(text);
  const kept = documents.filter((one) => !isThis(one, kind, id));
  if (kept.length === documents.length) return undefined;
  return (
    kept
      .map((one) =>
        String(one)
          .replace(/^---\n/, '')
          .trimEnd(),
      )
      .join('\n---\n') + (kept.length > 0 ? '\n' : '')
  );
}

/** Adds an address, range or country to a list, which is made when it is not there. */
export function withListEntry(
  text: string,
  id: string,
  action: 'allow' | 'deny',
  kind: ListKind,
  entry: string,
): string {
  const documents = documentsOf(text);
  const list = documents.find((one) => isThis(one, 'list', id));
  if (list === undefined) {
    return withDocument(
      text,
      `kind: list\nid: ${id}\naction: ${action}\nentries:\n  ${kind}:\n    - ${JSON.stringify(entry)}\n`,
    );
  }
  const entries = list.getIn(['entries', kind]);
  if (isSeq(entries)) {
    if (!(entries.toJSON() as unknown[]).includes(entry)) entries.add(entry);
  } else list.setIn(['entries', kind], [entry]);
  return together(documents);
}

/** Undefined when the entry is not there. A list that loses its last entry goes with it. */
export function withoutListEntry(text: string, id: string, entry: string): string | undefined {
  const documents = documentsOf(text);
  const list = documents.find((one) => isThis(one, 'list', id));
  if (list === undefined) return undefined;
  let isFound = false;
  let left = 0;
  for (const kind of ['ips', 'countries', 'actors'] as const) {
    const entries = list.getIn(['entries', kind]);
    if (!isSeq(entries)) continue;
    const at = (entries.toJSON() as unknown[]).indexOf(entry);
    if (at !== -1) {
      entries.delete(at);
      isFound = true;
    }
    left += entries.items.length;
  }
  if (!isFound) return undefined;
  return left === 0 ? withoutDocument(text, 'list', id) : together(documents);
}

/** What a text of one document says, for those who want its kind and id. */
export function headOf(yaml: string): { readonly kind: unknown; readonly id: unknown } {
  const value: unknown = parseDocument(yaml, { logLevel: 'silent' }).toJSON();
  const { kind, id } = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  return { kind, id };
}

function documentsOf(text: string): Document[] {
  if (text.trim() === '') return [];
  const parsed = parseAllDocuments(text, { logLevel: 'silent' });
  return Array.isArray(parsed) ? [...(parsed as Document[])] : [];
}

function isThis(document: Document, kind: string, id: string): boolean {
  return isMap(document.contents) && document.get('kind') === kind && document.get('id') === id;
}

function together(documents: readonly Document[]): string {
  return `${documents
    .map((one) =>
      String(one)
        .replace(/^---\n/, '')
        .trimEnd(),
    )
    .join('\n---\n')}\n`;
}
