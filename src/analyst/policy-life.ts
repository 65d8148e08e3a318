// From a change of files to a policy that everybody has, and back: versions kept, a canary first where one is configured, rollback.
// A rollback does not touch the files, which may belong to somebody else: the version of the files is held back until the files
// change again. Invariant: what is live and what is held back survive a restart.
import { join } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { AuditLog } from '../admin/audit-log.ts';
import { readDurably, writeDurably } from '../admin/durable-file.ts';
import { differenceOf } from '../admin/policy-difference.ts';
import type { PolicyDifference, PolicyLifeContext, PolicyVersionEntry } from '../admin/policy-life-context.ts';
import type { PolicyBundle } from '../core/document.ts';
import type { TransactionRecord } from '../core/record.ts';
import type { CanaryPlace } from '../messages.ts';
import { Canary, type CanarySettings } from './canary.ts';
import type { LivePolicy } from './policies.ts';
import { PolicyVersions } from './policy-versions.ts';

const CHECK_MS = 1_000;

export interface PolicyLifeOptions {
  readonly dataFolder: string;
  readonly live: LivePolicy;
  readonly audit: AuditLog;
  readonly log: Logger;
  /** Undefined: a change is everybody's at once. */
  readonly canary: (CanarySettings & CanaryPlace) | undefined;
  readonly workers: () => number;
  /** To all workers and to analysis; with a place, to that canary only. */
  readonly announce: (bundle: PolicyBundle, place: CanaryPlace | undefined) => void;
  readonly now: () => number;
}

const heldSchema = z.object({
  /** Version of the files that is not live. */
  files: z.string(),
  live: z.string(),
  by: z.string(),
  at: z.number(),
  reason: z.string(),
});

export class PolicyLife implements PolicyLifeContext {
  readonly #options: PolicyLifeOptions;
  readonly #versions: PolicyVersions;
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;
  #files: string;
  #held: z.output<typeof heldSchema> | undefined;
  #canary:
    | {
        readonly watch: Canary;
        readonly bundle: PolicyBundle;
        /** What is held back once it is live: files that say something else. */
        readonly holds: z.output<typeof heldSchema> | undefined;
      }
    | undefined;

  constructor(options: PolicyLifeOptions) {
    const { dataFolder, live, now } = options;
    this.#options = options;
    this.#versions = new PolicyVersions(dataFolder);
    this.#path = join(dataFolder, 'policy-held.json');
    const held = heldSchema.safeParse(readDurably(this.#path));
    this.#held = held.success ? held.data : undefined;
    this.#files = live.bundle.version;
    const [latest] = this.#versions.list();
    if (latest?.version !== live.bundle.version && this.#held?.files !== live.bundle.version)
      this.#versions.keep(live.bundle, { at: now(), by: 'files', action: 'publish', reason: 'start' });
    this.#timer = setInterval(() => this.#check(), CHECK_MS);
    this.#timer.unref();
  }

  /** To be called once, before workers ask what is live. */
  start(): void {
    const { live } = this.#options;
    const held = this.#held;
    if (held === undefined) return;
    if (live.bundle.version === held.live) {
      this.#files = held.files;
      return;
    }
    const kept = live.bundle.version === held.files ? this.#versions.get(held.live) : undefined;
    // The files are others by now, or what was live is not kept any more: the files hold.
    if (kept === undefined) this.#hold(undefined);
    else this.#makeLive(kept);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  get live(): string {
    return this.#options.live.bundle.version;
  }

  get held(): PolicyLifeContext['held'] {
    return this.#held;
  }

  get canary(): PolicyLifeContext['canary'] {
    return this.#canary?.watch.state;
  }

  versions(): readonly PolicyVersionEntry[] {
    return this.#versions.list();
  }

  difference(from: string, to: string): PolicyDifference | undefined {
    const [before, after] = [this.#bundleOf(from), this.#bundleOf(to)];
    return before === undefined || after === undefined ? undefined : differenceOf(before, after);
  }

  /** The files were read again and are good. */
  changed(bundle: PolicyBundle): void {
    // Saved again as they were: what is held back stays so, and a canary goes on.
    if (bundle.version === this.#files && (this.#held?.files === bundle.version || this.#canary !== undefined)) return;
    this.#files = bundle.version;
    this.#endCanary();
    this.#hold(undefined);
    if (bundle.version === this.live) return;
    const { canary, workers, now } = this.#options;
    if (canary !== undefined && hasRoom(canary, workers()))
      this.#startCanary(bundle, canary, { by: 'files', reason: 'the files changed', holds: undefined });
    else this.#publish(bundle, { at: now(), by: 'files', action: 'publish', reason: 'the files changed' });
  }

  rollBack(
    version: string | undefined,
    by: string,
    reason: string,
  ): { readonly version: string } | { readonly objection: string } {
    const wanted = version ?? this.#versions.before(this.live);
    if (wanted === undefined) return { objection: 'there is no earlier version' };
    if (wanted === this.live && this.#canary === undefined) return { objection: `${wanted} is live already` };
    const bundle = this.#bundleOf(wanted);
    if (bundle === undefined) return { objection: `the version ${wanted} is not kept` };
    const { now, audit } = this.#options;
    audit.add({ actor: by, action: 'policy.rollback', target: wanted, before: this.live, after: { reason } });
    this.#endCanary();
    this.#hold(wanted === this.#files ? undefined : { files: this.#files, live: wanted, by, at: now(), reason });
    this.#publish(bundle, { at: now(), by, action: 'rollback', reason });
    return { version: wanted };
  }

  promote(bundle: PolicyBundle, by: string, reason: string): ReturnType<PolicyLifeContext['promote']> {
    const { version } = bundle;
    if (version === this.live) return { objection: `${version} is live already` };
    const { canary, workers, now } = this.#options;
    this.#endCanary();
    const holds = version === this.#files ? undefined : { files: this.#files, live: version, by, at: now(), reason };
    if (canary !== undefined && hasRoom(canary, workers())) {
      this.#startCanary(bundle, canary, { by, reason, holds });
      return { version, isCanary: true };
    }
    this.#hold(holds);
    this.#publish(bundle, { at: now(), by, action: 'promote', reason });
    return { version, isCanary: false };
  }

  take(record: TransactionRecord): void {
    this.#canary?.watch.take(record);
  }

  /** A worker that had it died or hung. */
  canaryCrashed(version: string): void {
    const canary = this.#canary;
    if (canary?.bundle.version === version) this.#takeBack(canary, 'a worker that had it ended unexpectedly');
  }

  #startCanary(
    bundle: PolicyBundle,
    settings: CanarySettings & CanaryPlace,
    { by, reason, holds }: { by: string; reason: string; holds: z.output<typeof heldSchema> | undefined },
  ): void {
    const { now, announce, log, audit } = this.#options;
    this.#versions.keep(bundle, { at: now(), by, action: 'canary', reason });
    this.#canary = { watch: new Canary(bundle.version, this.live, settings, now()), bundle, holds };
    const { share, routes } = settings;
    log.info({ version: bundle.version, share, routes }, 'a canary has the new policy');
    audit.add({ actor: by, action: 'policy.canary', target: bundle.version, before: this.live });
    announce(bundle, { share, routes });
  }

  #check(): void {
    const canary = this.#canary;
    if (canary === undefined) return;
    const verdict = canary.watch.verdict(this.#options.now());
    switch (verdict.kind) {
      case 'wait':
        return;
      case 'passed':
        this.#canary = undefined;
        this.#hold(canary.holds);
        this.#publish(canary.bundle, {
          at: this.#options.now(),
          by: 'canary',
          action: 'publish',
          reason: 'the canary stayed in its band',
        });
        return;
      case 'failed':
        this.#takeBack(canary, verdict.reason);
        return;
      default:
        verdict satisfies never;
    }
  }

  #takeBack({ bundle, holds }: { bundle: PolicyBundle; holds: object | undefined }, reason: string): void {
    const { now, log, audit, live, announce } = this.#options;
    const { version } = bundle;
    this.#canary = undefined;
    // A candidate that no file has was never anybody's files.
    if (holds === undefined) this.#hold({ files: version, live: this.live, by: 'canary', at: now(), reason });
    this.#versions.keep(bundle, { at: now(), by: 'canary', action: 'canary-failed', reason });
    audit.add({ actor: 'canary', action: 'policy.rollback', target: this.live, before: version, after: { reason } });
    log.error({ version, reason }, 'the new policy was taken back');
    announce(live.bundle, undefined);
  }

  /** Its workers get the live policy again. */
  #endCanary(): void {
    if (this.#canary === undefined) return;
    this.#canary = undefined;
    this.#options.announce(this.#options.live.bundle, undefined);
  }

  #publish(bundle: PolicyBundle, change: Omit<PolicyVersionEntry, 'version' | 'documents'>): void {
    const { audit } = this.#options;
    if (change.action === 'publish')
      audit.add({ actor: change.by, action: 'policy.publish', target: bundle.version, before: this.live });
    this.#versions.keep(bundle, change);
    this.#makeLive(bundle);
  }

  #makeLive(bundle: PolicyBundle): void {
    const { live, log, announce } = this.#options;
    log.info({ from: live.bundle.version, to: bundle.version }, 'policy is live');
    live.bundle = bundle;
    live.reloads += 1;
    announce(bundle, undefined);
  }

  #hold(held: z.output<typeof heldSchema> | undefined): void {
    if (held === undefined && this.#held === undefined) return;
    this.#held = held;
    writeDurably(this.#path, held ?? null);
  }

  #bundleOf(version: string): PolicyBundle | undefined {
    return version === this.live ? this.#options.live.bundle : this.#versions.get(version);
  }
}

/** One worker alone cannot be a share of the workers; of clients there are always others. */
function hasRoom({ routes }: CanaryPlace, workers: number): boolean {
  return routes !== undefined || workers > 1;
}
