// The analysis of behaviour over recorded time: windows, habits and ticks run on the transactions' own clock, so that what took
// a night is found in a minute.
import { Analysis } from '../../analysis/analysis.ts';
import { baselinesOf } from '../../analysis/learning/baseline.ts';
import { Learner } from '../../analysis/learning/learner.ts';
import type { Baseline } from '../../core/baseline.ts';
import type { PolicyBundle } from '../../core/document.ts';
import type { Incident } from '../../core/incident.ts';
import type { TransactionRecord } from '../../core/record.ts';
import { EndpointMatcher } from '../../inspection/endpoints.ts';
import type { StatedTemplate } from '../../inspection/stated-templates.ts';
import { InOrder } from './in-order.ts';

const WAITING_MAX = 5_000;
const TICK_MS = 5_000;
const INCIDENTS_MAX = 100_000;
/** Templates are looked at again when so many were learned from, then twice as many, up to the longest step. */
const TEMPLATES_AFTER = 1_000;
const TEMPLATES_STEP_MAX = 50_000;

export interface WouldRestrict {
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly reason: string;
}

const WISHES_MAX = 1_000;

/** What a gateway that had watched the traffic so far would know of its endpoints. */
export interface KnownByNow {
  readonly endpoints: EndpointMatcher;
  readonly baselines: ReadonlyMap<string, Baseline>;
}

export class History {
  readonly #analysis: Analysis;
  readonly #inOrder: InOrder<TransactionRecord>;
  readonly #restrictions: WouldRestrict[] = [];
  readonly #learner: Learner;
  readonly #stated: readonly StatedTemplate[];
  #endpoints: EndpointMatcher;
  #templatesAt = TEMPLATES_AFTER;
  #now = 0;
  #tickedAt = 0;

  constructor(bundle: PolicyBundle, neverRestricted: readonly string[], stated: readonly StatedTemplate[]) {
    this.#stated = stated;
    this.#endpoints = new EndpointMatcher(stated);
    this.#learner = new Learner({ stated, isSuspect: (key) => this.#analysis.isSuspect(key) });
    this.#analysis = new Analysis(bundle, {
      neverRestricted,
      endpointOf: (record) => this.#endpointOf(record),
      onEvent: (event) => {
        if (event.kind !== 'wish' || event.wish.kind !== 'restrict' || this.#restrictions.length >= WISHES_MAX) return;
        const { actor, action, reason } = event.wish.proposal;
        this.#restrictions.push({ at: this.#now, actor: `${actor.kind} ${actor.id}`, action, reason });
      },
    });
    this.#inOrder = new InOrder(WAITING_MAX, (record) => this.#take(record));
  }

  /** Entries of a gateway's learned file that were left out. */
  merge(learned: unknown): number {
    const ignored = this.#learner.merge(learned);
    this.#refreshTemplates();
    return ignored;
  }

  /** As of the last look at templates. Owners of single objects are left to analysis, which reads in order of time. */
  get known(): KnownByNow {
    const baselines = baselinesOf(this.#learner.endpoints(), {
      isPromoted: () => false,
      ownerFields: this.#analysis.ownerInvariants(),
      privatePlaces: [],
      issuedPlaces: [],
      privileged: this.#analysis.privilegedSenders(),
    });
    return { endpoints: this.#endpoints, baselines: new Map(baselines.map((one) => [one.endpoint, one])) };
  }

  /** Records so far out of order that windows may have missed them. */
  get late(): number {
    return this.#inOrder.late;
  }

  /** True when there is something new to know. */
  take(record: TransactionRecord): boolean {
    // Learned from as it is read: what waits to be sorted is then analysed with the templates of all that was read.
    this.#learner.take(record);
    const isDue = this.#learner.counts.learned >= this.#templatesAt;
    if (isDue) {
      this.#templatesAt += Math.min(this.#templatesAt, TEMPLATES_STEP_MAX);
      this.#refreshTemplates();
    }
    this.#inOrder.add(record.receivedAt, record);
    return isDue;
  }

  /** What people would have been shown, oldest first; parts of a larger incident are told there. */
  end(): { readonly incidents: readonly Incident[]; readonly restrictions: readonly WouldRestrict[] } {
    this.#refreshTemplates();
    this.#inOrder.end();
    this.#analysis.tick(this.#now + TICK_MS);
    const { items } = this.#analysis.incidents({}, 0, INCIDENTS_MAX);
    const incidents = items.filter((one) => one.mergedInto === undefined).sort((a, b) => a.firstSeen - b.firstSeen);
    return { incidents, restrictions: this.#restrictions };
  }

  /** What was learned since the transaction was inspected; the path's own text was looked at then, before it was masked. */
  #endpointOf({ endpoint, method, host, path }: TransactionRecord): string {
    if (endpoint === '') return endpoint;
    const found = this.#endpoints.match(method, host, path === '/' ? [] : path.slice(1).split('/'));
    return found.source === 'classes' ? endpoint : found.id;
  }

  #refreshTemplates(): void {
    const learned = this.#learner.endpoints().filter(({ operation }) => operation === undefined);
    this.#endpoints = new EndpointMatcher([...this.#stated, ...learned]);
  }

  #take(record: TransactionRecord): void {
    if (record.receivedAt > this.#now) this.#now = record.receivedAt;
    if (this.#now - this.#tickedAt >= TICK_MS) {
      this.#tickedAt = this.#now;
      this.#analysis.tick(this.#now);
    }
    this.#analysis.take(record);
  }
}
