// What enforce mode would have done with a transaction of the past, and what did happen to it.
// A transaction is judged as the gateway in enforce mode judges it. One that would have been stopped is looked at a second time
// without stopping, since its answer was given in fact: analysis reads what happened, not what would have.
import { compileRoutes } from '../configuration/match-route.ts';
import type { Finding } from '../core/finding.ts';
import type { Mode, TransactionRecord } from '../core/record.ts';
import type { RecordedTransaction } from '../core/recorded-transaction.ts';
import type { Route } from '../core/route.ts';
import { defaultRoute } from './default-engine.ts';
import { createEngine, type Engine } from './engine.ts';
import type { EngineSettings } from './engine-settings.ts';
import { protocolRefusal } from './own-findings.ts';
import { type RecordedOutcome, runRecorded } from './run-recorded.ts';
import type { Snapshot } from './snapshot.ts';

export interface Judgement {
  /** Everything noticed in the request and in its answer. */
  readonly findings: readonly Finding[];
  readonly wouldBlock: boolean;
  /** Status of the local reply it would have got. */
  readonly blockStatus: number | undefined;
  /** Code of the fault, when it is refused as no acceptable HTTP. */
  readonly fault: string | undefined;
  /** As it happened: nothing blocked, nothing masked; `enforced` says what would have been. */
  readonly record: TransactionRecord;
}

export interface JudgeSettings extends Omit<EngineSettings, 'matchRoute' | 'onRecord' | 'isAnalystThere'> {
  /** Their modes do not matter: everything is judged as in enforce mode. A transaction that no route takes gets a default one. */
  readonly routes: readonly Route[];
}

export class RecordedJudge {
  readonly #enforcing: Engine;
  readonly #watching: Engine;
  #record: TransactionRecord | undefined;

  constructor(settings: JudgeSettings, snapshot: Snapshot) {
    const engineOf = (mode: Mode): Engine =>
      createEngine(
        {
          ...settings,
          matchRoute: matcherFor(settings.routes, mode),
          isAnalystThere: () => true,
          onRecord: (record) => {
            this.#record = record;
          },
        },
        snapshot,
      );
    this.#enforcing = engineOf('enforce');
    this.#watching = engineOf('monitor');
  }

  publish(snapshot: Snapshot): void {
    this.#enforcing.publish(snapshot);
    this.#watching.publish(snapshot);
  }

  judge(id: string, transaction: RecordedTransaction): Judgement {
    const outcome = runRecorded(this.#enforcing, id, transaction);
    const enforced = this.#record!;
    if (outcome.refusal === undefined) {
      return {
        findings: enforced.findings,
        wouldBlock: false,
        blockStatus: undefined,
        fault: undefined,
        record: { ...enforced, mode: 'monitor', action: enforced.action === 'mask' ? 'tag' : enforced.action },
      };
    }
    return this.#stopped(id, transaction, enforced, outcome);
  }

  #stopped(
    id: string,
    transaction: RecordedTransaction,
    enforced: TransactionRecord,
    outcome: RecordedOutcome,
  ): Judgement {
    runRecorded(this.#watching, id, transaction);
    const watched = this.#record!;
    const refusal = outcome.refusal!;
    const isBlock = refusal.kind === 'block';
    const reason = isBlock ? [] : [protocolRefusal(refusal.fault, outcome.phase)];
    const findings = union([...enforced.findings, ...reason], watched.findings);
    return {
      findings,
      wouldBlock: true,
      blockStatus: isBlock ? refusal.verdict.status : refusal.fault.status,
      fault: isBlock ? undefined : refusal.fault.code,
      record: {
        ...watched,
        findings,
        enforced: 'block',
        rule: isBlock ? enforced.rule : 'refused',
        // What the server answered in fact, though the gateway would not have let it come to that.
        status: transaction.response?.status ?? 0,
      },
    };
  }
}

/** What enforce mode found comes first; of the rest, what it had not seen yet. */
function union(first: readonly Finding[], more: readonly Finding[]): readonly Finding[] {
  const placeOf = ({ detection, phase, location, pointer, dataType }: Finding): string =>
    detection === 'protocol-violation' ? detection : `${detection} ${phase} ${location} ${pointer} ${dataType ?? ''}`;
  const known = new Set(first.map(placeOf));
  return [...first, ...more.filter((finding) => !known.has(placeOf(finding)))];
}

function matcherFor(routes: readonly Route[], mode: Mode): EngineSettings['matchRoute'] {
  const match = compileRoutes(routes.map((route) => ({ ...route, mode })));
  const fallback = defaultRoute(mode);
  return (host, path) => match(host, path) ?? fallback;
}
