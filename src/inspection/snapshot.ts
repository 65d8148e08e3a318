// The immutable value a transaction pins at its start: policy and restrictions (learned baselines join it here).
// A new one replaces the old one whole; a transaction never sees two.
import type { PolicyBundle } from '../core/document.ts';
import type { Restriction } from '../core/restriction.ts';
import { type CompiledPolicy, compilePolicy } from './compiled-policy.ts';
import { RestrictionTable } from './restrictions.ts';

export interface Snapshot {
  readonly policy: CompiledPolicy;
  readonly restrictions: RestrictionTable;
}

/** Compiles a bundle. Throws when a document that passed validation cannot be compiled: the caller keeps the old snapshot. */
export function compileSnapshot(bundle: PolicyBundle, restrictions: readonly Restriction[]): Snapshot {
  return { policy: compilePolicy(bundle), restrictions: new RestrictionTable(restrictions) };
}

/** The same policy with other restrictions, without compiling anything again. */
export function withRestrictions(snapshot: Snapshot, restrictions: readonly Restriction[]): Snapshot {
  return { policy: snapshot.policy, restrictions: new RestrictionTable(restrictions) };
}
