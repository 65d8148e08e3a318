// What incidents are made of: a signal of a scenario, or findings of one transaction that deserve a person's look.
import { type Actor, actorKey } from '../../core/actor.ts';
import { BLOCKING_CONFIDENCE } from '../../core/detector.ts';
import { type Finding, SEVERITIES, type Severity } from '../../core/finding.ts';
import type { Result } from '../../core/incident.ts';
import type { Occurrence } from '../scenarios/occurrence.ts';
import type { Figures, Signal } from '../scenarios/signal.ts';
import type { Catalogue, CatalogueEntry } from './catalogue.ts';

export interface Observed {
  readonly entry: CatalogueEntry;
  readonly severity: Severity;
  readonly actors: readonly Actor[];
  /** False where the client only got what the backend gave: exposure of data accuses nobody. */
  readonly isAccusing: boolean;
  readonly groups: readonly string[];
  readonly endpoint: string;
  readonly at: number;
  readonly result: Result;
  readonly count: number;
  readonly figures: Figures;
  readonly occurrence: Occurrence | undefined;
}

/** Below this, a data policy that only tags is a note in the transaction and no incident. */
const TAGGED_SEVERITY_MIN: Severity = 'medium';

export function observedSignal(signal: Signal, catalogue: Catalogue): Observed | undefined {
  const entry = catalogue.get(signal.scenario.id);
  if (entry === undefined) return undefined;
  const lastEndpoint = signal.occurrence?.endpoint ?? signal.endpoint;
  return { ...signal, entry, severity: entry.severity, isAccusing: true, figures: { ...signal.figures, lastEndpoint } };
}

/** One per detection; findings of one transaction that are alike are one. */
export function observedFindings(occurrence: Occurrence, catalogue: Catalogue): Observed[] {
  const { findings } = occurrence;
  if (findings.length === 0) return [];
  const byDetection = new Map<string, Finding[]>();
  for (const finding of findings) {
    const alike = byDetection.get(finding.detection);
    if (alike === undefined) byDetection.set(finding.detection, [finding]);
    else alike.push(finding);
  }
  const observed: Observed[] = [];
  for (const [detection, alike] of byDetection) {
    const inline = catalogue.ofInlineDetector(detection);
    const entry = inline ?? catalogue.get(detection);
    if (entry === undefined) continue;
    const one = inline === undefined ? ofFindings(entry, alike, occurrence) : ofInline(inline, alike, occurrence);
    if (one !== undefined) observed.push(one);
  }
  return observed;
}

/** What reached the client is told by the scenario of the same name; what was held back only the finding tells. */
function ofInline(entry: CatalogueEntry, findings: readonly Finding[], occurrence: Occurrence): Observed | undefined {
  const { principal } = occurrence;
  if (principal === undefined || occurrence.action !== 'block') return undefined;
  const whole = ofFindings(entry, findings, occurrence);
  return whole === undefined
    ? undefined
    : {
        ...whole,
        actors: occurrence.actors.filter(({ actor }) => actor.kind !== 'ip').map(({ actor }) => actor),
        isAccusing: true,
        groups: [principal],
      };
}

function ofFindings(entry: CatalogueEntry, findings: readonly Finding[], occurrence: Occurrence): Observed | undefined {
  const first = findings[0]!;
  const severity = gravest(findings);
  const isRequest = first.phase.startsWith('request') && entry.module === 'attack';
  if (isRequest) {
    const isSure =
      findings.some(({ confidence }) => confidence >= BLOCKING_CONFIDENCE) || occurrence.enforced === 'block';
    if (!isSure) return undefined;
  } else if (findings.every(({ action }) => action === 'allow' || action === 'tag')) {
    if (SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(TAGGED_SEVERITY_MIN)) return undefined;
  }
  const strongest = occurrence.actors[0];
  const isAccusing = isRequest && strongest !== undefined;
  return {
    entry,
    severity,
    actors: occurrence.actors.map(({ actor }) => actor),
    isAccusing,
    // An attack belongs to who makes it; exposure belongs to the endpoint, whoever asks.
    groups: isAccusing ? [actorKey(strongest.actor)] : [`endpoint:${occurrence.endpoint}`],
    endpoint: occurrence.endpoint,
    at: occurrence.at,
    result: resultOf(findings, occurrence),
    count: 1,
    figures: {
      value: findings.reduce((sum, { count }) => sum + (count ?? 1), 0),
      pointer: first.pointer || first.location,
      dataType: [...new Set(findings.flatMap(({ dataType }) => dataType ?? []))].slice(0, 5).join(', '),
      what: first.what,
    },
    occurrence,
  };
}

/** What was masked did not leave; what was blocked did not happen. */
function resultOf(findings: readonly Finding[], occurrence: Occurrence): Result {
  if (!occurrence.isAccepted) return 'attempt';
  const isMasked = occurrence.action === 'mask' && findings.every(({ action }) => action === 'mask');
  return isMasked ? 'attempt' : 'succeeded';
}

function gravest(findings: readonly Finding[]): Severity {
  let rank = 0;
  for (const { severity } of findings) rank = Math.max(rank, SEVERITIES.indexOf(severity));
  return SEVERITIES[rank]!;
}
