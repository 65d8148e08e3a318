// What several nodes learn, as one model: each puts what it learned since the last time into the store, and adds what the others
// put there. Invariants: every increment is added once on every node, in the order of its node; what cannot be written waits and
// grows by what is learned meanwhile; a node that was away reads what it missed for as long as increments are kept.
import { z } from 'zod';
import type { Store, Unsubscribe } from '../../core/store.ts';
import type { Learner } from './learner.ts';

const CHANNEL = 'learning';
const KIND = 'learned-increment';
const KEEP = { ttlMs: 6 * 3_600_000, sizeMax: 20_000 };
const PAGE_DOCUMENTS = 50;
/** Well below the store's bound of a document, since JSON escapes make a text longer. */
const PART_CHARS = 400_000;
const PARTS_MAX = 400;
/** Nodes whose increments are counted; those not heard of for longest are forgotten. */
const NODES_MAX = 10_000;

const partSchema = z.object({
  node: z.string().min(1).max(120),
  number: z.number().int().min(1),
  part: z.number().int().min(0).max(PARTS_MAX),
  parts: z.number().int().min(1).max(PARTS_MAX),
  text: z.string().max(PART_CHARS),
});
const newsSchema = z.object({
  node: z.string().min(1).max(120),
  number: z.number().int().min(1),
  parts: z.number().int().min(1).max(PARTS_MAX),
});
type News = z.output<typeof newsSchema>;
type Part = z.output<typeof partSchema>;

export interface SharedLearningOptions {
  readonly store: Pick<Store, 'publish' | 'subscribe' | 'put' | 'document' | 'documents'>;
  /** Names this start of this node: numbers begin at one with it. */
  readonly node: string;
  readonly learner: Learner;
  /** Node → number of its last increment that the learner already has. */
  readonly added?: ReadonlyMap<string, number>;
  /**
   * What the nodes keep in common, for a node that begins with nothing. Rejects while the store is away and is asked again then:
   * nothing of the others is added before it, since increments that are in it must not count twice.
   */
  readonly common?: () => Promise<CommonState | undefined>;
}

export interface CommonState {
  /** As a learner dumped it. */
  readonly dump: unknown;
  /** Node → number of its last increment that is in the dump. */
  readonly added: ReadonlyMap<string, number>;
}

export class SharedLearning {
  readonly counts = { sent: 0, added: 0, missed: 0, ignored: 0, tooLarge: 0 };
  readonly #options: SharedLearningOptions;
  readonly #added: Map<string, number>;
  #hasBegun = false;
  #number = 0;
  /** An increment on its way to the store; the next one is made when it has arrived. */
  #leaving: string | undefined;
  #unsubscribe: Unsubscribe | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(options: SharedLearningOptions) {
    this.#options = options;
    this.#added = new Map(options.added);
  }

  /** To be kept with what the learner knows, so that nothing is added twice after a restart. */
  get added(): ReadonlyMap<string, number> {
    return new Map(this.#added).set(this.#options.node, this.#number);
  }

  /** Whether this node knows what the others keep in common. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Takes over what the nodes keep in common. Never rejects; while the store is away it is tried again by all that follows. */
  begin(): Promise<void> {
    return this.#next(() => this.#begin());
  }

  start(): void {
    this.#unsubscribe = this.#options.store.subscribe(CHANNEL, {
      onMessage: (text) => this.#hear(text),
      onListening: () => void this.catchUp(),
    });
  }

  stop(): void {
    this.#unsubscribe?.();
  }

  /** Brings what was learned to the store. Never rejects; what could not be brought is brought next time. */
  publish(): Promise<void> {
    return this.#next(async () => {
      if (this.#leaving === undefined) {
        const increments = this.#options.learner.increments();
        if (increments === undefined) return;
        this.#leaving = JSON.stringify(increments);
        this.#number += 1;
      }
      await this.#bring(this.#leaving, this.#number);
      this.#leaving = undefined;
      this.counts.sent += 1;
    });
  }

  /** Does it while nothing is brought or added; what comes meanwhile waits. Never rejects. */
  alone(work: () => Promise<void>): Promise<void> {
    return this.#next(work);
  }

  /** Reads everything that the store keeps and this node does not have. Never rejects. */
  catchUp(): Promise<void> {
    return this.#next(() => this.#catchUp());
  }

  async #begin(): Promise<void> {
    if (this.#hasBegun) return;
    const common = await this.#options.common?.();
    this.#hasBegun = true;
    if (common === undefined) return;
    this.counts.ignored += this.#options.learner.merge(common.dump);
    this.counts.added += 1;
    for (const [node, number] of common.added) this.#added.set(node, number);
  }

  async #catchUp(): Promise<void> {
    await this.#begin();
    const byNode = new Map<string, Map<number, Part[]>>();
    let after: string | undefined;
    do {
      const page = await this.#options.store.documents(KIND, { documentsMax: PAGE_DOCUMENTS, after });
      for (const { value } of page.documents) {
        const part = partSchema.safeParse(value);
        if (!part.success) {
          this.counts.ignored += 1;
          continue;
        }
        const { node, number } = part.data;
        if (node === this.#options.node || number <= (this.#added.get(node) ?? 0)) continue;
        const ofNode = byNode.get(node) ?? new Map<number, Part[]>();
        byNode.set(node, ofNode.set(number, [...(ofNode.get(number) ?? []), part.data]));
      }
      after = page.next;
    } while (after !== undefined);
    for (const [node, increments] of byNode) {
      for (const [number, parts] of [...increments].sort(([a], [b]) => a - b)) {
        if (parts.length === parts[0]!.parts) this.#add(node, number, parts);
      }
    }
  }

  #hear(text: string): void {
    const news = newsSchema.safeParse(jsonOf(text));
    if (!news.success) {
      this.counts.ignored += 1;
      return;
    }
    if (news.data.node !== this.#options.node) void this.#next(() => this.#fetch(news.data));
  }

  async #fetch({ node, number, parts }: News): Promise<void> {
    await this.#begin();
    const added = this.#added.get(node) ?? 0;
    if (number <= added) return;
    // Something before it was missed, or its parts are not all there yet.
    if (number > added + 1) return this.#catchUp();
    const fetched: Part[] = [];
    for (let part = 0; part < parts; part++) {
      const one = partSchema.safeParse((await this.#options.store.document(KIND, idOf(node, number, part)))?.value);
      if (!one.success) return this.#catchUp();
      fetched.push(one.data);
    }
    this.#add(node, number, fetched);
  }

  #add(node: string, number: number, parts: readonly Part[]): void {
    const before = this.#added.get(node) ?? 0;
    this.counts.missed += number - before - 1;
    const text = [...parts]
      .sort((a, b) => a.part - b.part)
      .map((one) => one.text)
      .join('');
    this.counts.ignored += this.#options.learner.merge(jsonOf(text));
    this.counts.added += 1;
    this.#added.delete(node);
    this.#added.set(node, number);
    if (this.#added.size > NODES_MAX) this.#added.delete(this.#added.keys().next().value!);
  }

  async #bring(text: string, number: number): Promise<void> {
    const { store, node } = this.#options;
    const parts = Math.max(1, Math.ceil(text.length / PART_CHARS));
    if (parts > PARTS_MAX) {
      this.counts.tooLarge += 1;
      return;
    }
    for (let part = 0; part < parts; part++) {
      const value: Part = { node, number, part, parts, text: text.slice(part * PART_CHARS, (part + 1) * PART_CHARS) };
      // There already when an earlier attempt ended in a time-out.
      await store.put(KIND, idOf(node, number, part), value, 0, KEEP);
    }
    // Whoever misses this reads it with the next one.
    await store.publish(CHANNEL, JSON.stringify({ node, number, parts } satisfies News)).catch(() => {});
  }

  #next(work: () => Promise<void>): Promise<void> {
    // The store being away is no reason to stop; the next call goes on.
    this.#work = this.#work.then(work).catch(() => {});
    return this.#work;
  }
}

function idOf(node: string, number: number, part: number): string {
  return `${node}.${number}.${part}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
