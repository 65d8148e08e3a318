// Layers of documents → one bundle with a version. The operator's document replaces a shipped one of the same kind and id.
import { createHash } from 'node:crypto';
import type { DocumentFault, PolicyBundle, PolicyDocument } from '../core/document.ts';

/** Duplicates inside one layer and references that lead nowhere are faults of the later document. */
export function bundleOf(
  shipped: readonly PolicyDocument[],
  operator: readonly PolicyDocument[],
): { readonly bundle: PolicyBundle; readonly faults: readonly DocumentFault[] } {
  const faults: DocumentFault[] = [];
  const byKey = new Map<string, PolicyDocument>();
  for (const layer of [shipped, operator]) {
    const own = new Map<string, PolicyDocument>();
    for (const document of layer) {
      const key = `${document.kind} ${document.id}`;
      const earlier = own.get(key);
      if (earlier === undefined) own.set(key, document);
      else {
        const where = `${earlier.source.file}:${earlier.source.line}`;
        faults.push({
          ...document.source,
          message: `${document.kind} \`${document.id}\` is already defined in ${where}`,
        });
      }
    }
    for (const [key, document] of own) byKey.set(key, document);
  }
  const documents = [...byKey.values()];
  faults.push(...danglingReferences(documents));
  return { bundle: { version: versionOf(documents), documents }, faults };
}

function danglingReferences(documents: readonly PolicyDocument[]): DocumentFault[] {
  const faults: DocumentFault[] = [];
  const types = new Set<string>();
  const tags = new Set<string>();
  for (const document of documents) {
    if (document.kind !== 'data-type') continue;
    types.add(document.id);
    for (const tag of document.tags) tags.add(tag);
  }
  for (const document of documents) {
    if (document.kind !== 'data-policy') continue;
    for (const entry of document.match.dataTypes) {
      const isKnown = entry === '*' || (entry.startsWith('tag:') ? tags.has(entry.slice(4)) : types.has(entry));
      if (!isKnown) faults.push({ ...document.source, message: `no data type is called or tagged \`${entry}\`` });
    }
  }
  return faults;
}

function versionOf(documents: readonly PolicyDocument[]): string {
  const hash = createHash('sha256');
  // Positions are part of an explanation, not of the policy: moving a document in its file is no new version.
  for (const document of documents) hash.update(JSON.stringify({ ...document, source: document.source.file }));
  return hash.digest('hex').slice(0, 12);
}
