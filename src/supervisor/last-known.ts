// What the analyst has told, kept for the workers that start later and for the time when there is no analyst.
import { actorKey } from '../core/actor.ts';
import { type Baseline, NO_BUDGETS } from '../core/baseline.ts';
import type { PreparedContract } from '../core/contract.ts';
import type { Restriction, RestrictionChange } from '../core/restriction.ts';
import type { FromAnalyst, LearnedForWorkers, ToWorker, WorkerStart } from '../messages.ts';

type Told<K extends FromAnalyst['kind']> = Extract<FromAnalyst, { readonly kind: K }>;
type Kept = Told<'restrictions' | 'learned' | 'baselines' | 'budgets' | 'shadow'>;

export class LastKnown {
  /** Of endpoints that are enforced as they were learned. */
  contracts: readonly PreparedContract[] = [];
  readonly #restrictions = new Map<string, Restriction>();
  readonly #baselines = new Map<string, Baseline>();
  #learned: Pick<LearnedForWorkers, 'secret' | 'templates'> = { secret: '', templates: [] };
  #budgets = NO_BUDGETS;
  #shadow: WorkerStart['shadow'];

  /** For a worker that starts now. */
  get all(): Pick<WorkerStart, 'restrictions' | 'learned' | 'shadow'> {
    return {
      restrictions: [...this.#restrictions.values()],
      learned: { ...this.#learned, baselines: [...this.#baselines.values()], budgets: this.#budgets },
      shadow: this.#shadow,
    };
  }

  /** An analyst that has started says everything it knows; what it does not know no longer holds. Returns what workers are to hear. */
  adopt({ restrictions, learned }: Told<'ready'>): ToWorker[] {
    const known = new Set(restrictions.map((one) => one.id));
    const removed = [...this.#restrictions.values()].filter((one) => !known.has(one.id));
    const { secret, templates, baselines, budgets } = learned;
    return [
      this.take({ kind: 'restrictions', change: { added: restrictions, removed } }),
      this.take({ kind: 'learned', secret, templates }),
      this.take({ kind: 'baselines', changed: baselines, removed: [] }),
      this.take({ kind: 'budgets', budgets }),
    ];
  }

  /** Keeps it, and returns what workers are to hear. */
  take(message: Kept): ToWorker {
    switch (message.kind) {
      case 'restrictions':
        this.#change(message.change);
        return message;
      case 'learned': {
        const { secret, templates } = message;
        this.#learned = { secret, templates };
        return message;
      }
      case 'baselines':
        for (const endpoint of message.removed) this.#baselines.delete(endpoint);
        for (const one of message.changed) this.#baselines.set(one.endpoint, one);
        return message;
      case 'budgets':
        this.#budgets = message.budgets;
        return message;
      case 'shadow':
        this.#shadow = message.order;
        return message;
      default:
        return message satisfies never;
    }
  }

  #change({ added, removed }: RestrictionChange): void {
    for (const one of removed) {
      const key = actorKey(one.actor);
      if (this.#restrictions.get(key)?.id === one.id) this.#restrictions.delete(key);
    }
    for (const one of added) this.#restrictions.set(actorKey(one.actor), one);
  }
}
