// Sensitive data in a message → findings of the data policies, and the hits that have to be masked.
import type { BodyView } from '../core/detector.ts';
import type { Location } from '../core/field.ts';
import type { Finding } from '../core/finding.ts';
import type { Direction, Phase } from '../core/transaction.ts';
import { maskBody, maskText } from '../data-types/mask.ts';
import type { Hit } from '../data-types/scanner.ts';
import { placesAt } from '../decoding/json-pointers.ts';
import type { CompiledDataPolicy } from '../policy/data-policies.ts';
import type { Facts } from '../policy/match.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import { namesBefore } from './hit-names.ts';
import { NO_DATA, type SeenData } from './observe-bounds.ts';

interface PlacedHit {
  readonly hit: Hit;
  readonly pointer: string;
  readonly location: Location;
}

interface DataInspection {
  readonly findings: readonly Finding[];
  /** The body with everything masked that a policy wants masked; undefined when there is nothing to mask. */
  readonly mask: (() => Buffer) | undefined;
  /** What there was, whether a policy speaks of it or not. */
  readonly seen: () => SeenData;
}

const NOTHING: DataInspection = { findings: [], mask: undefined, seen: () => NO_DATA };

const NO_HITS: readonly Hit[] = [];

const POSITIONS = /\/\d+(?=\/|$)/g;

/** `isExcepted` says whether an exception covers a finding: then it is neither reported nor masked. */
export type IsExcepted = (finding: Finding) => boolean;

export function inspectBodyData(
  policy: CompiledPolicy,
  body: BodyView,
  direction: Direction,
  phase: Phase,
  facts: Facts,
  isExcepted: IsExcepted,
): DataInspection {
  if (!policy.dataPolicies.concernsBody(direction) || body.format === 'empty' || body.format === 'binary')
    return NOTHING;
  const hits = policy.scanner.scan(body.bytes, body.format);
  if (hits.length === 0) return NOTHING;
  let seenHits: SeenHits | undefined;
  const seen = (): SeenData => {
    seenHits ??= new SeenHits(body, hits);
    return seenHits;
  };
  // Where a hit sits costs a second reading of the body: only for hits that a policy asks about.
  const applying = new Map<string, readonly CompiledDataPolicy[]>();
  for (const { type } of hits) {
    const { id } = type.document;
    if (!applying.has(id)) applying.set(id, policy.dataPolicies.about(id, direction, 'body', facts));
  }
  const asked = hits.filter((hit) => applying.get(hit.type.document.id)!.length > 0);
  if (asked.length === 0) return { findings: [], mask: undefined, seen };
  const { findings, masked } = applyPolicies(policy, placed(body, asked), direction, phase, facts, isExcepted);
  return {
    findings,
    mask: masked.length === 0 ? undefined : () => maskBody(body.bytes, body.format, masked),
    seen,
  };
}

function placed(body: BodyView, hits: readonly Hit[]): PlacedHit[] {
  const places =
    body.format === 'json'
      ? placesAt(
          body.bytes,
          hits.map((hit) => hit.start),
        )
      : undefined;
  return hits.map((hit, i) => ({ hit, pointer: places?.[i]?.pointer ?? '', location: 'body' }));
}

/** All hits of a body, whether a policy speaks of them or not. Their places are looked up when somebody asks. */
class SeenHits implements SeenData {
  readonly counts: readonly (readonly [string, number])[];
  readonly #body: BodyView;
  readonly #hits: readonly Hit[];
  #names: { readonly known: ReadonlySet<string> | undefined } | undefined;
  #pointers: ReadonlySet<string> | undefined;

  constructor(body: BodyView, hits: readonly Hit[]) {
    this.#body = body;
    this.#hits = hits;
    const counts = new Map<string, number>();
    for (const { type } of hits) counts.set(type.document.id, (counts.get(type.document.id) ?? 0) + 1);
    this.counts = [...counts];
  }

  holds(pointer: string): boolean {
    this.#names ??= { known: this.#body.format === 'json' ? namesBefore(this.#body.bytes, this.#hits) : undefined };
    const { known } = this.#names;
    const name = pointer.slice(pointer.lastIndexOf('/') + 1);
    if (known !== undefined && name !== '*' && !known.has(name)) return false;
    this.#pointers ??= new Set(placed(this.#body, this.#hits).map((one) => one.pointer.replace(POSITIONS, '/*')));
    return this.#pointers.has(pointer);
  }
}

/** Values of path, query, and of headers and cookies when a policy names them. Masking is not possible in these places. */
export function inspectHeadData(
  policy: CompiledPolicy,
  values: Iterable<readonly [location: Location, pointer: string, name: string, text: string]>,
  facts: Facts,
  isExcepted: IsExcepted,
): readonly Finding[] {
  if (!policy.dataPolicies.concernsDirection('request')) return [];
  const placed: PlacedHit[] = [];
  for (const [location, pointer, name, text] of values) {
    if (text.length < 3) continue;
    for (const hit of policy.scanner.hitsIn(text, name)) placed.push({ hit, pointer, location });
  }
  if (placed.length === 0) return [];
  const { findings } = applyPolicies(policy, placed, 'request', 'request-head', facts, isExcepted);
  return findings.map((finding) =>
    finding.action === 'mask'
      ? { ...finding, action: 'tag', what: `${finding.what}; it cannot be masked here` }
      : finding,
  );
}

function applyPolicies(
  policy: CompiledPolicy,
  placed: readonly PlacedHit[],
  direction: Direction,
  phase: Phase,
  facts: Facts,
  isExcepted: IsExcepted,
): { findings: readonly Finding[]; masked: readonly Hit[] } {
  /** Policy → data type and place → hits. */
  const groups = new Map<CompiledDataPolicy, Map<string, PlacedHit[]>>();
  const candidates = new Map<string, readonly CompiledDataPolicy[]>();
  for (const one of placed) {
    const type = one.hit.type.document.id;
    const key = `${type} ${one.location}`;
    let policies = candidates.get(key);
    if (policies === undefined) {
      policies = policy.dataPolicies.about(type, direction, one.location, facts);
      candidates.set(key, policies);
    }
    for (const applying of policies) {
      if (!applying.isPointer(one.pointer)) continue;
      let byPlace = groups.get(applying);
      if (byPlace === undefined) {
        byPlace = new Map();
        groups.set(applying, byPlace);
      }
      const place = `${key} ${one.pointer.replace(POSITIONS, '/*')}`;
      const same = byPlace.get(place);
      if (same === undefined) byPlace.set(place, [one]);
      else same.push(one);
    }
  }
  const findings: Finding[] = [];
  const masked = new Set<Hit>();
  for (const [{ document }, byPlace] of groups) {
    let count = 0;
    for (const hits of byPlace.values()) count += hits.length;
    if (count < document.match.minCount) continue;
    for (const hits of byPlace.values()) {
      const finding = findingOf(document, hits, phase);
      if (isExcepted(finding)) continue;
      findings.push(finding);
      if (document.action === 'mask') for (const one of hits) masked.add(one.hit);
    }
  }
  return { findings, masked: [...masked].sort((a, b) => a.start - b.start) };
}

function findingOf(document: CompiledDataPolicy['document'], hits: readonly PlacedHit[], phase: Phase): Finding {
  const [{ hit, pointer, location }] = hits as [PlacedHit];
  const type = hit.type.document;
  return {
    detection: document.detection,
    phase,
    location,
    pointer,
    severity: document.severity,
    confidence: 1,
    what: `${hits.length === 1 ? 'a value' : `${hits.length} values`} of type ${type.title}`,
    dataType: type.id,
    count: hits.length,
    action: document.action,
    policy: { kind: document.kind, id: document.id, file: document.source.file, line: document.source.line },
    owasp: document.owasp,
  };
}

/** A path for logs and records: segments that hold sensitive values are masked. */
export function maskedPath(policy: CompiledPolicy, segments: readonly string[]): string {
  let path = '';
  for (const segment of segments) {
    const hits = segment.length < 6 ? NO_HITS : policy.scanner.hitsIn(segment, '');
    path += `/${hits.length === 0 ? segment : maskText(Buffer.from(segment, 'utf8').toString('utf8'), hits[0]!.type.document.mask)}`;
  }
  return path === '' ? '/' : path;
}

const NOTHING_MASKED: ReadonlySet<string> = new Set();

/** The types of which values are masked. */
export function maskedTypesOf(findings: readonly Finding[]): ReadonlySet<string> {
  const masked = findings.flatMap(({ action, dataType }) =>
    action === 'mask' && dataType !== undefined ? [dataType] : [],
  );
  return masked.length === 0 ? NOTHING_MASKED : new Set(masked);
}
