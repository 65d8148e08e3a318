// Behaviour, incidents and responses on this node: the analysis, what it wishes for, what other nodes say, and what survives.
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { PLAN_PREFIX, type RestrictionBook } from '../admin/restriction-book.ts';
import { Analysis, type AnalysisEvent, type AnalysisOptions } from '../analysis/analysis.ts';
import type { AnalysisDump, CasesDump } from '../analysis/analysis-dump.ts';
import { Exchange } from '../analysis/exchange.ts';
import type { ResponseWish } from '../analysis/response/response.ts';
import { StateKeeper } from '../analysis/state-keeper.ts';
import type { PolicyBundle } from '../core/document.ts';
import type { StatusFromSink } from '../core/sink.ts';
import { FLUSH_MS, type Store } from '../core/store.ts';
import type { Sinks } from '../sinks/open-sinks.ts';
import { casesName, casesOfOthers, type FoundCases } from './cases-of-others.ts';

const TICK_MS = 2_000;
const SAVE_MS = 30_000;
/** A new incident, and what a person decided, are kept so soon, or as late as saving may take a fifth of the time. */
const SAVE_SOON_MS = 500;
const SAVING_SHARE = 5;
const WORTH_SAVING: ReadonlySet<string> = new Set(['opened', 'reopened', 'status']);
/** Between two attempts to read back what the analysis knew, while the store is away. */
const RECALL_MS = 1_000;
/** A message about an incident goes out once for all nodes within this time. */
const CLAIM_MS = 60_000;

export interface BehaviourOptions extends Pick<AnalysisOptions, 'messagesOf' | 'tagsOf' | 'neverRestricted'> {
  readonly bundle: PolicyBundle;
  readonly store: Store;
  /** The node's lasting name: what was learned is kept under it. */
  readonly node: string;
  readonly book: RestrictionBook;
  readonly sinks: () => Sinks;
  readonly log: Logger;
  readonly onEvent: (event: AnalysisEvent) => void;
}

export interface Behaviour {
  readonly analysis: Analysis;
  readonly exchange: Exchange;
  heedSink(change: StatusFromSink): void;
  noteTicket(incident: string, ticket: string): void;
  close(): Promise<void>;
}

export async function startBehaviour(options: BehaviourOptions): Promise<Behaviour> {
  const { store, book, log } = options;
  const isShared = store.kind === 'redis';
  let casesTookMs = 0;
  let soon: NodeJS.Timeout | undefined;
  let savingCases: Promise<void> | undefined;
  let saving: Promise<void> | undefined;
  const save = (): Promise<void> => {
    saving ??= saveOnce().finally(() => {
      saving = undefined;
    });
    return saving;
  };
  const saveOnce = async (): Promise<void> => {
    // Read last of the two: what nobody has read is not overwritten.
    if (!keepers.whole.isRead) return;
    try {
      if (!(await keepers.whole.saveText(analysis.dumpText())))
        log.warn({}, 'the state of the analysis was not kept: it is too large');
    } catch (error) {
      log.warn({ code: (error as { code?: string }).code }, 'the state of the analysis could not be kept');
    }
  };
  const saveCases = async (): Promise<void> => {
    if (!keepers.whole.isRead) return;
    const begunAt = performance.now();
    try {
      if (!(await keepers.cases.saveText(analysis.casesText()))) log.warn({}, 'the incidents were not kept: too large');
    } catch (error) {
      log.warn({ code: (error as { code?: string }).code }, 'the incidents could not be kept');
    } finally {
      casesTookMs = performance.now() - begunAt;
    }
  };
  const saveSoon = (): void => {
    soon ??= setTimeout(
      () => {
        soon = undefined;
        // One that is under way does not know the latest.
        if (savingCases !== undefined) saveSoon();
        else {
          savingCases = saveCases().finally(() => {
            savingCases = undefined;
          });
        }
      },
      Math.max(SAVE_SOON_MS, casesTookMs * SAVING_SHARE),
    ).unref();
  };
  const analysis: Analysis = new Analysis(options.bundle, {
    onEvent: (event) => {
      if (event.kind === 'wish') heed(event.wish);
      else {
        if (event.change === 'status') options.sinks().follow(event.incident);
        if (WORTH_SAVING.has(event.change)) saveSoon();
      }
      options.onEvent(event);
    },
    ...(options.messagesOf === undefined ? {} : { messagesOf: options.messagesOf }),
    ...(options.tagsOf === undefined ? {} : { tagsOf: options.tagsOf }),
    ...(options.neverRestricted === undefined ? {} : { neverRestricted: options.neverRestricted }),
    ...(isShared ? { onTrace: (trace) => exchange.offer(trace) } : {}),
  });
  const exchange = new Exchange({ store, node: `${options.node}.${randomUUID()}`, analysis });
  const keepers: Keepers = {
    whole: new StateKeeper(store, options.node),
    cases: new StateKeeper(store, casesName(options.node)),
    others: () => (isShared ? casesOfOthers(store, options.node) : Promise.resolve(undefined)),
  };

  const heed = (wish: ResponseWish): void => {
    switch (wish.kind) {
      case 'notify':
      case 'ticket':
      case 'webhook':
        if (!wish.isDryRun) void send(wish);
        return;
      case 'restrict':
        restrict(wish);
        return;
      case 'undo':
        book.remove(wish.restrictionId);
        return;
      case 'tag':
      case 'proposal':
        return;
      default:
        wish satisfies never;
    }
  };
  const send = async ({ sink, plan, incident }: Extract<ResponseWish, { sink: string }>): Promise<void> => {
    const period = Math.floor(incident.lastSeen / CLAIM_MS);
    if (isShared && !(await exchange.claim(`${sink} ${plan} ${incident.id} ${period}`, CLAIM_MS * 2))) return;
    if (!options.sinks().send({ sink, plan, incident })) {
      log.warn(
        { sink, plan, incident: incident.id },
        'a response plan names a sink that the configuration does not have',
      );
    }
  };
  const restrict = ({ proposal, expiresAt }: Extract<ResponseWish, { kind: 'restrict' }>): void => {
    const now = Date.now();
    const objection = book.objection(proposal.actor, false);
    if (objection !== undefined) {
      log.warn(
        { actor: proposal.actor, plan: proposal.plan, objection },
        'a plan wanted a restriction that is not made',
      );
      return;
    }
    const { kind, id } = proposal.actor;
    const isAutomatic = proposal.decidedBy === undefined || proposal.decidedBy === 'automatic';
    const made = book.add(
      {
        actor: { kind, id },
        action: proposal.action,
        requestsPerMinuteMax: proposal.requestsPerMinuteMax,
        reason: proposal.reason,
        createdBy: isAutomatic ? `${PLAN_PREFIX}${proposal.plan}` : proposal.decidedBy,
        createdAt: proposal.decidedAt ?? now,
        expiresAt,
      },
      `res-${proposal.id}`,
    );
    analysis.madeRestriction(proposal, made.id, now);
  };

  await restore(analysis, keepers, log);
  if (isShared) exchange.start();
  let isRecalling = false;
  const recall = setInterval(async () => {
    if (isRecalling) return;
    isRecalling = true;
    if (!keepers.whole.isRead) await restore(analysis, keepers, log);
    if (keepers.whole.isRead) clearInterval(recall);
    isRecalling = false;
  }, RECALL_MS);
  const timers = [
    setInterval(() => analysis.tick(Date.now()), TICK_MS),
    setInterval(() => void exchange.flush(), FLUSH_MS),
    setInterval(() => void save(), SAVE_MS),
    recall,
  ];
  for (const timer of timers) timer.unref();
  return {
    analysis,
    exchange,
    heedSink({ sink, incident, status, ticket }) {
      const edit = { by: `${sink} (${ticket})`, status };
      const now = Date.now();
      if (analysis.changeIncident(incident, edit, now) !== undefined) void exchange.tellEdit(incident, edit, now);
    },
    noteTicket(incident, ticket) {
      const edit = { by: 'analysis', ticket };
      const now = Date.now();
      if (analysis.changeIncident(incident, edit, now) !== undefined) void exchange.tellEdit(incident, edit, now);
    },
    async close() {
      for (const timer of timers) clearInterval(timer);
      clearTimeout(soon);
      await exchange.flush();
      exchange.stop();
      // One that is under way does not know the latest.
      await Promise.all([saving, savingCases]);
      await save();
    },
  };
}

/** Everything, now and then; and what must not be lost meanwhile. */
interface Keepers {
  readonly whole: StateKeeper;
  readonly cases: StateKeeper;
  /** For a node that knows nothing. */
  readonly others: () => Promise<FoundCases | undefined>;
}

async function restore(analysis: Analysis, { whole, cases, others }: Keepers, log: Logger): Promise<void> {
  try {
    const alone = (await cases.load()) as CasesDump | undefined;
    // Before the last is read, so that all of it is tried again when the store goes away meanwhile.
    const found = alone === undefined ? await others() : undefined;
    const kept = (await whole.load()) as AnalysisDump | undefined;
    if (kept !== undefined || found === undefined) analysis.restore(kept, alone);
    else {
      analysis.restore(undefined, found.cases);
      const { node, ignored } = found;
      log.info({ node, ignored }, 'the incidents of a node that was there before were taken over');
    }
  } catch (error) {
    // Another version wrote it: learned anew rather than not started. Or the store is away: asked again until it answers.
    if (whole.isRead) log.warn({ reason: (error as Error).message }, 'what the analysis knew could not be read back');
    else log.debug({ reason: (error as Error).message }, 'what the analysis knew is read when the store is back');
  }
}
