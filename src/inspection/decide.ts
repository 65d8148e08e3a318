// The only place where findings become an action, and the only place where monitor mode is applied.
// Order of the rules, first that applies: allow-list, one finding blocks, weak signals add up, masking, tagging, nothing.
// Invariant: the same findings, mode and list answer always give the same verdict.
import { BLOCKING_CONFIDENCE } from '../core/detector.ts';
import type { Action, Finding } from '../core/finding.ts';
import type { Mode } from '../core/record.ts';
import type { Verdict } from '../core/verdict.ts';

export interface DecisionContext {
  readonly mode: Mode;
  /** The actor stands on an allow-list for this endpoint: nothing is blocked or masked. */
  readonly isAllowListed: boolean;
  readonly policyVersion: string;
  /** Status of a block when the deciding finding names none. */
  readonly blockStatus: number;
}

export function decide(findings: readonly Finding[], context: DecisionContext): Verdict {
  if (findings.length === 0) return nothingFound(context.policyVersion);
  const confidence = combinedConfidence(findings);
  const [enforced, rule, decisive] = enforcedAction(findings, context);
  const reply = decisive?.reply;
  const verdict = {
    action: context.mode === 'enforce' ? enforced : 'tag',
    enforced,
    findings,
    confidence,
    rule,
    status: reply?.status ?? context.blockStatus,
    policyVersion: context.policyVersion,
  } as const;
  return reply?.retryAfterSeconds === undefined ? verdict : { ...verdict, retryAfterSeconds: reply.retryAfterSeconds };
}

const nothingFoundByVersion = new Map<string, Verdict>();
const VERSIONS_KEPT_MAX = 16;

/** Most transactions have no finding: they share one frozen verdict per policy version. */
function nothingFound(policyVersion: string): Verdict {
  let verdict = nothingFoundByVersion.get(policyVersion);
  if (verdict === undefined) {
    verdict = Object.freeze({
      action: 'allow',
      enforced: 'allow',
      findings: [],
      confidence: 0,
      rule: 'nothing-found',
      status: 403,
      policyVersion,
    });
    if (nothingFoundByVersion.size >= VERSIONS_KEPT_MAX) nothingFoundByVersion.clear();
    nothingFoundByVersion.set(policyVersion, verdict);
  }
  return verdict;
}

function enforcedAction(
  findings: readonly Finding[],
  context: DecisionContext,
): readonly [Action, rule: string, decisive: Finding | undefined] {
  if (context.isAllowListed) return ['tag', 'allow-list', undefined];
  const blocking = findings.find((f) => f.action === 'block' && f.confidence >= BLOCKING_CONFIDENCE);
  if (blocking !== undefined) return ['block', 'finding-blocks', blocking];
  const signals = findings.filter((f) => f.action === 'block');
  if (isSeveralDetections(signals) && combinedConfidence(signals) >= BLOCKING_CONFIDENCE) {
    return ['block', 'signals-add-up', signals[0]];
  }
  if (findings.some((f) => f.action === 'mask')) return ['mask', 'data-masked', undefined];
  if (findings.some((f) => f.action !== 'allow')) return ['tag', 'finding-tags', undefined];
  return ['allow', 'findings-allowed', undefined];
}

function isSeveralDetections(findings: readonly Finding[]): boolean {
  return findings.some((f) => f.detection !== findings[0]!.detection);
}

/**
 * Noisy-OR, 1 − Π(1 − c), over the strongest finding of each detection: ten sightings of one weak signal in one long text
 * are still one weak signal.
 */
export function combinedConfidence(findings: readonly Finding[]): number {
  const strongest = new Map<string, number>();
  for (const { detection, confidence } of findings) {
    if (confidence > (strongest.get(detection) ?? 0)) strongest.set(detection, confidence);
  }
  let miss = 1;
  for (const confidence of strongest.values()) miss *= 1 - confidence;
  // Two decimals: tags and logs show it, and sums of floats must not flip a rule on their last bit.
  return Math.round((1 - miss) * 100) / 100;
}
