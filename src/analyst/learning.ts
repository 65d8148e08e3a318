// Learning on this node: records in, templates for the workers out, kept in the data folder and shared with other nodes.
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { allByTurns } from '../analysis/json-pieces.ts';
import { Learner } from '../analysis/learning/learner.ts';
import type { StatedTemplate } from '../analysis/learning/model.ts';
import { type CommonState, SharedLearning } from '../analysis/learning/shared-learning.ts';
import { StateKeeper } from '../analysis/state-keeper.ts';
import type { LearnedEndpoint } from '../core/learned-endpoint.ts';
import type { Store } from '../core/store.ts';
import { type LearnedFile, readLearned, writeLearned, writeLearnedAtOnce } from './learned-file.ts';

const PUBLISH_MS = 5_000;
const SAVE_MS = 60_000;
/** Between two looks at what the workers should know; many endpoints take long to look at, and at most a twentieth of the time. */
const TELL_MS = 2_000;
const TELL_SHARE = 20;
const DAY_MS = 86_400_000;
/** Half after two weeks. */
const FADE_PER_DAY = 0.5 ** (1 / 14);
/** Nodes keep the common state by turns. */
const COMMON_STATE = 'learned';
const COMMON_SAVE_MS = 300_000;

export interface LearningOptions {
  readonly store: Store;
  readonly node: string;
  readonly dataFolder: string;
  readonly stated: readonly StatedTemplate[];
  readonly isSuspect: (actorKey: string) => boolean;
  readonly log: Logger;
  /** What is known by now; called when endpoints may have become others. */
  readonly onChange: (endpoints: readonly LearnedEndpoint[]) => void;
  /** True for one node of all, as `Exchange.claim`. */
  readonly claim: (what: string, ttlMs: number) => Promise<boolean>;
}

export interface Learning {
  readonly learner: Learner;
  readonly shared: SharedLearning | undefined;
  close(): Promise<void>;
}

export async function startLearning(options: LearningOptions): Promise<Learning> {
  const { store, dataFolder, log } = options;
  const isShared = store.kind === 'redis';
  const learner = new Learner({ isSuspect: options.isSuspect, stated: options.stated, isShared });
  const keeper = new StateKeeper(store, COMMON_STATE);
  const known = readLearned(dataFolder);
  if (known !== undefined) {
    const ignored = learner.merge(known.dump);
    if (ignored > 0)
      log.warn({ ignored }, 'entries of what was learned are not what they should be, and were left out');
  }
  let fadedDay = known?.fadedDay ?? today();
  // A node that begins with nothing begins with what the others know.
  const common = async (): Promise<CommonState | undefined> => {
    const kept = await readCommon(keeper);
    if (kept === undefined || known !== undefined) return undefined;
    fadedDay = kept.fadedDay;
    return kept;
  };
  const shared = isShared
    ? new SharedLearning({
        store,
        node: `${options.node}.${randomUUID()}`,
        learner,
        added: known?.added ?? new Map(),
        common,
      })
    : undefined;
  await shared?.begin();
  let saved = -1;
  let told = -1;
  let tellFrom = 0;

  const textNow = () => {
    const added = shared?.added ?? new Map<string, number>();
    return learner.dumpText({ added: [...added], fadedDay });
  };
  /** Others' increments wait meanwhile: each is in the text as a whole, with its number, or not at all. */
  const undisturbed = (work: () => Promise<void>): Promise<void> =>
    shared === undefined ? work() : shared.alone(work);
  let isEnding = false;
  let saving: Promise<void> | undefined;
  const save = (): void => {
    if (saving !== undefined || saved === learner.changes) return;
    saving = undisturbed(async () => {
      const now = learner.changes;
      const { pieces, isWhole } = textNow();
      try {
        if (await writeLearned(dataFolder, pieces, () => !isEnding && isWhole())) saved = now;
      } catch (error) {
        log.warn({ reason: (error as Error).message }, 'what was learned could not be kept');
      }
    }).finally(() => {
      saving = undefined;
    });
  };
  const saveAtOnce = (): void => {
    if (saved === learner.changes) return;
    try {
      writeLearnedAtOnce(dataFolder, textNow().pieces);
    } catch (error) {
      log.warn({ reason: (error as Error).message }, 'what was learned could not be kept');
    }
  };
  const saveCommon = async (): Promise<void> => {
    if (shared?.hasBegun !== true || !(await options.claim('learned-state', COMMON_SAVE_MS))) return;
    await shared.alone(async () => {
      const { dump, ...members } = { dump: learner.dumpText({}), added: [...shared.added], fadedDay };
      const text = function* (): Generator<string> {
        yield '{"dump":';
        yield* dump.pieces;
        yield `,${JSON.stringify(members).slice(1)}`;
      };
      await keeper.saveText(text(), () => dump.isWhole());
    });
  };
  let isTelling = false;
  const tell = async (): Promise<void> => {
    const begun = performance.now();
    const now = learner.changes;
    if (isTelling || told === now || begun < tellFrom) return;
    isTelling = true;
    await undisturbed(async () => {
      const { endpoints, isStill } = learner.look();
      const all = await allByTurns(endpoints);
      // What a person has changed meanwhile is told already, and newer; the rest is looked at again.
      if (isEnding || !isStill()) return;
      told = now;
      tellFrom = begun + (performance.now() - begun) * TELL_SHARE;
      options.onChange(all);
    });
    isTelling = false;
  };
  const fade = (): void => {
    const days = today() - fadedDay;
    if (days <= 0) return;
    fadedDay = today();
    learner.fade(FADE_PER_DAY ** days);
  };

  shared?.start();
  const timers = [
    setInterval(save, SAVE_MS),
    setInterval(() => void tell(), TELL_MS),
    setInterval(fade, SAVE_MS),
    ...(shared === undefined
      ? []
      : [setInterval(() => void shared.publish(), PUBLISH_MS), setInterval(() => void saveCommon(), COMMON_SAVE_MS)]),
  ];
  for (const timer of timers) timer.unref();
  options.onChange(learner.endpoints());
  return {
    learner,
    shared,
    async close() {
      for (const timer of timers) clearInterval(timer);
      isEnding = true;
      await saving;
      await shared?.publish();
      shared?.stop();
      saveAtOnce();
    },
  };
}

/** @throws Fault of the store */
async function readCommon(keeper: StateKeeper): Promise<LearnedFile | undefined> {
  const kept = (await keeper.load()) as { dump: unknown; added: [string, number][]; fadedDay: number } | undefined;
  return kept === undefined ? undefined : { ...kept, added: new Map(kept.added) };
}

function today(): number {
  return Math.floor(Date.now() / DAY_MS);
}
