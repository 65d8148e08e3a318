// Response plans: an incident → notifications, tickets, tags and restrictions, at once or after a person's approval.
// Invariants: allow-lists and the never-restricted always win; an address is never restricted automatically on one signal that
// can be forged, nor when more others would be met than the plan says; every restriction has a reason, an end and an undo.
import { createHash } from 'node:crypto';
import { actorKey } from '../../core/actor.ts';
import type { ResponsePlanDocument } from '../../core/document.ts';
import type { Incident } from '../../core/incident.ts';
import type { ResponseAction, RestrictAction } from '../../core/response-plan.ts';
import { compileEndpointPattern, type EndpointPattern } from '../../policy/endpoint-pattern.ts';
import { ExpiringTable } from '../scenarios/metrics/expiring-table.ts';
import { type Proposal, type ProposalStatus, Proposals } from './proposals.ts';
import { type KnownOfActors, type Target, targetsOf } from './targets.ts';

const LAPSE_MS = 24 * 3_600_000;
const ESCALATION_MS = 7 * 24 * 3_600_000;
const ACTORS_MAX = 50_000;
const EARLIER_KEPT_MAX = 20;

/** What the outside is asked to do. */
export type ResponseWish =
  | {
      readonly kind: 'notify' | 'ticket' | 'webhook';
      readonly sink: string;
      readonly plan: string;
      readonly incident: Incident;
      readonly isDryRun: boolean;
    }
  | { readonly kind: 'tag'; readonly tag: string; readonly plan: string; readonly incident: Incident }
  /** Make this restriction now. Answer with `madeRestriction`. */
  | { readonly kind: 'restrict'; readonly proposal: Proposal; readonly expiresAt: number }
  /** A proposal is new, was decided on, or lapsed. */
  | { readonly kind: 'proposal'; readonly proposal: Proposal }
  /** Take this restriction back. */
  | { readonly kind: 'undo'; readonly proposal: Proposal; readonly restrictionId: string };

export interface ResponseOptions extends KnownOfActors {
  readonly onWish: (wish: ResponseWish) => void;
  readonly tagsOf: (endpoint: string) => readonly string[];
}

interface LoadedPlan {
  readonly document: ResponsePlanDocument;
  readonly patterns: readonly EndpointPattern[];
}

export class Response {
  readonly #options: ResponseOptions;
  #plans: readonly LoadedPlan[] = [];
  readonly #proposals = new Proposals();
  /** Plan and actor, or plan and incident, that acted within the cool-down. */
  readonly #cooling = new ExpiringTable<number>(ACTORS_MAX, ESCALATION_MS);
  /** Restrictions of each actor within the escalation time. */
  readonly #earlier = new ExpiringTable<{ at: number; until: number }[]>(ACTORS_MAX, ESCALATION_MS);

  constructor(options: ResponseOptions) {
    this.#options = options;
  }

  load(documents: readonly ResponsePlanDocument[]): void {
    this.#plans = documents
      .filter((document) => document.enabled)
      .map((document) => ({ document, patterns: document.match.endpoint.map(compileEndpointPattern) }));
  }

  /** An incident opened or changed. */
  take(incident: Incident, isAccusing: boolean, now: number): void {
    for (const plan of this.#plans) {
      if (!this.#isMet(plan, incident, now)) continue;
      for (const [i, action] of plan.document.actions.entries())
        this.#act(plan.document, action, i, incident, isAccusing, now);
    }
  }

  tick(now: number): void {
    for (const proposal of this.#proposals.lapse(now)) this.#options.onWish({ kind: 'proposal', proposal });
    this.#cooling.sweep(now);
    this.#earlier.sweep(now);
  }

  proposals(status?: ProposalStatus): Proposal[] {
    return this.#proposals.list(status);
  }

  proposal(id: string): Proposal | undefined {
    return this.#proposals.get(id);
  }

  /** Undefined when there is no such proposal, or it no longer waits. */
  decide(id: string, isApproved: boolean, by: string, now: number): Proposal | undefined {
    if (this.#proposals.get(id)?.status !== 'waiting') return undefined;
    const status = isApproved ? 'approved' : 'declined';
    const proposal = this.#proposals.set(id, { status, decidedBy: by, decidedAt: now })!;
    this.#options.onWish({ kind: 'proposal', proposal });
    if (isApproved) this.#restrict(proposal, now);
    return proposal;
  }

  madeRestriction(proposalId: string, restrictionId: string): void {
    this.#proposals.set(proposalId, { restrictionId });
  }

  undo(id: string, by: string, now: number): Proposal | undefined {
    const before = this.#proposals.get(id);
    if (before?.status !== 'approved' || before.restrictionId === undefined) return undefined;
    const proposal = this.#proposals.set(id, { status: 'undone', decidedBy: by, decidedAt: now })!;
    // What was undone no longer holds, and does not make the next one longer.
    const earlier = this.#earlier.get(actorKey(before.actor), now);
    earlier?.splice(
      earlier.findIndex(({ at }) => at === before.decidedAt),
      1,
    );
    this.#options.onWish({ kind: 'undo', proposal, restrictionId: before.restrictionId });
    return proposal;
  }

  dump(): unknown {
    return {
      proposals: this.#proposals.list().reverse(),
      earlier: [...this.#earlier.entries()],
      cooling: [...this.#cooling.entries()],
    };
  }

  restore(dump: unknown): void {
    const { proposals, earlier, cooling } = dump as {
      proposals: Proposal[];
      earlier: [string, { at: number; until: number }[]][];
      cooling: [string, number][];
    };
    for (const proposal of proposals) this.#proposals.add(proposal);
    for (const [key, times] of earlier) this.#earlier.set(key, times, times.at(-1)?.at ?? 0);
    for (const [key, at] of cooling) this.#cooling.set(key, at, at);
  }

  #isMet({ document, patterns }: LoadedPlan, incident: Incident, now: number): boolean {
    const { match } = document;
    const has = <T>(wanted: readonly T[], value: T): boolean => wanted.length === 0 || wanted.includes(value);
    if (!has(match.severity, incident.severity) || !has(match.module, incident.module)) return false;
    if (!has(match.family, incident.family) || !has(match.detection, incident.detection)) return false;
    if (!has(match.result, incident.result) || !has(match.environment, incident.environment)) return false;
    if (incident.count < match.countMin) return false;
    if (patterns.length > 0 && !incident.endpoints.some((endpoint) => patterns.some((one) => isAt(one, endpoint)))) {
      return false;
    }
    if (match.tags.length > 0) {
      const tags = [...incident.tags, ...incident.endpoints.flatMap((endpoint) => this.#options.tagsOf(endpoint))];
      if (!match.tags.some((tag) => tags.includes(tag))) return false;
    }
    if (match.actorConfidenceMin === 0) return true;
    return incident.actors.some(
      (actor) => this.#options.confidenceOf(actorKey(actor), now) >= match.actorConfidenceMin,
    );
  }

  #act(
    plan: ResponsePlanDocument,
    action: ResponseAction,
    index: number,
    incident: Incident,
    isAccusing: boolean,
    now: number,
  ): void {
    switch (action.kind) {
      case 'notify':
      case 'ticket':
      case 'webhook': {
        // A ticket is made once; messages come again when the incident goes on after the cool-down.
        const key = `${plan.id} ${index} ${incident.id}`;
        const isAgain = this.#isCooling(
          key,
          action.kind === 'ticket' ? ESCALATION_MS : plan.coolDownSeconds * 1_000,
          now,
        );
        if (isAgain) return;
        const { kind, sink } = action;
        this.#options.onWish({ kind, sink, plan: plan.id, incident, isDryRun: plan.isDryRun });
        return;
      }
      case 'tag':
        if (!plan.isDryRun && !incident.tags.includes(action.tag)) {
          this.#options.onWish({ kind: 'tag', tag: action.tag, plan: plan.id, incident });
        }
        return;
      case 'restrict':
        if (isAccusing) this.#propose(plan, action, incident, now);
        return;
      default:
        action satisfies never;
    }
  }

  #propose(plan: ResponsePlanDocument, action: RestrictAction, incident: Incident, now: number): void {
    for (const target of targetsOf(action, incident, plan.match.actorConfidenceMin, this.#options, now)) {
      this.#proposeFor(target, plan, action, incident, now);
    }
  }

  #proposeFor(
    { actor, warning, othersPerDay, mayBeAutomatic }: Target,
    plan: ResponsePlanDocument,
    action: RestrictAction,
    incident: Incident,
    now: number,
  ): void {
    const key = actorKey(actor);
    const earlier = (this.#earlier.get(key, now) ?? []).filter(({ at }) => at > now - ESCALATION_MS);
    // While one holds, another one would only punish for running against it.
    if (earlier.some(({ until }) => until > now)) return;
    if (this.#isCooling(`${plan.id} ${key}`, plan.coolDownSeconds * 1_000, now)) return;
    const before = earlier.length;
    const id = `prop-${digest(`${plan.id} ${incident.id} ${key} ${before}`)}`;
    const known = this.#proposals.get(id)?.status;
    // Nobody is asked twice about the same.
    if (known === 'waiting' || known === 'declined') return;
    const durationSeconds = action.durationsSeconds[Math.min(before, action.durationsSeconds.length - 1)]!;
    const isAutomatic = plan.mode === 'automatic' && mayBeAutomatic;
    const proposal: Proposal = {
      id,
      plan: plan.id,
      incident: incident.id,
      actor,
      action: action.action,
      requestsPerMinuteMax: action.action === 'rate-limit' ? action.requestsPerMinuteMax : undefined,
      durationSeconds,
      reason: `${incident.title} (${incident.id})`,
      othersPerDay,
      warning,
      confidencePercent: this.#options.confidenceOf(key, now),
      createdAt: now,
      lapsesAt: now + LAPSE_MS,
      status: plan.isDryRun ? 'dry-run' : isAutomatic ? 'approved' : 'waiting',
      decidedBy: isAutomatic && !plan.isDryRun ? 'automatic' : undefined,
      decidedAt: isAutomatic && !plan.isDryRun ? now : undefined,
      restrictionId: undefined,
    };
    this.#proposals.add(proposal);
    this.#options.onWish({ kind: 'proposal', proposal });
    if (proposal.status === 'approved') this.#restrict(proposal, now);
  }

  #restrict(proposal: Proposal, now: number): void {
    const key = actorKey(proposal.actor);
    const earlier = this.#earlier.get(key, now) ?? this.#earlier.set(key, [], now);
    const until = now + proposal.durationSeconds * 1_000;
    earlier.push({ at: now, until });
    if (earlier.length > EARLIER_KEPT_MAX) earlier.shift();
    this.#options.onWish({ kind: 'restrict', proposal, expiresAt: until });
  }

  #isCooling(key: string, coolDownMs: number, now: number): boolean {
    const at = this.#cooling.get(key, now);
    if (at !== undefined && now - at < coolDownMs) return true;
    this.#cooling.set(key, now, now);
    return false;
  }
}

function isAt(pattern: EndpointPattern, endpoint: string): boolean {
  const space = endpoint.indexOf(' ');
  const slash = endpoint.indexOf('/', space);
  const segments = endpoint.slice(slash + 1).split('/');
  return pattern.matches(endpoint.slice(0, space), endpoint.slice(space + 1, slash), segments);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
