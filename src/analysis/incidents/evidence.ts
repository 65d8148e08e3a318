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

/** What evidence is made of: some thousands are kept, and bodies' fields may be a hundred times as large as all the rest. */
export type PassedRecord = Pick<
  TransactionRecord,
  | 'id'
  | 'receivedAt'
  | 'clientAddress'
  | 'method'
  | 'host'
  | 'path'
  | 'status'
  | 'durationMs'
  | 'requestBodyBytes'
  | 'responseBodyBytes'
  | 'action'
  | 'findings'
> & {
  /** As the record has it. */
  readonly endpoint: string;
  readonly userAgent: string;
};

interface Recent {
  readonly record: PassedRecord;
  readonly keys: readonly string[];
  /** Counted up, so that later ones are told from earlier ones. */
  readonly number: number;
}

/** Of a key only the latest are asked for, and one of them may be the trigger itself. */
const KEPT_OF_KEY = BEFORE_MAX + 1;

export class RecentRecords {
  readonly #ring: (Recent | undefined)[] = [];
  /** The latest of each key that is in the ring, oldest first: a storm of newcomers must not read the whole ring for each. */
  readonly #byKey = new Map<string, Recent[]>();
  #count = 0;

  /** `keys` of its actors. */
  add(record: TransactionRecord, keys: readonly string[]): void {
    const slot = this.#count % RECENT_MAX;
    const leaving = this.#ring[slot];
    if (leaving !== undefined) this.#forget(leaving);
    const one = { record: passed(record), keys, number: this.#count };
    this.#ring[slot] = one;
    this.#count += 1;
    for (const key of keys) {
      const latest = this.#byKey.get(key);
      if (latest === undefined) this.#byKey.set(key, [one]);
      else if (latest.push(one) > KEPT_OF_KEY) latest.shift();
    }
  }

  /** The latest of an actor before `id`, oldest first. */
  before(keys: ReadonlySet<string>, id: string): PassedRecord[] {
    const found = new Set<Recent>();
    for (const key of keys) for (const one of this.#byKey.get(key) ?? []) if (one.record.id !== id) found.add(one);
    return [...found]
      .sort((a, b) => a.number - b.number)
      .slice(-BEFORE_MAX)
      .map(({ record }) => record);
  }

  #forget(leaving: Recent): void {
    for (const key of leaving.keys) {
      const latest = this.#byKey.get(key);
      if (latest?.[0] !== leaving) continue;
      if (latest.length === 1) this.#byKey.delete(key);
      else latest.shift();
    }
  }
}

export function passed(record: TransactionRecord): PassedRecord {
  return {
    id: record.id,
    receivedAt: record.receivedAt,
    clientAddress: record.clientAddress,
    method: record.method,
    host: record.host,
    path: record.path,
    endpoint: record.endpoint,
    status: record.status,
    durationMs: record.durationMs,
    requestBodyBytes: record.requestBodyBytes,
    responseBodyBytes: record.responseBodyBytes,
    action: record.action,
    findings: record.findings,
    userAgent: record.observation?.userAgent ?? '',
  };
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
