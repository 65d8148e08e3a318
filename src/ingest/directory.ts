// Watches a folder where somebody writes recorded traffic: NDJSON is followed while it grows and over its rotation, other formats
// are read when they have stopped growing. Positions are kept before the next batch is read, so that a restart reads nothing twice
// and loses nothing; after a crash, at most the batch at hand is read again, under the same transaction ids.
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ENTRY_BYTES_MAX } from './entry.ts';
import type { Intake } from './intake.ts';
import { LineReader } from './lines.ts';
import { begins, type Position, Positions } from './positions.ts';
import { entriesOfLine, readTransactions } from './read-transactions.ts';
import { formatOf, isGzip, SNIFFED_BYTES } from './sniff.ts';

/** `x.ndjson`, and as rotation calls it: `x.ndjson.1`, `x.ndjson-20260301`. Packed files are copies of what was read before. */
const NAME = /^[^.].*\.(?:ndjson|jsonl|json|log|har|xml|gor|txt|pcap|pcapng)(?:[.-]\d{1,14})?$/i;
const CHUNK_BYTES = 256 * 1024;
const BATCH_ENTRIES = 200;
/** A file that is read as a whole has not changed for so long. */
const SETTLED_MS = 2_000;
const ROOM_MS = 60_000;

export interface DirectoryCounts {
  accepted: number;
  malformed: number;
}

export interface DirectorySettings {
  readonly folder: string;
  readonly pollMs: number;
  readonly load: () => unknown;
  readonly save: (positions: unknown) => void;
  readonly onMalformed: (file: string, line: number, reason: string) => void;
  readonly onUnreadable: (path: string, code: string) => void;
  readonly now: () => number;
}

export class WatchedDirectory {
  readonly #settings: DirectorySettings;
  readonly #intake: Intake;
  readonly #counts: DirectoryCounts;
  readonly #positions: Positions;
  readonly #unreadable = new Set<string>();
  #heads = new Map<string, Buffer>();
  #isStopping = false;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: DirectorySettings, intake: Intake, counts: DirectoryCounts) {
    this.#settings = settings;
    this.#intake = intake;
    this.#counts = counts;
    this.#positions = new Positions(settings.load());
  }

  start(): void {
    const next = (): void => {
      this.#running = this.look().finally(() => {
        if (!this.#isStopping) this.#timer = setTimeout(next, this.#settings.pollMs);
      });
    };
    next();
  }

  /** Resolves when the batch at hand is taken and its position kept. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** Once through the folder. Never rejects. */
  async look(): Promise<void> {
    const { folder } = this.#settings;
    try {
      const names = (await readdir(folder)).filter((name) => NAME.test(name));
      const files = await Promise.all(
        names.map(async (name) => ({ path: join(folder, name), ...(await factsOf(join(folder, name))) })),
      );
      this.#heads = new Map(files.flatMap(({ inode, head }) => (head === undefined ? [] : [[inode, head] as const])));
      // Oldest first: what was rotated away came before what is written now.
      for (const file of files.sort((a, b) => a.changedAt - b.changedAt)) {
        if (this.#isStopping) return;
        if (file.head !== undefined && file.head.length > 0) await this.#read(file.path, file.inode, file.head, file);
      }
      this.#unreadable.delete(folder);
    } catch (error) {
      this.#sayUnreadable(folder, error);
    }
  }

  async #read(
    path: string,
    inode: string,
    head: Buffer,
    { size, changedAt }: { readonly size: number; readonly changedAt: number },
  ): Promise<void> {
    const { now } = this.#settings;
    const position = this.#positions.of(
      inode,
      head,
      (one, where) => {
        const other = this.#heads.get(where);
        return other !== undefined && begins(other, one);
      },
      now(),
    );
    const format = isGzip(head) ? undefined : formatOf(head, path);
    try {
      if (format?.kind === 'lines') {
        // Cut short and written anew with the same beginning.
        if (size < position.offset) Object.assign(position, { offset: 0, lines: 0 });
        if (size > position.offset) await this.#follow(path, position);
      } else if (format !== undefined && position.doneAtBytes !== size && now() - changedAt >= SETTLED_MS) {
        await this.#readWhole(path, position, size);
      }
      this.#unreadable.delete(path);
    } catch (error) {
      this.#sayUnreadable(path, error);
    }
  }

  /** Whole lines from where it was left to the end; a line without its line feed is still being written. */
  async #follow(path: string, position: Position): Promise<void> {
    const handle = await open(path, 'r');
    try {
      const start = position.offset;
      const before = position.lines;
      const lines = new LineReader(ENTRY_BYTES_MAX, start);
      const buffer = Buffer.alloc(CHUNK_BYTES);
      for (let at = start; !this.#isStopping; ) {
        const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, at);
        if (bytesRead === 0) break;
        at += bytesRead;
        for (const line of lines.take(Buffer.from(buffer.subarray(0, bytesRead)))) {
          const number = before + line.number;
          for (const entry of entriesOfLine({ ...line, number })) {
            await this.#take(path, entry, `${position.head.slice(0, 12)}-${line.end.toString(36)}`);
          }
          position.offset = line.end;
          position.lines = number;
        }
        this.#save();
      }
    } finally {
      await handle.close();
      this.#save();
    }
  }

  async #readWhole(path: string, position: Position, size: number): Promise<void> {
    let index = 0;
    for await (const entry of readTransactions(path)) {
      if (this.#isStopping) break;
      index += 1;
      if (index <= position.entries) continue;
      await this.#take(path, entry, `${position.head.slice(0, 12)}-e${index.toString(36)}`);
      position.entries = index;
      if (index % BATCH_ENTRIES === 0) this.#save();
    }
    if (!this.#isStopping) position.doneAtBytes = size;
    this.#save();
  }

  async #take(path: string, entry: Parameters<typeof isMalformed>[0], id: string): Promise<void> {
    if (isMalformed(entry)) {
      this.#counts.malformed += 1;
      this.#settings.onMalformed(path, entry.line, entry.malformed);
      return;
    }
    // A file waits; nothing is dropped.
    while (!(await this.#intake.room(ROOM_MS)) && !this.#isStopping);
    this.#intake.take(entry.transaction, id);
    this.#counts.accepted += 1;
  }

  #save(): void {
    this.#settings.save(this.#positions.dump());
  }

  #sayUnreadable(path: string, error: unknown): void {
    if (this.#unreadable.has(path)) return;
    this.#unreadable.add(path);
    this.#settings.onUnreadable(path, (error as NodeJS.ErrnoException).code ?? (error as Error).message);
  }
}

type Entry = ReturnType<typeof entriesOfLine> extends Generator<infer E> ? E : never;

function isMalformed(entry: Entry): entry is Extract<Entry, { malformed: string }> {
  return 'malformed' in entry;
}

async function factsOf(
  path: string,
): Promise<{ inode: string; size: number; changedAt: number; head: Buffer | undefined }> {
  try {
    const { dev, ino, size, mtimeMs, isFile } = await kindOf(path);
    if (!isFile) return { inode: '', size: 0, changedAt: 0, head: undefined };
    const handle = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(size, SNIFFED_BYTES)), 0, undefined, 0);
      return { inode: `${dev}:${ino}`, size, changedAt: mtimeMs, head: buffer.subarray(0, bytesRead) };
    } finally {
      await handle.close();
    }
  } catch {
    // Gone between the listing and now, or not ours to read: looked at again next time.
    return { inode: '', size: 0, changedAt: 0, head: undefined };
  }
}

async function kindOf(path: string) {
  const facts = await stat(path);
  return { dev: facts.dev, ino: facts.ino, size: facts.size, mtimeMs: facts.mtimeMs, isFile: facts.isFile() };
}
