// Two policies on the same transactions: what the candidate would block that the live one does not, the other way round, and
// which findings differ; by endpoint and by actor, with examples.
// Invariant: at most GROUPS_MAX endpoints and actors are told apart; the rest share one group that says so.
import { actorKey } from '../core/actor.ts';
import type { Finding } from '../core/finding.ts';
import type { Judgement } from './recorded-judge.ts';

const GROUPS_MAX = 2_000;
const EXAMPLES_MAX = 5;
const EXAMPLES_PER_GROUP_MAX = 2;
const GROUPS_SHOWN_MAX = 100;
const OTHERS = '(others)';

export interface Example {
  readonly transaction: string;
  readonly at: string;
  readonly clientAddress: string;
  readonly method: string;
  readonly host: string;
  /** Sensitive values masked. */
  readonly path: string;
  readonly status: number;
  /** What makes the difference: findings of the one side only. */
  readonly findings: readonly ExampleFinding[];
}

interface ExampleFinding {
  readonly id: string;
  readonly phase: string;
  readonly pointer: string;
  readonly action: string;
  readonly policy: string;
}

export interface Group {
  readonly name: string;
  readonly count: number;
  readonly examples: readonly Example[];
}

export interface Difference {
  readonly count: number;
  readonly byEndpoint: readonly Group[];
  readonly byActor: readonly Group[];
  readonly examples: readonly Example[];
}

export interface ComparisonReport {
  readonly transactions: number;
  readonly live: string;
  readonly candidate: string;
  readonly newlyBlocked: Difference;
  readonly noLongerBlocked: Difference;
  /** Blocked or passed as before, but with other findings or another action. */
  readonly changedTags: Difference & {
    readonly added: Readonly<Record<string, number>>;
    readonly removed: Readonly<Record<string, number>>;
  };
}

/** What a worker has compared since it last said so. */
export interface ShadowCounts {
  /** Names the comparison: what belongs to an earlier one is not counted. */
  readonly run: string;
  readonly skipped: {
    /** No room for it: the judging may take a tenth of a core and lags. */
    readonly full: number;
    /** A body of more than is kept for this. */
    readonly large: number;
    /** The worker has another live policy at the moment, as in a canary. */
    readonly otherPolicy: number;
  };
  /** Detectors that threw, and transactions that could not be judged. */
  readonly errors: number;
  readonly inspectionMs: number;
  readonly report: ComparisonReport;
}

export class PolicyComparison {
  readonly #live: string;
  readonly #candidate: string;
  #transactions = 0;
  readonly #newlyBlocked = new Tally();
  readonly #noLongerBlocked = new Tally();
  readonly #changedTags = new Tally();
  readonly #added = new Map<string, number>();
  readonly #removed = new Map<string, number>();

  /** Versions of the two policies. */
  constructor(live: string, candidate: string) {
    this.#live = live;
    this.#candidate = candidate;
  }

  add(id: string, live: Judgement, candidate: Judgement): void {
    this.#transactions += 1;
    const gained = missingIn(candidate.findings, live.findings);
    const lost = missingIn(live.findings, candidate.findings);
    if (candidate.wouldBlock && !live.wouldBlock) this.#newlyBlocked.add(id, candidate, gained, 'block');
    else if (live.wouldBlock && !candidate.wouldBlock) this.#noLongerBlocked.add(id, live, lost, 'block');
    else if (gained.length > 0 || lost.length > 0) {
      this.#changedTags.add(id, candidate, [...gained, ...lost], undefined);
      for (const detection of new Set(gained.map((one) => one.detection))) count(this.#added, detection);
      for (const detection of new Set(lost.map((one) => one.detection))) count(this.#removed, detection);
    }
  }

  /** What another comparison of the same two policies has found, as that of another worker. */
  addReport({ transactions, newlyBlocked, noLongerBlocked, changedTags }: ComparisonReport): void {
    this.#transactions += transactions;
    this.#newlyBlocked.addDifference(newlyBlocked);
    this.#noLongerBlocked.addDifference(noLongerBlocked);
    this.#changedTags.addDifference(changedTags);
    for (const [detection, times] of Object.entries(changedTags.added)) count(this.#added, detection, times);
    for (const [detection, times] of Object.entries(changedTags.removed)) count(this.#removed, detection, times);
  }

  report(): ComparisonReport {
    return {
      transactions: this.#transactions,
      live: this.#live,
      candidate: this.#candidate,
      newlyBlocked: this.#newlyBlocked.difference(),
      noLongerBlocked: this.#noLongerBlocked.difference(),
      changedTags: {
        ...this.#changedTags.difference(),
        added: Object.fromEntries(this.#added),
        removed: Object.fromEntries(this.#removed),
      },
    };
  }
}

interface MutableGroup {
  count: number;
  readonly examples: Example[];
}

class Tally {
  count = 0;
  readonly #byEndpoint = new Map<string, MutableGroup>();
  readonly #byActor = new Map<string, MutableGroup>();
  readonly #examples: Example[] = [];

  add(id: string, { record, findings }: Judgement, different: readonly Finding[], action: 'block' | undefined): void {
    this.count += 1;
    const telling = different.filter((one) => action === undefined || one.action === action);
    // The same findings may add up otherwise, as under another list of exceptions.
    const shown = telling.length > 0 ? telling : different.length > 0 ? different : findings;
    const example: Example = {
      transaction: id,
      at: new Date(record.receivedAt).toISOString(),
      clientAddress: record.clientAddress,
      method: record.method,
      host: record.host,
      path: record.path,
      status: record.status,
      findings: shown.slice(0, 5).map(({ detection, phase, pointer, action: asks, policy }) => ({
        id: detection,
        phase,
        pointer,
        action: asks,
        policy: `${policy.kind} ${policy.id}${policy.file === '' ? '' : ` (${policy.file}:${policy.line})`}`,
      })),
    };
    if (this.#examples.length < EXAMPLES_MAX) this.#examples.push(example);
    addTo(this.#byEndpoint, record.endpoint === '' ? '(no endpoint)' : record.endpoint, 1, [example]);
    const actor = record.actors.at(-1) ?? { kind: 'ip' as const, id: record.clientAddress };
    addTo(this.#byActor, actorKey(actor), 1, [example]);
  }

  addDifference({ count: times, byEndpoint, byActor, examples }: Difference): void {
    this.count += times;
    this.#examples.push(...examples.slice(0, EXAMPLES_MAX - this.#examples.length));
    for (const group of byEndpoint) addTo(this.#byEndpoint, group.name, group.count, group.examples);
    for (const group of byActor) addTo(this.#byActor, group.name, group.count, group.examples);
  }

  difference(): Difference {
    return {
      count: this.count,
      byEndpoint: groupsOf(this.#byEndpoint),
      byActor: groupsOf(this.#byActor),
      examples: [...this.#examples],
    };
  }
}

function addTo(groups: Map<string, MutableGroup>, name: string, times: number, examples: readonly Example[]): void {
  const key = groups.has(name) || groups.size < GROUPS_MAX ? name : OTHERS;
  let group = groups.get(key);
  if (group === undefined) {
    group = { count: 0, examples: [] };
    groups.set(key, group);
  }
  group.count += times;
  group.examples.push(...examples.slice(0, EXAMPLES_PER_GROUP_MAX - group.examples.length));
}

/** The largest ones by name, the rest as one, so that the counts add up. */
function groupsOf(groups: ReadonlyMap<string, MutableGroup>): Group[] {
  const sorted = [...groups]
    .map(([name, { count: times, examples }]) => ({ name, count: times, examples: [...examples] }))
    .sort((a, b) => b.count - a.count);
  if (sorted.length <= GROUPS_SHOWN_MAX) return sorted;
  const [shown, rest] = [sorted.slice(0, GROUPS_SHOWN_MAX - 1), sorted.slice(GROUPS_SHOWN_MAX - 1)];
  return [...shown, { name: OTHERS, count: rest.reduce((sum, one) => sum + one.count, 0), examples: [] }];
}

/** Findings that the other side has not, whatever document they come from. */
function missingIn(findings: readonly Finding[], other: readonly Finding[]): Finding[] {
  if (findings.length === 0) return [];
  const known = new Set(other.map(keyOf));
  return findings.filter((finding) => !known.has(keyOf(finding)));
}

function keyOf({ detection, phase, location, pointer, dataType, action }: Finding): string {
  return `${detection} ${phase} ${location} ${pointer} ${dataType ?? ''} ${action}`;
}

function count(counts: Map<string, number>, key: string, times = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + times);
}
