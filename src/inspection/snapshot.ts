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
