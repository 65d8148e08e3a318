// The worker's end of the way to the analyst: records wait here, bounded, and leave in batches over a local socket.
// They wait as text: a record's many small objects end with its transaction, young, instead of being copied by the collector
// until the batch leaves.
// Invariant: `offer` never waits and never throws; what does not fit is counted, and counts are never lost with records.
import { connect, type Socket } from 'node:net';
import type { TransactionRecord } from '../core/record.ts';
import { encodeFrame } from './frame.ts';
import type { WorkerCounts } from './worker-counts.ts';

export const RECORDS_MAX = 20_000;
const QUEUED_CHARACTERS_MAX = 64 * 1024 * 1024;
const BATCH_RECORDS_MAX = 500;
const FLUSH_MS = 50;
const RECONNECT_MS = 250;
/** When this much waits in the socket, the analyst is behind, and records stay here. */
const SOCKET_BYTES_MAX = 4 * 1024 * 1024;

/** What a frame is the JSON of. */
export interface Batch {
  readonly worker: number;
  readonly records: readonly TransactionRecord[];
  readonly counts: WorkerCounts;
}

export class RecordQueue {
  readonly #path: string;
  readonly #worker: number;
  readonly #counts: () => WorkerCounts;
  readonly #timer: NodeJS.Timeout;
  #records: string[] = [];
  #characters = 0;
  #socket: Socket | undefined;
  #isConnected = false;
  #retryAt = 0;
  dropped = 0;

  /** `counts` gives the totals of this worker since its start; they travel with every batch. */
  constructor(path: string, worker: number, counts: () => WorkerCounts) {
    this.#path = path;
    this.#worker = worker;
    this.#counts = counts;
    this.#timer = setInterval(() => this.flush(), FLUSH_MS);
    this.#timer.unref();
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  get length(): number {
    return this.#records.length;
  }

  /** False when the queue is full and the record was dropped. */
  offer(record: TransactionRecord): boolean {
    if (this.#records.length >= RECORDS_MAX || this.#characters > QUEUED_CHARACTERS_MAX) {
      this.dropped += 1;
      return false;
    }
    const text = JSON.stringify(record);
    this.#records.push(text);
    this.#characters += text.length;
    return true;
  }

  flush(): void {
    if (!this.#isConnected) {
      this.#connect();
      return;
    }
    const socket = this.#socket!;
    do {
      if (socket.writableLength > SOCKET_BYTES_MAX) return;
      const records = this.#records.splice(0, BATCH_RECORDS_MAX);
      const joined = records.join(',');
      this.#characters -= joined.length - Math.max(0, records.length - 1);
      socket.write(
        encodeFrame(`{"worker":${this.#worker},"records":[${joined}],"counts":${JSON.stringify(this.#counts())}}`),
      );
    } while (this.#records.length > 0);
  }

  /** Sends what is there and closes. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.flush();
    if (!this.#isConnected) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 1_000);
      this.#socket!.end(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #connect(): void {
    const now = Date.now();
    if (this.#socket !== undefined || now < this.#retryAt) return;
    this.#retryAt = now + RECONNECT_MS;
    const socket = connect(this.#path);
    this.#socket = socket;
    socket.unref();
    socket.on('connect', () => {
      this.#isConnected = true;
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#isConnected = false;
      this.#socket = undefined;
    });
  }
}
