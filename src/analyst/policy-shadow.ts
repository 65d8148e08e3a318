// The candidate that runs beside the live policy: started, compared, promoted or dropped by people.
// Workers compare; their counts are added up here. Invariants: one candidate at a time; when the live policy changes, the candidate
// is made anew on top of it and counting begins anew; what runs and what was found survive a restart.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { AuditLog } from '../admin/audit-log.ts';
import { readDurably, writeDurably } from '../admin/durable-file.ts';
import { differenceOf } from '../admin/policy-difference.ts';
import type { PolicyLifeContext } from '../admin/policy-life-context.ts';
import type { EndedShadow, ShadowContext, ShadowState, ShadowWish } from '../admin/shadow-context.ts';
import type { PolicyBundle, PolicyDocument } from '../core/document.ts';
import { PolicyComparison, type ShadowCounts } from '../inspection/policy-comparison.ts';
import type { ShadowOrder } from '../shadow/shadow-judge.ts';
import { candidateOf } from './candidate.ts';

const CHECK_MS = 1_000;
const SAVE_MS = 10_000;

export interface PolicyShadowOptions {
  readonly dataFolder: string;
  readonly live: () => PolicyBundle;
  /** The shipped documents as they are on disk; a sentence when they cannot be read. */
  readonly shipped: () => Promise<readonly PolicyDocument[] | { readonly objection: string }>;
  readonly promote: PolicyLifeContext['promote'];
  readonly audit: AuditLog;
  readonly log: Logger;
  /** To all workers; undefined ends it. */
  readonly announce: (order: ShadowOrder | undefined) => void;
  /** For the live stream. */
  readonly note: (value: object) => void;
  readonly now: () => number;
}

/** What is kept on disk. */
interface Kept {
  readonly id: string;
  readonly wish: ShadowWish;
  readonly by: string;
  readonly at: number;
  readonly since: number;
  readonly candidate: PolicyBundle;
  /** What the candidate's documents come on top of; undefined for the live policy. */
  readonly base: readonly PolicyDocument[] | undefined;
  readonly against: string;
  readonly counts: Omit<ShadowCounts, 'run'>;
}

interface Running extends Omit<Kept, 'counts'> {
  readonly run: string;
  readonly comparison: PolicyComparison;
  readonly skipped: { full: number; large: number; otherPolicy: number };
  errors: number;
  inspectionMs: number;
  isComparing: boolean;
}

export class PolicyShadow implements ShadowContext {
  readonly #options: PolicyShadowOptions;
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;
  #running: Running | undefined;
  #last: EndedShadow | undefined;
  #isStarting = false;
  #hasNews = false;
  #isUnsaved = false;
  #savedAt = 0;
  /** Since the process started, over all candidates. */
  readonly totals = { compared: 0, full: 0, large: 0, otherPolicy: 0, errors: 0, inspectionMs: 0 };
  readonly differences = { newlyBlocked: 0, noLongerBlocked: 0, changedTags: 0 };

  constructor(options: PolicyShadowOptions) {
    this.#options = options;
    this.#path = join(options.dataFolder, 'policy-shadow.json');
    const kept = readDurably(this.#path) as { running?: Kept; last?: EndedShadow } | null | undefined;
    this.#last = kept?.last;
    if (kept?.running !== undefined) this.#resume(kept.running);
    this.#timer = setInterval(() => this.#check(), CHECK_MS);
    this.#timer.unref();
  }

  get isComparing(): boolean {
    return this.#running?.isComparing === true;
  }

  get running(): ShadowState | undefined {
    const running = this.#running;
    if (running === undefined) return undefined;
    return {
      ...told(running),
      isComparing: running.isComparing,
      changes: differenceOf(this.#options.live(), running.candidate),
    };
  }

  get last(): EndedShadow | undefined {
    return this.#last;
  }

  async start(wish: ShadowWish, by: string): ReturnType<ShadowContext['start']> {
    if (this.#running !== undefined || this.#isStarting)
      return { objection: 'a candidate runs beside the live policy already; promote or drop it first' };
    this.#isStarting = true;
    try {
      const shipped = wish.onTopOf === 'shipped' ? await this.#options.shipped() : undefined;
      if (shipped !== undefined && 'objection' in shipped) return shipped;
      const { now, audit, live } = this.#options;
      const made = candidateOf(wish.documents, shipped ?? live().documents);
      if ('faults' in made) return made;
      if (made.bundle.version === live().version) return { objection: 'the candidate says what is live already' };
      const at = now();
      const base = { id: randomUUID(), wish, by, at, base: shipped };
      this.#begin({ ...base, since: at, candidate: made.bundle, against: live().version }, undefined);
      audit.add({
        actor: by,
        action: 'shadow.start',
        target: made.bundle.version,
        before: live().version,
        after: { share: wish.share, onTopOf: wish.onTopOf, reason: wish.reason },
      });
      return this.running!;
    } finally {
      this.#isStarting = false;
    }
  }

  promote(by: string, reason: string): ReturnType<ShadowContext['promote']> {
    const running = this.#running;
    if (running === undefined) return { objection: 'no candidate runs beside the live policy' };
    // It ends first, so that the change of policy does not begin it anew.
    this.#end('promoted', by, reason);
    const outcome = this.#options.promote(running.candidate, by, reason);
    if ('objection' in outcome) return outcome;
    this.#options.audit.add({
      actor: by,
      action: 'shadow.promote',
      target: running.candidate.version,
      after: { reason },
    });
    return outcome;
  }

  drop(by: string, reason: string): ReturnType<ShadowContext['drop']> {
    const running = this.#running;
    if (running === undefined) return { objection: 'no candidate runs beside the live policy' };
    this.#options.audit.add({ actor: by, action: 'shadow.drop', target: running.candidate.version, after: { reason } });
    return this.#end('dropped', by, reason);
  }

  /** Another policy is live now. */
  liveChanged(): void {
    const running = this.#running;
    const live = this.#options.live();
    if (running === undefined || running.against === live.version) return;
    const made = candidateOf(running.wish.documents, running.base ?? live.documents);
    if ('faults' in made) {
      this.#end('refused', 'gateway', `it does not go with what is live now: ${made.faults[0]!.message}`);
      return;
    }
    if (made.bundle.version === live.version) {
      this.#end('live', 'files', 'the live policy says the same by now');
      return;
    }
    const { id, wish, by, at, base } = running;
    const since = this.#options.now();
    this.#begin({ id, wish, by, at, base, since, candidate: made.bundle, against: live.version }, undefined);
  }

  take(counts: ShadowCounts): void {
    const running = this.#running;
    if (running === undefined || counts.run !== running.run) return;
    const { skipped, errors, inspectionMs, report } = counts;
    addCounts(running, counts);
    this.totals.compared += report.transactions;
    for (const why of ['full', 'large', 'otherPolicy'] as const) this.totals[why] += skipped[why];
    this.totals.errors += errors;
    this.totals.inspectionMs += inspectionMs;
    for (const kind of ['newlyBlocked', 'noLongerBlocked', 'changedTags'] as const)
      this.differences[kind] += report[kind].count;
    this.#hasNews = true;
    this.#isUnsaved = true;
  }

  /** A worker could not compile it. */
  refused(run: string, message: string): void {
    if (this.#running?.run !== run) return;
    this.#options.log.error({ reason: message }, 'the candidate policy cannot be run');
    this.#end('refused', 'gateway', message);
  }

  close(): void {
    clearInterval(this.#timer);
    if (this.#isUnsaved) this.#save();
  }

  #resume(kept: Kept): void {
    const live = this.#options.live();
    if (kept.against === live.version) {
      const { counts, ...rest } = kept;
      this.#begin(rest, counts);
      return;
    }
    const { counts, ...rest } = kept;
    this.#running = newRunning(rest);
    this.liveChanged();
  }

  #begin(what: Omit<Kept, 'counts'>, counts: Kept['counts'] | undefined): void {
    const running = newRunning(what);
    if (counts !== undefined) addCounts(running, counts);
    this.#running = running;
    running.isComparing = this.#options.now() < what.at + what.wish.durationMs;
    this.#announce(running);
    this.#save();
    this.#tell();
  }

  #announce({ run, candidate, against, wish, isComparing }: Running): void {
    this.#options.announce(isComparing ? { run, candidate, against, share: wish.share } : undefined);
  }

  #end(end: EndedShadow['end'], by: string, reason: string): EndedShadow {
    const ended = { ...told(this.#running!), end, endedAt: this.#options.now(), endedBy: by, endReason: reason };
    this.#last = ended;
    this.#running = undefined;
    this.#options.announce(undefined);
    this.#save();
    this.#options.note({ id: ended.id, candidate: ended.candidate, end });
    return ended;
  }

  #check(): void {
    const running = this.#running;
    const now = this.#options.now();
    if (running?.isComparing === true && now >= running.at + running.wish.durationMs) {
      running.isComparing = false;
      this.#announce(running);
      this.#hasNews = true;
    }
    if (this.#hasNews) this.#tell();
    if (this.#isUnsaved && now - this.#savedAt >= SAVE_MS) this.#save();
  }

  #tell(): void {
    this.#hasNews = false;
    if (this.#running === undefined) return;
    const { id, candidate, isComparing, report } = { ...told(this.#running), isComparing: this.#running.isComparing };
    const { transactions, newlyBlocked, noLongerBlocked, changedTags } = report;
    this.#options.note({
      id,
      candidate,
      isComparing,
      compared: transactions,
      newlyBlocked: newlyBlocked.count,
      noLongerBlocked: noLongerBlocked.count,
      changedTags: changedTags.count,
    });
  }

  #save(): void {
    this.#isUnsaved = false;
    this.#savedAt = this.#options.now();
    const running = this.#running;
    writeDurably(this.#path, {
      ...(running === undefined ? {} : { running: keptOf(running) }),
      ...(this.#last === undefined ? {} : { last: this.#last }),
    });
  }
}

function newRunning(what: Omit<Kept, 'counts'>): Running {
  return {
    ...what,
    run: randomUUID(),
    comparison: new PolicyComparison(what.against, what.candidate.version),
    skipped: { full: 0, large: 0, otherPolicy: 0 },
    errors: 0,
    inspectionMs: 0,
    isComparing: true,
  };
}

function addCounts(running: Running, { skipped, errors, inspectionMs, report }: Omit<ShadowCounts, 'run'>): void {
  for (const why of ['full', 'large', 'otherPolicy'] as const) running.skipped[why] += skipped[why];
  running.errors += errors;
  running.inspectionMs += inspectionMs;
  running.comparison.addReport(report);
}

function countsOf({ skipped, errors, inspectionMs, comparison }: Running): Omit<ShadowCounts, 'run'> {
  return {
    skipped: { ...skipped },
    errors,
    inspectionMs: Math.round(inspectionMs * 10) / 10,
    report: comparison.report(),
  };
}

function keptOf(running: Running): Kept {
  const { id, wish, by, at, since, candidate, base, against } = running;
  return { id, wish, by, at, since, candidate, base, against, counts: countsOf(running) };
}

function told(running: Running): Omit<ShadowState, 'isComparing' | 'changes'> {
  const { id, wish, by, at, since, candidate, against } = running;
  const { durationMs, ...rest } = wish;
  return {
    id,
    by,
    at,
    since,
    until: at + durationMs,
    ...rest,
    candidate: candidate.version,
    against,
    ...countsOf(running),
  };
}
