// The value a transaction pins at its start: policy, restrictions, the templates of endpoints, and contracts.
// A new one replaces the old one whole; a transaction never sees two.
import { type Contracts, NO_CONTRACTS } from '../core/contracts.ts';
import type { PolicyBundle } from '../core/document.ts';
import type { Restriction } from '../core/restriction.ts';
import { type CompiledPolicy, compilePolicy } from './compiled-policy.ts';
import { EndpointMatcher } from './endpoints.ts';
import { RestrictionTable } from './restrictions.ts';

export interface Snapshot {
  readonly policy: CompiledPolicy;
  readonly restrictions: RestrictionTable;
  readonly endpoints: EndpointMatcher;
  readonly contracts: Contracts;
}

/** Compiles a bundle. Throws when a document that passed validation cannot be compiled: the caller keeps the old snapshot. */
export function compileSnapshot(bundle: PolicyBundle, restrictions: readonly Restriction[]): Snapshot {
  return {
    policy: compilePolicy(bundle),
    restrictions: new RestrictionTable(restrictions),
    endpoints: new EndpointMatcher([]),
    contracts: NO_CONTRACTS,
  };
}
