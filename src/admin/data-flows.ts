// Which sensitive data goes where: values of each data type at each endpoint, in and out. Invariant: bounded; the pair that was
// quiet longest makes room.
import type { TransactionRecord } from '../core/record.ts';

export interface DataFlow {
  readonly dataType: string;
  readonly endpoint: string;
  /** Values in requests and in responses. */
  in: number;
  out: number;
  /** Of them, in transactions in which something was masked or that were blocked. */
  withheld: number;
  transactions: number;
  /** Milliseconds since the epoch. */
  lastSeen: number;
}

const FLOWS_MAX = 20_000;

export class DataFlows {
  readonly #byPair = new Map<string, DataFlow>();

  constructor(dump: unknown = []) {
    for (const flow of dump as DataFlow[]) this.#byPair.set(`${flow.dataType} ${flow.endpoint}`, flow);
  }

  take(record: TransactionRecord): void {
    const { observation, endpoint, receivedAt } = record;
    if (observation === undefined) return;
    const isWithheld = record.action === 'mask' || record.action === 'block';
    for (const [direction, body] of [
      ['in', observation.request],
      ['out', observation.response],
    ] as const) {
      for (const [dataType, values] of body?.dataTypes ?? []) {
        const flow = this.#flow(dataType, endpoint);
        flow[direction] += values;
        flow.transactions += 1;
        if (isWithheld) flow.withheld += values;
        flow.lastSeen = receivedAt;
      }
    }
  }

  list(): DataFlow[] {
    return [...this.#byPair.values()];
  }

  #flow(dataType: string, endpoint: string): DataFlow {
    const key = `${dataType} ${endpoint}`;
    const known = this.#byPair.get(key);
    const flow = known ?? { dataType, endpoint, in: 0, out: 0, withheld: 0, transactions: 0, lastSeen: 0 };
    // Put last again: the first is then the one that was quiet longest.
    if (known !== undefined) this.#byPair.delete(key);
    else if (this.#byPair.size >= FLOWS_MAX) this.#byPair.delete(this.#byPair.keys().next().value!);
    this.#byPair.set(key, flow);
    return flow;
  }
}
