// What a response plan wants to do to an actor: a restriction with its reason, its end, whom else it would meet, and its undo.
import type { Actor } from '../../core/actor.ts';
import type { Restriction } from '../../core/restriction.ts';

export type ProposalStatus = 'waiting' | 'approved' | 'declined' | 'lapsed' | 'dry-run' | 'undone';

export interface Proposal {
  readonly id: string;
  readonly plan: string;
  readonly incident: string;
  readonly actor: Actor;
  readonly action: Restriction['action'];
  readonly requestsPerMinuteMax: number | undefined;
  readonly durationSeconds: number;
  readonly reason: string;
  /** Other identities seen with the actor in a day. */
  readonly othersPerDay: number;
  /** Said to whoever decides: `412 other users came from this address in 24 hours: block the token instead`. */
  readonly warning: string | undefined;
  readonly confidencePercent: number;
  readonly createdAt: number;
  /** When a proposal that nobody decides on lapses. */
  readonly lapsesAt: number;
  readonly status: ProposalStatus;
  /** `automatic`, or who decided. */
  readonly decidedBy: string | undefined;
  readonly decidedAt: number | undefined;
  /** Of the restriction that was made; deleting it is the undo. */
  readonly restrictionId: string | undefined;
}

const PROPOSALS_MAX = 2_000;

export class Proposals {
  readonly #byId = new Map<string, Proposal>();

  add(proposal: Proposal): void {
    this.#byId.set(proposal.id, proposal);
    if (this.#byId.size <= PROPOSALS_MAX) return;
    // Decided ones first, then the oldest.
    for (const [id, one] of this.#byId) {
      if (one.status === 'waiting') continue;
      this.#byId.delete(id);
      return;
    }
    this.#byId.delete(this.#byId.keys().next().value!);
  }

  get(id: string): Proposal | undefined {
    return this.#byId.get(id);
  }

  /** Latest first. */
  list(status?: ProposalStatus): Proposal[] {
    return [...this.#byId.values()].filter((one) => status === undefined || one.status === status).reverse();
  }

  set(
    id: string,
    change: Partial<Pick<Proposal, 'status' | 'decidedBy' | 'decidedAt' | 'restrictionId'>>,
  ): Proposal | undefined {
    const proposal = this.#byId.get(id);
    if (proposal === undefined) return undefined;
    const changed = { ...proposal, ...change };
    this.#byId.set(id, changed);
    return changed;
  }

  lapse(now: number): Proposal[] {
    const lapsed: Proposal[] = [];
    for (const one of this.#byId.values()) {
      if (one.status !== 'waiting' || one.lapsesAt > now) continue;
      lapsed.push(this.set(one.id, { status: 'lapsed', decidedAt: now })!);
    }
    return lapsed;
  }
}
