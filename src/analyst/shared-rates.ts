// What rate-limited actors have asked of this node, told to the other nodes, and theirs to the workers here: the limit then holds
// for all nodes together. Only nodes with a store in common tell each other, and only of actors that are limited.
import { z } from 'zod';
import type { Store } from '../core/store.ts';
import type { RateCounts } from '../inspection/rate-window.ts';

const CHANNEL = 'rates';
const MINUTE_MS = 60_000;
const COUNTS_MAX = 1_000;

const schema = z.object({
  node: z.string().max(100),
  minute: z.number().int(),
  counts: z.array(z.tuple([z.string().max(200), z.number().int().min(1).max(1_000_000)])).max(COUNTS_MAX),
});

export interface SharedRatesOptions {
  readonly store: Pick<Store, 'kind' | 'publish' | 'subscribe'>;
  /** Names this node among all. */
  readonly node: string;
  readonly now: () => number;
  readonly onCounts: (counts: RateCounts) => void;
}

export class SharedRates {
  /** Messages that were not understood, or of another minute: clocks differ. */
  ignored = 0;
  readonly #options: SharedRatesOptions;

  constructor(options: SharedRatesOptions) {
    this.#options = options;
    if (options.store.kind === 'embedded') return;
    options.store.subscribe(CHANNEL, { onMessage: (text) => this.#hear(text), onListening: () => {} });
  }

  /** What a worker of this node has counted. While the store is away it is lost: the limit holds for each node then. */
  tell({ minute, counts }: RateCounts): void {
    const { store, node } = this.#options;
    if (store.kind === 'embedded') return;
    void store.publish(CHANNEL, JSON.stringify({ node, minute, counts })).catch(() => {});
  }

  #hear(text: string): void {
    const told = schema.safeParse(jsonOf(text));
    // A minute to come would begin the windows of the workers anew.
    if (!told.success || told.data.minute !== Math.floor(this.#options.now() / MINUTE_MS)) {
      this.ignored += 1;
      return;
    }
    const { node, minute, counts } = told.data;
    if (node !== this.#options.node) this.#options.onCounts({ minute, counts });
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
