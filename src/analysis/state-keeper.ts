// What was learned and found, kept in the store over a restart: one JSON text in documents of bounded size, in two slots that
// take turns, so that a save that breaks off leaves the one before whole. Invariant: what nobody has read is not overwritten.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Keep, Store } from '../core/store.ts';

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

  /** `name` tells the states of several nodes apart. */
  constructor(store: Pick<Store, 'put' | 'document'>, name: string) {
    this.#store = store;
    this.#name = name;
  }

  /** Whether the store has answered a `load`: until then there may be a state that only waits for the store to come back. */
  get isRead(): boolean {
    return this.#isRead;
  }

  /** False when the state is too large, somebody else wrote meanwhile, or nothing was read yet. @throws Fault of the store */
  async save(state: unknown): Promise<boolean> {
    if (!this.#isRead) return false;
    const text = JSON.stringify(state);
    const parts = Math.ceil(text.length / PART_CHARS);
    if (parts > PARTS_MAX) return false;
    const headDocument = await this.#store.document(KIND, this.#idOf('head'));
    const head = headSchema.safeParse(headDocument?.value);
    const slot: Head['slot'] = head.success && head.data.slot === 'a' ? 'b' : 'a';
    for (let i = 0; i < parts; i++) {
      const id = this.#idOf(`${slot}${i}`);
      const version = (await this.#store.document(KIND, id))?.version ?? 0;
      const part = text.slice(i * PART_CHARS, (i + 1) * PART_CHARS);
      if (!(await this.#store.put(KIND, id, part, version, KEEP)).isWritten) return false;
    }
    const next: Head = { slot, parts, sha256: digest(text) };
    return (await this.#store.put(KIND, this.#idOf('head'), next, headDocument?.version ?? 0, KEEP)).isWritten;
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

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
