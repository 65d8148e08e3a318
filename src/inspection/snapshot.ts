// The value a transaction pins at its start: policy, restrictions, what was learned of endpoints, and contracts.
// A new one replaces the old one whole; a transaction never sees two.
import type { Baseline } from '../core/baseline.ts';
import { type Contracts, NO_CONTRACTS } from '../core/contracts.ts';
import type { PolicyBundle } from '../core/document.ts';
import type { Restriction } from '../core/restriction.ts';
import { BudgetTable } from './budget-table.ts';
import { type CompiledPolicy, compilePolicy } from './compiled-policy.ts';
import { EndpointMatcher } from './endpoints.ts';
import { IssuedTable } from './issued-table.ts';
import { OwnerTable } from './owner-table.ts';
import { RestrictionTable } from './restrictions.ts';

export interface Snapshot {
  readonly policy: CompiledPolicy;
  readonly restrictions: RestrictionTable;
  readonly endpoints: EndpointMatcher;
  readonly contracts: Contracts;
  /** By endpoint. */
  readonly baselines: Pick<ReadonlyMap<string, Baseline>, 'get'>;
  readonly owners: OwnerTable;
  readonly issued: IssuedTable;
  readonly budgets: BudgetTable;
  /** Undefined while everybody sees the same policy. */
  readonly canary?: CanaryPolicy | undefined;
}

/** A policy that a share of the clients of some routes sees first. */
export interface CanaryPolicy {
  readonly policy: CompiledPolicy;
  /** Ids. */
  readonly routes: ReadonlySet<string>;
  /** 0 to 1. */
  readonly share: number;
}

/** The snapshot that a transaction pins once its route is known. A client sees one policy as long as the canary lasts. */
export function pinned(snapshot: Snapshot, route: string, clientAddress: string): Snapshot {
  const { canary } = snapshot;
  if (canary === undefined || !canary.routes.has(route)) return snapshot;
  return placeOf(`${canary.policy.version} ${clientAddress}`) < canary.share
    ? { ...snapshot, policy: canary.policy }
    : snapshot;
}

/** 0 to 1, evenly: FNV-1a with a last mixing step, as neighbouring addresses differ in their last bits only. */
function placeOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}

/** Compiles a bundle. Throws when a document that passed validation cannot be compiled: the caller keeps the old snapshot. */
export function compileSnapshot(bundle: PolicyBundle, restrictions: readonly Restriction[]): Snapshot {
  return {
    policy: compilePolicy(bundle),
    restrictions: new RestrictionTable(restrictions),
    endpoints: new EndpointMatcher([]),
    contracts: NO_CONTRACTS,
    baselines: new Map(),
    owners: new OwnerTable(),
    issued: new IssuedTable(),
    budgets: new BudgetTable(),
  };
}

/** The same with one baseline for every endpoint: what a policy suite states. */
export function withBaseline(snapshot: Snapshot, baseline: Baseline | undefined): Snapshot {
  return baseline === undefined ? snapshot : { ...snapshot, baselines: { get: () => baseline } };
}
