// Keeps whole transactions on disk, encrypted, so that a change of policy can be tried on what really passed. Off by default.
// Invariants: `offer` never waits and never throws; what finds no room is counted. At most WAITING_MAX transactions and
// WAITING_BYTES_MAX wait; the folder holds at most `bytesMax`, and nothing older than `ageMaxMs`: the oldest segment goes first.
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { RecordedTransaction } from '../core/recorded-transaction.ts';
import { readOrMakeKey } from './recording-key.ts';
import { seal } from './sealed-frame.ts';
import { lineOf } from './transaction-line.ts';

const WAITING_MAX = 2_000;
const WAITING_BYTES_MAX = 32 * 1024 * 1024;
const FLUSH_MS = 250;
const BATCH_MAX = 100;
const BATCH_BYTES_MAX = 1024 * 1024;
const SEGMENT_BYTES_MAX = 16 * 1024 * 1024;
const SEGMENT_MS_MAX = 600_000;
const PRUNE_MS = 60_000;

export const SEGMENT = /^(\d{13})-(\d+)-(\d+)\.rec$/;

export interface RecorderSettings {
  readonly folder: string;
  readonly keyFile: string;
  /** 0 to 1. */
  readonly share: number;
  readonly bytesMax: number;
  readonly ageMaxMs: number;
  readonly now: () => number;
  readonly random: () => number;
}

const packed = promisify(gzip);

export class Recorder {
  readonly counts = { recorded: 0, dropped: 0, failed: 0 };
  readonly #settings: RecorderSettings;
  readonly #key: Buffer;
  readonly #timers: readonly NodeJS.Timeout[];
  #waiting: RecordedTransaction[] = [];
  #waitingBytes = 0;
  #file: FileHandle | undefined;
  #segment = '';
  #segmentBytes = 0;
  #segmentStart = 0;
  #frames = 0;
  #segments = 0;
  #flushing: Promise<void> | undefined;

  /** @throws when the folder or the key cannot be made: better no start than a recorder that does not record */
  constructor(settings: RecorderSettings) {
    this.#settings = settings;
    mkdirSync(settings.folder, { recursive: true, mode: 0o700 });
    this.#key = readOrMakeKey(settings.keyFile);
    this.#timers = [setInterval(() => void this.flush(), FLUSH_MS), setInterval(() => prune(settings), PRUNE_MS)];
    for (const timer of this.#timers) timer.unref();
  }

  /** True for those that chance picks. */
  wants(): boolean {
    return this.#settings.share >= 1 || this.#settings.random() < this.#settings.share;
  }

  offer(transaction: RecordedTransaction): boolean {
    const bytes = transaction.request.body.length + (transaction.response?.body.length ?? 0);
    if (this.#waiting.length >= WAITING_MAX || this.#waitingBytes + bytes > WAITING_BYTES_MAX) {
      this.counts.dropped += 1;
      return false;
    }
    this.#waiting.push(transaction);
    this.#waitingBytes += bytes;
    return true;
  }

  /** Writes what waits. Never rejects. */
  flush(): Promise<void> {
    this.#flushing ??= this.#write().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.flush();
    await this.flush();
    await this.#file?.close().catch(() => {});
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch();
      try {
        const plain = await packed(Buffer.from(batch.map(lineOf).join('\n')));
        await this.#append(plain);
        this.counts.recorded += batch.length;
      } catch {
        // A full disk must not stop traffic, nor fill memory.
        this.counts.failed += batch.length;
        await this.#file?.close().catch(() => {});
        this.#file = undefined;
      }
    }
  }

  /** Small enough that putting it into words does not hold up the transactions that pass meanwhile. */
  #nextBatch(): RecordedTransaction[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#waiting.length && count < BATCH_MAX && bytes < BATCH_BYTES_MAX) {
      const { request, response } = this.#waiting[count]!;
      bytes += request.body.length + (response?.body.length ?? 0);
      count += 1;
    }
    this.#waitingBytes -= bytes;
    return this.#waiting.splice(0, count);
  }

  async #append(plain: Buffer): Promise<void> {
    const now = this.#settings.now();
    if (
      this.#file !== undefined &&
      (this.#segmentBytes > SEGMENT_BYTES_MAX || now - this.#segmentStart > SEGMENT_MS_MAX)
    ) {
      await this.#file.close();
      this.#file = undefined;
      prune(this.#settings);
    }
    if (this.#file === undefined) {
      this.#segments += 1;
      this.#segment = `${String(now).padStart(13, '0')}-${process.pid}-${this.#segments}.rec`;
      this.#file = await open(join(this.#settings.folder, this.#segment), 'wx', 0o600);
      this.#segmentBytes = 0;
      this.#segmentStart = now;
      this.#frames = 0;
    }
    const frame = seal(this.#key, this.#segment, this.#frames, plain);
    await this.#file.write(frame);
    this.#frames += 1;
    this.#segmentBytes += frame.length;
  }
}

/** Every worker does it; a segment that another one has taken away is gone, which is what was wanted. */
export function prune({ folder, bytesMax, ageMaxMs, now }: RecorderSettings): void {
  const segments = segmentsIn(folder).reverse();
  let bytes = 0;
  for (const { path, size, changedAt } of segments) {
    bytes += size;
    if (bytes > bytesMax || now() - changedAt > ageMaxMs) rmSync(path, { force: true });
  }
}

export interface Segment {
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly changedAt: number;
}

/** Oldest first. */
export function segmentsIn(folder: string): Segment[] {
  return readdirSync(folder)
    .filter((name) => SEGMENT.test(name))
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      try {
        const { size, mtimeMs } = statSync(path);
        return [{ name, path, size, changedAt: mtimeMs }];
      } catch {
        return [];
      }
    });
}
