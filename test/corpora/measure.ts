// Runs a corpus through the engine in enforce mode with the shipped policies, as the gateway would, and counts.
import type { TransactionRecord } from '../../src/core/record.ts';
import { createDefaultEngine } from '../../src/inspection/default-engine.ts';
import { runRecorded } from '../../src/inspection/run-recorded.ts';
import { compileSnapshot } from '../../src/inspection/snapshot.ts';
import { bundleOf } from '../../src/policy/bundle.ts';
import { shippedPolicies } from '../support/shipped-policies.ts';
import type { CorpusCase } from './transaction.ts';

export interface Judgement {
  readonly one: CorpusCase;
  readonly isBlocked: boolean;
  readonly isTagged: boolean;
  /** Detections found, or the code of a refusal. */
  readonly because: readonly string[];
}

export function judge(cases: readonly CorpusCase[]): Judgement[] {
  const { bundle } = bundleOf(shippedPolicies().documents, []);
  let record: TransactionRecord | undefined;
  const engine = createDefaultEngine(compileSnapshot(bundle, []), 'enforce', (made) => {
    record = made;
  });
  return cases.map((one, i) => {
    const { request, response } = one;
    const { refusal } = runRecorded(engine, `corpus-${i}`, {
      at: Date.UTC(2027, 0, 1),
      clientAddress: '198.51.100.7',
      request: {
        method: request.method,
        url: request.url,
        rawHeaders: Object.entries({ host: 'api.example.com', ...request.headers }).flat(),
        body: request.body,
        isDecoded: false,
      },
      response:
        response === undefined
          ? undefined
          : {
              status: response.status,
              rawHeaders: Object.entries(response.headers).flat(),
              body: response.body,
              isDecoded: false,
            },
    });
    const findings = record!.findings.filter((finding) => finding.action !== 'allow');
    return {
      one,
      isBlocked: refusal !== undefined,
      isTagged: refusal === undefined && findings.length > 0,
      because:
        refusal?.kind === 'refuse'
          ? [refusal.fault.code]
          : findings.map(
              (finding) =>
                `${finding.detection} ${finding.confidence} ${finding.location}${finding.pointer} (${finding.what})`,
            ),
    };
  });
}

/** Per kind: how many, blocked, tagged. */
export function table(judgements: readonly Judgement[]): string {
  const rows = new Map<string, { all: number; blocked: number; tagged: number }>();
  for (const { one, isBlocked, isTagged } of judgements) {
    const row = rows.get(one.kind) ?? { all: 0, blocked: 0, tagged: 0 };
    rows.set(one.kind, row);
    row.all += 1;
    if (isBlocked) row.blocked += 1;
    if (isTagged) row.tagged += 1;
  }
  return [...rows]
    .map(
      ([kind, { all, blocked, tagged }]) =>
        `${kind.padEnd(22)} ${String(all).padStart(6)}  blocked ${percent(blocked, all)}  tagged ${percent(tagged, all)}`,
    )
    .join('\n');
}

export function percent(part: number, all: number): string {
  return `${((100 * part) / Math.max(1, all)).toFixed(2)} %`;
}
