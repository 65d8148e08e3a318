// The transactions around an incident: a ring of what passed lately, from which those before are taken, and a watch on the
// actors for those after.
import type { Evidence, EvidenceMessage } from '../../core/incident.ts';
import type { TransactionRecord } from '../../core/record.ts';

const RECENT_MAX = 5_000;
export const BEFORE_MAX = 5;
export const AFTER_MAX = 5;

/** Masked copies of a transaction's messages, when somebody kept them. */
export type MessagesOf = (
  transactionId: string,
) => { readonly request?: EvidenceMessage; readonly response?: EvidenceMessage } | undefined;

/** A record without what was observed of its bodies, which may be a hundred times as large as all the rest. */
export type PassedRecord = Omit<TransactionRecord, 'observation'> & { readonly userAgent: string };

export class RecentRecords {
  readonly #ring: { readonly record: PassedRecord; readonly keys: readonly string[] }[] = [];
  #next = 0;

  /** `keys` of its actors. */
  add(record: TransactionRecord, keys: readonly string[]): void {
    this.#ring[this.#next] = { record: passed(record), keys };
    this.#next = (this.#next + 1) % RECENT_MAX;
  }

  /** The latest of an actor before `id`, oldest first. */
  before(keys: ReadonlySet<string>, id: string): PassedRecord[] {
    const found: PassedRecord[] = [];
    for (let i = 1; i <= this.#ring.length && found.length < BEFORE_MAX; i++) {
      const one = this.#ring[(this.#next - i + RECENT_MAX) % RECENT_MAX];
      if (one === undefined || one.record.id === id) continue;
      if (one.keys.some((key) => keys.has(key))) found.push(one.record);
    }
    return found.reverse();
  }
}

export function passed({ observation, ...record }: TransactionRecord): PassedRecord {
  return { ...record, userAgent: observation?.userAgent ?? '' };
}

export function evidenceOf(
  record: PassedRecord,
  endpoint: string,
  position: Evidence['position'],
  messagesOf: MessagesOf,
): Evidence {
  const messages = messagesOf(record.id);
  return {
    position,
    transactionId: record.id,
    at: record.receivedAt,
    clientAddress: record.clientAddress,
    method: record.method,
    host: record.host,
    path: record.path,
    endpoint,
    status: record.status,
    durationMs: record.durationMs,
    requestBodyBytes: record.requestBodyBytes,
    responseBodyBytes: record.responseBodyBytes,
    action: record.action,
    detections: [...new Set(record.findings.map(({ detection }) => detection))],
    userAgent: record.userAgent,
    request: messages?.request,
    response: messages?.response,
  };
}
