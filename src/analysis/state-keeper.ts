// What was learned and found, kept in the store over a restart: one JSON text in documents of bounded size, in two slots that
// take turns, so that a save that breaks off leaves the one before whole. Invariant: what nobody has read is not overwritten.
import { createHash } from 'node:crypto';
import { setImmediate as othersTurn } from 'node:timers/promises';
import { z } from 'zod';
import type { Keep, Store } from '../core/store.ts';
import { byTurns, jsonPieces } from './json-pieces.ts';

const KIND = 'analysis-state';
/** Well below the store's bound, since JSON escapes make it longer. */
const PART_CHARS = 250_000;
const PARTS_MAX = 500;
const KEEP: Keep = { ttlMs: 30 * 24 * 3_600_000, sizeMax: 4 * PARTS_MAX };

const headSchema = z.object({
  slot: z.enum(['a', 'b']),
  parts: z.number().int().min(0).max(PARTS_MAX),
  sha256: z.string(),
});
type Head = z.output<typeof headSchema>;

export class StateKeeper {
  readonly #store: Pick<Store, 'put' | 'document'>;
  readonly #name: string;
  #isRead = false;
  /** Of the parts that were written; at most two slots of them. */
  readonly #versions = new Map<string, number>();

  /** `name` tells the states of several nodes apart. */
  constructor(store: Pick<Store, 'put' | 'document'>, name: string) {
    this.#store = store;
    this.#name = name;
  }

  /** Whether the store has answered a `load`: until then there may be a state that only waits for the store to come back. */
  get isRead(): boolean {
    return this.#isRead;
  }

  /** As `saveText`. @throws Fault of the store */
  save(state: unknown): Promise<boolean> {
    return this.saveText(jsonPieces(state));
  }

  /**
   * The state as JSON in pieces. Between some of them, and after each part that is written, others have their turn. False when it is
   * too large, somebody else wrote meanwhile, nothing was read yet, or it is not `isStill` true when all of it is there.
   * @throws Fault of the store
   */
  async saveText(pieces: Iterable<string>, isStill: () => boolean = () => true): Promise<boolean> {
    if (!this.#isRead) return false;
    const parts: string[] = [];
    const hash = createHash('sha256');
    for await (const part of partsOf(pieces)) {
      if (parts.push(part) > PARTS_MAX) return false;
      hash.update(part);
    }
    if (!isStill()) return false;
    const headDocument = await this.#store.document(KIND, this.#idOf('head'));
    const head = headSchema.safeParse(headDocument?.value);
    const slot: Head['slot'] = head.success && head.data.slot === 'a' ? 'b' : 'a';
    for (const [i, part] of parts.entries()) {
      if (!(await this.#putPart(this.#idOf(`${slot}${i}`), part))) return false;
      await othersTurn();
    }
    const next: Head = { slot, parts: parts.length, sha256: hash.digest('hex') };
    return (await this.#store.put(KIND, this.#idOf('head'), next, headDocument?.version ?? 0, KEEP)).isWritten;
  }

  /** With the version that it wrote last: reading a part only to learn its version costs as much as writing it. */
  async #putPart(id: string, part: string): Promise<boolean> {
    let answer = await this.#store.put(KIND, id, part, this.#versions.get(id) ?? 0, KEEP);
    // Another process wrote it, or it expired.
    if (!answer.isWritten) answer = await this.#store.put(KIND, id, part, answer.current?.version ?? 0, KEEP);
    if (answer.isWritten) this.#versions.set(id, answer.version);
    return answer.isWritten;
  }

  /** Undefined when there is none, or none that is whole. @throws Fault of the store */
  async load(): Promise<unknown> {
    const state = await this.#load();
    this.#isRead = true;
    return state;
  }

  async #load(): Promise<unknown> {
    const head = headSchema.safeParse((await this.#store.document(KIND, this.#idOf('head')))?.value);
    if (!head.success) return undefined;
    const { slot, parts, sha256 } = head.data;
    let text = '';
    for (let i = 0; i < parts; i++) {
      const part = await this.#store.document(KIND, this.#idOf(`${slot}${i}`));
      if (typeof part?.value !== 'string') return undefined;
      text += part.value;
    }
    return digest(text) === sha256 ? JSON.parse(text) : undefined;
  }

  #idOf(part: string): string {
    return `${this.#name}.${part}`;
  }
}

/** Of PART_CHARS and one more where a character would be cut in two. */
async function* partsOf(pieces: Iterable<string>): AsyncGenerator<string> {
  let waiting = '';
  for await (const some of byTurns(pieces, PART_CHARS)) {
    waiting += some;
    let from = 0;
    while (waiting.length - from > PART_CHARS) {
      const isCut = /[\ud800-\udbff]/.test(waiting[from + PART_CHARS - 1]!);
      const to = from + PART_CHARS + (isCut ? 1 : 0);
      yield waiting.slice(from, to);
      from = to;
    }
    waiting = waiting.slice(from);
  }
  if (waiting !== '') yield waiting;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
