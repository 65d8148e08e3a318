// The value a transaction pins at its start: policy, restrictions, and the templates of endpoints.
// A new one replaces the old one whole; a transaction never sees two.
import type { PolicyBundle } from '../core/document.ts';
import type { Restriction } from '../core/restriction.ts';
import { type CompiledPolicy, compilePolicy } from './compiled-policy.ts';
import { EndpointMatcher } from './endpoints.ts';
import { RestrictionTable } from './restrictions.ts';

export interface Snapshot {
  readonly policy: CompiledPolicy;
  readonly restrictions: RestrictionTable;
  readonly endpoints: EndpointMatcher;
}

/** Compiles a bundle. Throws when a document that passed validation cannot be compiled: the caller keeps the old snapshot. */
export function compileSnapshot(bundle: PolicyBundle, restrictions: readonly Restriction[]): Snapshot {
  return {
    policy: compilePolicy(bundle),
    restrictions: new RestrictionTable(restrictions),
    endpoints: new EndpointMatcher([]),
  };
}
