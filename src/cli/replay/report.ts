// What a replay says: one JSON object, or a page for a person. Findings of a million transactions go through a spool.
import { once } from 'node:events';
import { actorKey } from '../../core/actor.ts';
import type { Incident } from '../../core/incident.ts';
import type { Judgement } from '../../inspection/recorded-judge.ts';
import type { WouldRestrict } from './history.ts';
import { Spool } from './spool.ts';

const RESTRICTIONS_SHOWN_MAX = 20;
const PIECE_CHARS = 64 * 1024;

export class ReplayReport {
  transactions = 0;
  readonly #listsBlocked: boolean;
  readonly #findings = new Spool();
  readonly #wouldBlock = new Spool();
  readonly #blockedLines = new Spool();
  readonly #byDetection = new Map<string, { findings: number; transactions: number }>();

  /** `listsBlocked`: the text names every transaction that would have been blocked. */
  constructor(listsBlocked: boolean) {
    this.#listsBlocked = listsBlocked;
  }

  add(judgement: Judgement): void {
    const transaction = this.transactions;
    this.transactions += 1;
    const seen = new Set<string>();
    for (const { detection, phase, pointer, dataType, action } of judgement.findings) {
      const line = {
        transaction,
        id: detection,
        phase,
        pointer,
        ...(dataType === undefined ? {} : { dataType }),
        action,
      };
      this.#findings.add(`${this.#findings.count === 0 ? '' : ','}${JSON.stringify(line)}`);
      const counts = this.#byDetection.get(detection) ?? { findings: 0, transactions: 0 };
      counts.findings += 1;
      if (!seen.has(detection)) counts.transactions += 1;
      seen.add(detection);
      this.#byDetection.set(detection, counts);
    }
    if (!judgement.wouldBlock) return;
    this.#wouldBlock.add(`${this.#wouldBlock.count === 0 ? '' : ','}${transaction}`);
    if (this.#listsBlocked) this.#blockedLines.add(blockedLine(transaction, judgement));
  }

  async writeJson(incidents: readonly object[]): Promise<void> {
    await print(this.#json(incidents));
  }

  async *#json(incidents: readonly object[]): AsyncGenerator<string> {
    yield `{"transactions":${this.transactions},"findings":[`;
    yield* this.#findings.read();
    yield '],"incidents":[';
    for (const [i, incident] of incidents.entries()) yield `${i === 0 ? '' : ','}${JSON.stringify(incident)}`;
    yield '],"wouldBlock":[';
    yield* this.#wouldBlock.read();
    yield ']}\n';
  }

  async writeText(
    incidents: readonly Incident[],
    restrictions: readonly WouldRestrict[],
    malformed: number,
  ): Promise<void> {
    await print(this.#text(incidents, restrictions, malformed));
  }

  async *#text(
    incidents: readonly Incident[],
    restrictions: readonly WouldRestrict[],
    malformed: number,
  ): AsyncGenerator<string> {
    yield `${this.transactions} transactions, ${this.#findings.count} findings, ${this.#wouldBlock.count} would be blocked, ` +
      `${incidents.length} incidents${malformed === 0 ? '' : `, ${malformed} malformed entries left out`}\n`;
    const ranked = [...this.#byDetection].sort(([, a], [, b]) => b.transactions - a.transactions);
    if (ranked.length > 0) yield '\nFindings (transactions, findings)\n';
    for (const [id, { transactions, findings }] of ranked)
      yield `  ${String(transactions).padStart(8)} ${String(findings).padStart(8)}  ${id}\n`;
    if (incidents.length > 0) yield '\nIncidents\n';
    for (const incident of incidents) yield incidentText(incident);
    if (restrictions.length > 0) yield '\nWould have been restricted\n';
    for (const { at, actor, action, reason } of restrictions.slice(0, RESTRICTIONS_SHOWN_MAX))
      yield `  ${new Date(at).toISOString()}  ${actor}: ${action} (${reason})\n`;
    if (restrictions.length > RESTRICTIONS_SHOWN_MAX) yield `  … ${restrictions.length} in all\n`;
    if (this.#listsBlocked && this.#wouldBlock.count > 0) yield '\nWould be blocked (index, status, request, why)\n';
    yield* this.#blockedLines.read();
  }
}

function incidentText(incident: Incident): string {
  const { severity, title, result, count, firstSeen, lastSeen, endpoint, actors, whatHappened, detection } = incident;
  const period = `${new Date(firstSeen).toISOString()} – ${new Date(lastSeen).toISOString()}`;
  return (
    `  ${severity.toUpperCase()} ${title} (${detection}, ${result}, ${count} transactions)\n` +
    `    ${whatHappened}\n    ${endpoint}, by ${actors.slice(0, 3).map(actorKey).join(', ') || 'nobody known'}\n    ${period}\n`
  );
}

function blockedLine(index: number, { record, blockStatus, fault, findings }: Judgement): string {
  const why =
    fault ?? [...new Set(findings.filter((one) => one.action === 'block').map((one) => one.detection))].join(', ');
  return `  ${String(index).padStart(8)}  ${blockStatus}  ${record.method} ${record.host}${record.path}  ${why}\n`;
}

/** Waits for whoever reads; ends quietly when nobody does any more, as under `head`. */
async function print(pieces: AsyncIterable<string>): Promise<void> {
  const { stdout } = process;
  let isClosed = false;
  const onError = (): void => {
    isClosed = true;
  };
  stdout.on('error', onError);
  let waiting = '';
  const flush = async (): Promise<void> => {
    const text = waiting;
    waiting = '';
    if (stdout.write(text) || isClosed) return;
    await once(stdout, 'drain').catch(onError);
  };
  for await (const piece of pieces) {
    waiting += piece;
    if (waiting.length >= PIECE_CHARS) await flush();
    if (isClosed) return;
  }
  if (waiting !== '') await flush();
}
