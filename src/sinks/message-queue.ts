// Messages that wait for one sink, in memory and in a file: an append-only journal of `put` and `done` lines, each with a checksum.
// Invariants: what `put` wrote survives kill -9 (it is with the kernel when put returns; the disk has it within a second); at most
// `messagesMax` and `bytesMax` wait, and when a bound is met the oldest of the lowest severity goes; the file is never longer than
// four times what waits, or JOURNAL_BYTES_MIN; a disk that is full makes messages wait in memory alone, and is tried again.
import {
  closeSync,
  fdatasync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { SEVERITIES } from '../core/finding.ts';
import type { SinkMessage } from '../core/sink.ts';

const JOURNAL_BYTES_MIN = 1_048_576;
const REWRITE_AGAIN_MS = 5_000;

export interface QueueBounds {
  readonly messagesMax: number;
  readonly bytesMax: number;
}

export interface Waiting {
  readonly message: SinkMessage;
  readonly bytes: number;
  attempts: number;
  /** Milliseconds since the epoch before which it is not tried again. */
  notBefore: number;
  /** A batch with it was refused: it goes by itself, so that it cannot take others along. */
  isAlone: boolean;
  isUnderWay: boolean;
}

export class MessageQueue {
  readonly #path: string;
  readonly #bounds: QueueBounds;
  readonly #waiting = new Map<string, Waiting>();
  #bytes = 0;
  #file: number;
  #journalBytes = 0;
  #isDurable = true;
  #isSyncing = false;
  #rewriteAt = 0;
  readonly damagedLines: number;

  constructor(path: string, bounds: QueueBounds) {
    this.#path = path;
    this.#bounds = bounds;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.damagedLines = this.#replay();
    this.#file = openSync(path, 'a', 0o600);
    this.#rewrite(0);
  }

  get size(): number {
    return this.#waiting.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isDurable(): boolean {
    return this.#isDurable;
  }

  /** Oldest first. */
  values(): IterableIterator<Waiting> {
    return this.#waiting.values();
  }

  /** Returns how many others had to go for it. */
  put(message: SinkMessage, now: number): number {
    const line = lineOf(['put', message]);
    this.#add(message, Buffer.byteLength(line));
    const gone = this.#makeRoom();
    this.#append(line, now);
    if (gone.length > 0) this.#append(lineOf(['done', gone]), now);
    return gone.length;
  }

  done(ids: readonly string[], now: number): void {
    const gone = ids.filter((id) => this.#remove(id));
    if (gone.length === 0) return;
    if (this.#waiting.size === 0 && this.#journalBytes > JOURNAL_BYTES_MIN / 16) this.#rewrite(now);
    else this.#append(lineOf(['done', gone]), now);
  }

  /** Tries to bring to the disk what is in memory alone. */
  tick(now: number): void {
    if (!this.#isDurable && now >= this.#rewriteAt) this.#rewrite(now);
  }

  close(): void {
    if (this.#file === -1) return;
    try {
      fsyncSync(this.#file);
    } catch {
      // The disk has said so before: `isDurable` is false.
    }
    closeSync(this.#file);
    this.#file = -1;
  }

  #add(message: SinkMessage, bytes: number): void {
    this.#waiting.set(message.id, { message, bytes, attempts: 0, notBefore: 0, isAlone: false, isUnderWay: false });
    this.#bytes += bytes;
  }

  #remove(id: string): boolean {
    const one = this.#waiting.get(id);
    if (one === undefined) return false;
    this.#waiting.delete(id);
    this.#bytes -= one.bytes;
    return true;
  }

  #makeRoom(): string[] {
    const gone: string[] = [];
    while (this.#waiting.size > this.#bounds.messagesMax || this.#bytes > this.#bounds.bytesMax) {
      const victim = this.#leastWorth();
      if (victim === undefined) break;
      this.#remove(victim.message.id);
      gone.push(victim.message.id);
    }
    return gone;
  }

  /** The oldest of the lowest severity that is not being sent at this moment. */
  #leastWorth(): Waiting | undefined {
    let least: Waiting | undefined;
    let rank: number = SEVERITIES.length;
    for (const one of this.#waiting.values()) {
      const its = SEVERITIES.indexOf(one.message.incident.severity);
      if (one.isUnderWay || its >= rank) continue;
      least = one;
      rank = its;
      if (rank === 0) break;
    }
    return least;
  }

  #append(line: string, now: number): void {
    if (!this.#isDurable) {
      this.tick(now);
      return;
    }
    if (this.#journalBytes > Math.max(JOURNAL_BYTES_MIN, 4 * this.#bytes)) {
      this.#rewrite(now);
      return;
    }
    const bytes = Buffer.from(line);
    try {
      writeWhole(this.#file, bytes);
      this.#journalBytes += bytes.length;
      this.#syncSoon();
    } catch {
      this.#lostDisk(now);
    }
  }

  /** Half a line may be there: it is cut off, so that the next one does not continue it. */
  #lostDisk(now: number): void {
    this.#isDurable = false;
    this.#rewriteAt = now + REWRITE_AGAIN_MS;
    try {
      ftruncateSync(this.#file, this.#journalBytes);
    } catch {
      // Its checksum will tell the half line from a whole one.
    }
  }

  /** The journal with only what waits: beside, flushed, renamed. */
  #rewrite(now: number): void {
    const beside = `${this.#path}.new`;
    let file = -1;
    try {
      const bytes = Buffer.from([...this.#waiting.values()].map(({ message }) => lineOf(['put', message])).join(''));
      file = openSync(beside, 'w', 0o600);
      writeWhole(file, bytes);
      fsyncSync(file);
      renameSync(beside, this.#path);
      closeSync(this.#file);
      this.#file = file;
      this.#journalBytes = bytes.length;
      this.#isDurable = true;
    } catch {
      if (file !== -1) closeSync(file);
      this.#lostDisk(now);
    }
  }

  /** At most one flush is under way; one more follows when something was written meanwhile. */
  #syncSoon(): void {
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    setTimeout(() => {
      if (this.#file === -1) return;
      fdatasync(this.#file, () => {
        this.#isSyncing = false;
      });
    }, 200).unref();
  }

  /** Returns the number of lines that could not be believed. */
  #replay(): number {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch {
      return 0;
    }
    let damaged = 0;
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const entry = entryOf(line);
      if (entry === undefined) damaged += 1;
      else if (entry[0] === 'done') for (const id of entry[1]) this.#remove(id);
      else if (!this.#waiting.has(entry[1].id)) this.#add(entry[1], Buffer.byteLength(line) + 1);
    }
    return damaged;
  }
}

type Entry = readonly ['put', SinkMessage] | readonly ['done', readonly string[]];

function lineOf(entry: Entry): string {
  const text = JSON.stringify(entry);
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`;
}

function entryOf(line: string): Entry | undefined {
  const text = line.slice(9);
  if (line.slice(0, 8) !== crc32(text).toString(16).padStart(8, '0')) return undefined;
  return JSON.parse(text) as Entry;
}

function writeWhole(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}
