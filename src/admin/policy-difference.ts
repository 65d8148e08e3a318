// Two policies, document by document: what came, what went, and which values changed.
import type { PolicyBundle, PolicyDocument } from '../core/document.ts';
import type { DocumentName, FieldChange, PolicyDifference } from './policy-life-context.ts';

const CHANGES_PER_DOCUMENT_MAX = 100;

export function differenceOf(from: PolicyBundle, to: PolicyBundle): PolicyDifference {
  const before = byName(from);
  const after = byName(to);
  return {
    from: from.version,
    to: to.version,
    added: [...after].filter(([name]) => !before.has(name)).map(([, document]) => nameOf(document)),
    removed: [...before].filter(([name]) => !after.has(name)).map(([, document]) => nameOf(document)),
    changed: [...after].flatMap(([name, document]) => {
      const known = before.get(name);
      if (known === undefined) return [];
      const changes: FieldChange[] = [];
      compare(withoutPlaces(known), withoutPlaces(document), '', changes);
      return changes.length === 0 ? [] : [{ ...nameOf(document), changes }];
    }),
  };
}

function byName({ documents }: PolicyBundle): Map<string, PolicyDocument> {
  return new Map(documents.map((document) => [`${document.kind} ${document.id}`, document]));
}

function nameOf({ kind, id, source }: PolicyDocument): DocumentName {
  return { kind, id, source: `${source.file}:${source.line}` };
}

/** Where a document stands is not what it says. */
function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => (key === 'source' ? [] : [[key, withoutPlaces(one)]])),
  );
}

function compare(before: unknown, after: unknown, pointer: string, changes: FieldChange[]): void {
  if (changes.length >= CHANGES_PER_DOCUMENT_MAX || JSON.stringify(before) === JSON.stringify(after)) return;
  if (isRecord(before) && isRecord(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
      compare(before[key], after[key], `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, changes);
    return;
  }
  changes.push({ pointer, before, after });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
