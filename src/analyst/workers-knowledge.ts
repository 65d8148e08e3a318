// What the workers are told of what was learned: the secret of hashes, templates, baselines, owners of objects.
// Invariant: a worker reads messages between transactions, so they are small and rare: templates when they change, baselines
// when a figure moved noticeably and at most BASELINES_PER_MESSAGE_MAX at once, owners as differences.
import type { Analysis } from '../analysis/analysis.ts';
import { baselinesOf } from '../analysis/learning/baseline.ts';
import { type Baseline, NO_BUDGETS, type ValueBudgets } from '../core/baseline.ts';
import type { LearnedEndpoint, LearnedRange } from '../core/learned-endpoint.ts';
import { OWNERS_MAX } from '../inspection/owner-table.ts';
import type { FromAnalyst, LearnedForWorkers } from '../messages.ts';
import type { Decisions } from './decisions.ts';

const BASELINES_PER_MESSAGE_MAX = 200;
/** Of everything that was ever given out; pieces without an entry are left out. */
const WORDS_PER_MESSAGE = 16_384;
/** A figure that moved by less is the same. */
const NOTICEABLE = 0.1;

export interface WorkersKnowledgeOptions {
  readonly secret: string;
  readonly analysis: Analysis;
  readonly decisions: Pick<Decisions, 'holding'>;
  readonly tell: (message: FromAnalyst) => void;
}

export class WorkersKnowledge {
  readonly #options: WorkersKnowledgeOptions;
  #secret: string;
  #templates: LearnedForWorkers['templates'] = [];
  #templatesText = '[]';
  readonly #baselines = new Map<string, Baseline>();
  #areOwnersTold = false;
  #isIssuedTold = false;
  #budgets: ValueBudgets = NO_BUDGETS;

  constructor(options: WorkersKnowledgeOptions) {
    this.#options = options;
    this.#secret = options.secret;
  }

  get all(): LearnedForWorkers {
    return {
      secret: this.#secret,
      templates: this.#templates,
      baselines: [...this.#baselines.values()],
      budgets: this.#budgets,
    };
  }

  adopt(secret: string): void {
    if (secret === this.#secret) return;
    this.#secret = secret;
    this.#tellTemplates();
  }

  learned(endpoints: readonly LearnedEndpoint[]): void {
    const templates = endpoints
      .filter(({ operation }) => operation === undefined)
      .map(({ method, host, template, source }) => ({ method, host, template, source }));
    const text = JSON.stringify(templates);
    if (text !== this.#templatesText) {
      this.#templates = templates;
      this.#templatesText = text;
      this.#tellTemplates();
    }
    this.#tellBaselines(endpoints);
    this.#tellBudgets();
    if (this.#areOwnersTold) this.#tellOwners(false);
    else if ([...this.#baselines.values()].some(({ privateExcept }) => privateExcept !== undefined))
      this.tellAllOwners();
    if (!this.#isIssuedTold && [...this.#baselines.values()].some(({ issuedOnlyFor }) => issuedOnlyFor.length > 0)) {
      this.#isIssuedTold = true;
      this.#tellAllIssued();
    }
  }

  /** A worker that is new knows none. */
  newWorker(): void {
    if (this.#areOwnersTold) this.tellAllOwners();
    if (this.#isIssuedTold) this.#tellAllIssued();
  }

  /** To be called a few times a second: clients soon ask for what they were given. */
  tellIssued(): void {
    if (!this.#isIssuedTold) return;
    for (const { pairs, whole } of this.#options.analysis.takeIssued(false)) {
      if (whole !== undefined) this.#tellWords(whole);
      if (pairs.length === 0) continue;
      const text = Buffer.from(Float64Array.from(pairs).buffer).toString('base64');
      this.#options.tell({ kind: 'issued', change: { pairs: text, part: undefined } });
    }
  }

  tellAllOwners(): void {
    this.#areOwnersTold = true;
    this.#tellOwners(true);
  }

  #tellBudgets(): void {
    const budgets = this.#options.analysis.valueBudgets() ?? NO_BUDGETS;
    if (JSON.stringify(budgets) === JSON.stringify(this.#budgets)) return;
    this.#budgets = budgets;
    this.#options.tell({ kind: 'budgets', budgets });
  }

  #tellAllIssued(): void {
    for (const { whole } of this.#options.analysis.takeIssued(true)) if (whole !== undefined) this.#tellWords(whole);
  }

  #tellWords(words: Uint32Array): void {
    for (let from = 0; from < words.length; from += WORDS_PER_MESSAGE) {
      const piece = words.subarray(from, from + WORDS_PER_MESSAGE);
      const isLast = from + WORDS_PER_MESSAGE >= words.length;
      if (!isLast && piece.every((word) => word === 0)) continue;
      const text = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString('base64');
      this.#options.tell({ kind: 'issued', change: { pairs: '', part: { from, words: text, isLast } } });
    }
  }

  #tellTemplates(): void {
    this.#options.tell({ kind: 'learned', secret: this.#secret, templates: this.#templates });
  }

  #tellBaselines(endpoints: readonly LearnedEndpoint[]): void {
    const { analysis, decisions, tell } = this.#options;
    const promoted = new Set(decisions.holding('promotion'));
    const now = baselinesOf(endpoints, {
      isPromoted: (endpoint) => promoted.has(endpoint),
      ownerFields: analysis.ownerInvariants(),
      privatePlaces: analysis.privatePlaces(),
      issuedPlaces: analysis.issuedPlaces(),
      privileged: analysis.privilegedSenders(),
    });
    const known = new Set(now.map(({ endpoint }) => endpoint));
    const removed = [...this.#baselines.keys()].filter((endpoint) => !known.has(endpoint));
    const changed = now
      .filter((one) => isNoticeable(this.#baselines.get(one.endpoint), one))
      .slice(0, BASELINES_PER_MESSAGE_MAX);
    for (const endpoint of removed) this.#baselines.delete(endpoint);
    for (const one of changed) this.#baselines.set(one.endpoint, one);
    if (changed.length > 0 || removed.length > 0) tell({ kind: 'baselines', changed, removed });
  }

  #tellOwners(isWhole: boolean): void {
    const owners = this.#options.analysis.takeOwners(isWhole, OWNERS_MAX);
    if (isWhole || owners.length > 0) this.#options.tell({ kind: 'owners', change: { isWhole, owners } });
  }
}

function isNoticeable(before: Baseline | undefined, now: Baseline): boolean {
  if (before === undefined) return true;
  const { samples, principals, responseBytes, records, dataTypes, ...rest } = now;
  const { samples: _s, principals: _p, responseBytes: _b, records: _r, dataTypes: _d, ...restBefore } = before;
  if (JSON.stringify(rest) !== JSON.stringify(restBefore)) return true;
  if (isMoved(before.samples, samples) || isMoved(before.principals, principals)) return true;
  if (isRangeMoved(before.responseBytes, responseBytes) || isRangeMoved(before.records, records)) return true;
  if (before.dataTypes.length !== dataTypes.length) return true;
  return dataTypes.some(([type, range]) => {
    const was = before.dataTypes.find(([known]) => known === type);
    return was === undefined || isRangeMoved(was[1], range);
  });
}

function isRangeMoved(before: LearnedRange, now: LearnedRange): boolean {
  return isMoved(before.p999, now.p999);
}

function isMoved(before: number, now: number): boolean {
  return Math.abs(now - before) > NOTICEABLE * Math.max(before, now);
}
