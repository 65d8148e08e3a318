// One upstream: several URLs and the choice between them. When none can be used, the transaction is told so at once instead
// of waiting for another time-out.
import { Fault } from '../core/fault.ts';
import { type Choose, leastPending, roundRobin } from './balancing.ts';
import { watchHealth } from './health.ts';
import { RetryBudget } from './retry-budget.ts';
import type { UpstreamSettings } from './settings.ts';
import { UpstreamMember } from './upstream-member.ts';

export class Upstream {
  readonly name: string;
  readonly members: readonly UpstreamMember[];
  readonly retries = new RetryBudget();
  readonly #choose: Choose;
  readonly #stopHealth: (() => Promise<void>) | undefined;

  constructor(settings: UpstreamSettings) {
    this.name = settings.name;
    this.members = settings.urls.map((url) => new UpstreamMember(url, settings));
    this.#choose = settings.balancing === 'round-robin' ? roundRobin() : leastPending();
    if (settings.healthCheck !== undefined) this.#stopHealth = watchHealth(this.members, settings.healthCheck);
  }

  /** Another one than `tried` if there is one. @throws Fault 503 when no member can be used */
  choose(now: number, tried: UpstreamMember | undefined): UpstreamMember {
    const { members } = this;
    if (members.length === 1) {
      if (members[0]!.isUsable(now)) return members[0]!;
      throw unavailable();
    }
    const usable = members.filter((member) => member.isUsable(now));
    const fresh = tried === undefined ? usable : usable.filter((member) => member !== tried);
    const candidates = fresh.length > 0 ? fresh : usable;
    if (candidates.length === 0) throw unavailable();
    return this.#choose(candidates);
  }

  async close(): Promise<void> {
    await this.#stopHealth?.();
    await Promise.allSettled(this.members.map((member) => member.pool.destroy()));
  }
}

function unavailable(): Fault {
  return new Fault('UPSTREAM_UNAVAILABLE', 'upstream', 503);
}
