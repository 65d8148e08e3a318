// What people decided about what was learned: endpoints that are promoted to enforce, and templates they wrote.
// Invariants: kept in a file of this node and in the store; of two decisions about one thing the later holds, on every node; a
// store that lost them is filled again. At most DECISIONS_MAX; one more is refused.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { DurableFile, readDurably } from '../admin/durable-file.ts';
import type { Store } from '../core/store.ts';

export const DECISIONS_MAX = 20_000;
const FILE = 'decisions.json';
const KIND = 'decision';
const CHANNEL = 'decisions';
const KEEP = { ttlMs: 10 * 365 * 86_400_000, sizeMax: DECISIONS_MAX };
const PAGE_DOCUMENTS = 500;

const decisionSchema = z.object({
  kind: z.enum(['promotion', 'template']),
  /** The endpoint's id, or `GET host/template`. */
  subject: z.string().min(1).max(2_000),
  /** False takes an earlier decision back. */
  holds: z.boolean(),
  by: z.string().max(200),
  at: z.number(),
});
export type Decision = z.output<typeof decisionSchema>;

export class Decisions {
  readonly #store: Store;
  readonly #file: DurableFile;
  readonly #onChange: () => void;
  readonly #byKey = new Map<string, Decision>();
  ignored = 0;

  constructor(store: Store, dataFolder: string, onUnsaved: (code: string) => void, onChange: () => void) {
    this.#store = store;
    const path = join(dataFolder, FILE);
    this.#file = new DurableFile(path, () => [...this.#byKey.values()], onUnsaved);
    this.#onChange = onChange;
    const kept = z.array(z.unknown()).safeParse(readDurably(path));
    for (const one of kept.data ?? []) this.#heed(one);
    const compare = () => void this.#compare().catch(() => {});
    store.subscribe(CHANNEL, { onMessage: (text) => this.#hear(text), onListening: compare });
    store.onEmptied(compare);
  }

  /** Subjects for which a decision of this kind holds. */
  holding(kind: Decision['kind']): string[] {
    return [...this.#byKey.values()].filter((one) => one.kind === kind && one.holds).map(({ subject }) => subject);
  }

  get(kind: Decision['kind'], subject: string): Decision | undefined {
    return this.#byKey.get(keyOf({ kind, subject }));
  }

  /** False when there is no room for one more. */
  decide(decision: Decision): boolean {
    if (this.#byKey.size >= DECISIONS_MAX && !this.#byKey.has(keyOf(decision))) return false;
    if (!this.#heed(decision)) return true;
    this.#changed();
    void this.#share(decision).catch(() => {});
    return true;
  }

  async #share(decision: Decision): Promise<void> {
    await this.#store.publish(CHANNEL, JSON.stringify(decision)).catch(() => {});
    const id = keyOf(decision);
    let current = await this.#store.document(KIND, id);
    for (let attempt = 0; attempt < 5; attempt++) {
      const known = decisionSchema.safeParse(current?.value);
      if (known.success && known.data.at > decision.at) return;
      const answer = await this.#store.put(KIND, id, decision, current?.version ?? 0, KEEP);
      if (answer.isWritten) return;
      current = answer.current;
    }
  }

  async #compare(): Promise<void> {
    const there = new Map<string, Decision>();
    let after: string | undefined;
    do {
      const page = await this.#store.documents(KIND, { documentsMax: PAGE_DOCUMENTS, after });
      for (const { value } of page.documents) {
        const one = decisionSchema.safeParse(value);
        if (one.success) there.set(keyOf(one.data), one.data);
        else this.ignored += 1;
      }
      after = page.next;
    } while (after !== undefined);
    let isChanged = false;
    for (const one of there.values()) isChanged = this.#heed(one) || isChanged;
    if (isChanged) this.#changed();
    for (const [key, own] of this.#byKey) if ((there.get(key)?.at ?? 0) < own.at) await this.#share(own);
  }

  #hear(text: string): void {
    try {
      if (this.#heed(JSON.parse(text))) this.#changed();
    } catch {
      this.ignored += 1;
    }
  }

  /** True when it is news. */
  #heed(value: unknown): boolean {
    const parsed = decisionSchema.safeParse(value);
    if (!parsed.success) {
      this.ignored += 1;
      return false;
    }
    const key = keyOf(parsed.data);
    const known = this.#byKey.get(key);
    if (known !== undefined && known.at >= parsed.data.at) return false;
    if (known === undefined && this.#byKey.size >= DECISIONS_MAX) return false;
    this.#byKey.set(key, parsed.data);
    return true;
  }

  #changed(): void {
    // In force first: a full disk must not keep people from deciding.
    this.#onChange();
    this.#file.save();
  }
}

function keyOf({ kind, subject }: Pick<Decision, 'kind' | 'subject'>): string {
  return `${kind}.${createHash('sha256').update(subject).digest('hex').slice(0, 32)}`;
}
