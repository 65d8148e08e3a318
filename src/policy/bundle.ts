// Layers of documents → one bundle with a version. The operator's document replaces a shipped one of the same kind and id.
import { createHash } from 'node:crypto';
import type { DocumentFault, PolicyBundle, PolicyDocument } from '../core/document.ts';
import { DETECTORS } from '../detectors/index.ts';
import { didYouMean } from '../yaml/issue.ts';

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
    for (const entry of namedTypes(document)) {
      const isKnown = entry === '*' || (entry.startsWith('tag:') ? tags.has(entry.slice(4)) : types.has(entry));
      if (!isKnown) faults.push({ ...document.source, message: unknownType(entry, types, tags) });
    }
  }
  const detections = detectionsOf(documents);
  for (const document of documents) {
    const named =
      document.kind === 'exception'
        ? [document.detector]
        : document.kind === 'scenario'
          ? document.partOf
          : document.kind === 'posture' && document.check.kind === 'findings'
            ? document.check.detections
            : document.kind === 'response-plan'
              ? document.match.detection
              : document.kind === 'suite'
                ? document.cases.flatMap(({ expect }) => [...(expect.findings ?? []), ...expect.notFindings])
                : [];
    const unknown = named.find((id) => id !== '*' && !detections.has(id));
    if (unknown !== undefined) {
      const message = `no finding has the id \`${unknown}\`${didYouMean(unknown, [...detections])}`;
      faults.push({ ...document.source, message });
    }
    if (document.kind !== 'exception') continue;
    for (const id of document.match.dataTypes) {
      if (!types.has(id)) faults.push({ ...document.source, message: unknownType(id, types, new Set()) });
    }
  }
  return faults;
}

function namedTypes(document: PolicyDocument): readonly string[] {
  if (document.kind === 'data-policy') return document.match.dataTypes;
  if (document.kind !== 'posture') return [];
  const { check } = document;
  return [
    ...('dataTypes' in check ? check.dataTypes : []),
    ...('bulkDataTypes' in check ? check.bulkDataTypes : []),
    ...('strictDataTypes' in check ? check.strictDataTypes : []),
  ];
}

function unknownType(entry: string, types: ReadonlySet<string>, tags: ReadonlySet<string>): string {
  const isTag = entry.startsWith('tag:');
  const known = isTag ? [...tags].map((tag) => `tag:${tag}`) : [...types];
  return `no data type is called or tagged \`${entry}\`${didYouMean(entry, known)}`;
}

/** Findings that the gateway makes of itself, and the defaults of data policies. */
const OWN_DETECTIONS = [
  'denied-actor',
  'restricted-actor',
  'protocol-violation',
  'forbidden-data-exposure',
  'sensitive-data-exposure',
  'sensitive-data-in-url',
  'data-policy-violation',
];

function detectionsOf(documents: readonly PolicyDocument[]): ReadonlySet<string> {
  const detections = new Set([...OWN_DETECTIONS, ...DETECTORS.map((detector) => detector.id)]);
  for (const document of documents) {
    if (document.kind === 'data-policy') detections.add(document.detection);
    if (document.kind === 'scenario' || document.kind === 'posture') detections.add(document.id);
  }
  return detections;
}

function versionOf(documents: readonly PolicyDocument[]): string {
  const hash = createHash('sha256');
  for (const document of documents) hash.update(JSON.stringify(withoutPlaces(document)));
  return hash.digest('hex').slice(0, 12);
}

/** Places are part of an explanation, not of the policy: nodes with other folders, or a moved document, are no new version. */
function withoutPlaces(document: PolicyDocument): object {
  const bare = { ...document, source: undefined };
  return document.kind === 'suite'
    ? { ...bare, cases: document.cases.map((one) => ({ ...one, source: undefined })) }
    : bare;
}
