// What supervisor, workers and analyst say to each other. Small and rare; records go over their own socket.
import type { Configuration } from './configuration/load.ts';
import type { Baseline, ValueBudgets } from './core/baseline.ts';
import type { PreparedContract } from './core/contract.ts';
import type { DocumentFault, PolicyBundle } from './core/document.ts';
import type { KeySets } from './core/key-set.ts';
import type { Restriction, RestrictionChange } from './core/restriction.ts';
import type { EndpointTemplate } from './inspection/endpoints.ts';
import type { IssuedChange } from './inspection/issued-table.ts';
import type { Evidences } from './inspection/masked-message.ts';
import type { ShadowCounts } from './inspection/policy-comparison.ts';
import type { RateCounts } from './inspection/rate-window.ts';
import type { PolicyDirectories } from './policy-loader/load-directories.ts';
import type { QuarantineState } from './quarantine/deadly-requests.ts';
import type { ShadowOrder } from './shadow/shadow-judge.ts';

export interface WorkerStart {
  readonly kind: 'start';
  readonly worker: number;
  readonly configuration: Configuration;
  readonly contracts: readonly PreparedContract[];
  readonly bundle: PolicyBundle;
  readonly restrictions: readonly Restriction[];
  readonly keySets: KeySets;
  readonly learned: LearnedForWorkers;
  readonly shadow: ShadowOrder | undefined;
  readonly socketPath: string;
  readonly quarantine: QuarantineState;
  /** Where the worker notes which request it is at, while it is watched. */
  readonly notePath: string;
}

/** What analysis gives back to the hot path, besides policy and restrictions. */
export interface LearnedForWorkers {
  /** Keys the hashes of identifiers: base64, the same on every node of the installation. */
  readonly secret: string;
  readonly templates: readonly EndpointTemplate[];
  readonly baselines: readonly Baseline[];
  readonly budgets: ValueBudgets;
}

export interface BaselinesChange {
  readonly kind: 'baselines';
  readonly changed: readonly Baseline[];
  /** Ids of endpoints. */
  readonly removed: readonly string[];
}

/** Objects with one reader each, with their readers: hashes. */
export interface OwnersChange {
  readonly isWhole: boolean;
  readonly owners: readonly (readonly [object: number, owner: number])[];
}

/** Who has a changed policy first: a share of the workers, or of the clients of some routes. */
export interface CanaryPlace {
  readonly share: number;
  readonly routes?: readonly string[] | undefined;
}

/** A candidate to compare with what is live; without an order, none any more. */
export interface ShadowChange {
  readonly kind: 'shadow';
  readonly order?: ShadowOrder;
}

export type ShadowTold =
  | { readonly kind: 'shadow-counts'; readonly counts: ShadowCounts }
  | { readonly kind: 'shadow-refused'; readonly run: string; readonly message: string };

export interface BudgetsTold {
  readonly kind: 'budgets';
  readonly budgets: ValueBudgets;
}

export interface IssuedTold {
  readonly kind: 'issued';
  readonly change: IssuedChange;
}

export type ToWorker =
  | WorkerStart
  /** To one that is spare: what it will need, as long as it has the time. */
  | { readonly kind: 'warm'; readonly bundle: PolicyBundle }
  | { readonly kind: 'bundle'; readonly bundle: PolicyBundle; readonly canary?: CanaryPlace }
  | { readonly kind: 'restrictions'; readonly change: RestrictionChange }
  | { readonly kind: 'key-sets'; readonly keySets: KeySets }
  | { readonly kind: 'contracts'; readonly contracts: readonly PreparedContract[] }
  | { readonly kind: 'learned'; readonly secret: string; readonly templates: readonly EndpointTemplate[] }
  | BaselinesChange
  | { readonly kind: 'owners'; readonly change: OwnersChange }
  | IssuedTold
  | BudgetsTold
  | RateCountsTold
  | ShadowChange
  | { readonly kind: 'quarantine'; readonly state: QuarantineState }
  /** Ids of transactions; whoever has them answers. */
  | { readonly kind: 'evidence-wanted'; readonly ids: readonly string[] }
  | { readonly kind: 'drain' };

/** What one worker has counted, for the others of its node, and through the analyst for other nodes. */
export interface RateCountsTold extends RateCounts {
  readonly kind: 'rate-counts';
}

/** Masked messages of one transaction. */
export interface EvidenceFound extends Evidences {
  readonly id: string;
}

export type FromWorker =
  /** Its code is loaded: messages sent earlier would have found no listener. */
  | { readonly kind: 'loaded' }
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'compiled'; readonly version: string }
  | { readonly kind: 'refused-bundle'; readonly version: string; readonly message: string }
  /** A token names a key that no key set has. */
  | { readonly kind: 'unknown-key' }
  | { readonly kind: 'evidence'; readonly found: readonly EvidenceFound[] }
  | RateCountsTold
  | ShadowTold
  /** Fingerprints of requests that workers were said to have died of. */
  | { readonly kind: 'survived'; readonly fingerprints: readonly string[] }
  | { readonly kind: 'heartbeat' };

export interface AnalystStart {
  readonly kind: 'start';
  readonly configuration: Configuration;
  /** Without schemas: what paths, methods and parameters there are. */
  readonly contracts: readonly PreparedContract[];
  readonly directories: PolicyDirectories;
  readonly bundle: PolicyBundle;
  readonly socketPath: string;
  readonly dataFolder: string;
  readonly adminToken: string | undefined;
}

export type ToAnalyst =
  | AnalystStart
  /** A worker that had the canary's policy died or hung: it has no transactions that would speak against it. */
  | { readonly kind: 'canary-crashed'; readonly version: string }
  | ShadowTold
  | RateCountsTold
  | { readonly kind: 'evidence'; readonly found: readonly EvidenceFound[] }
  | { readonly kind: 'contracts'; readonly contracts: readonly PreparedContract[] }
  | {
      readonly kind: 'workers';
      readonly serving: number;
      readonly wanted: number;
      /** Where the gateway listens, once it does. */
      readonly port: number | undefined;
      /** Workers that ended without being asked to, and requests refused because of it. */
      readonly deaths: number;
      readonly quarantined: number;
    }
  | { readonly kind: 'drain' };

export type FromAnalyst =
  | {
      readonly kind: 'ready';
      readonly adminPort: number;
      readonly firstToken: string | undefined;
      readonly restrictions: readonly Restriction[];
      readonly learned: LearnedForWorkers;
    }
  | { readonly kind: 'failed'; readonly message: string }
  | RateCountsTold
  /** With a canary, for it only, and for no worker that starts later. */
  | { readonly kind: 'bundle'; readonly bundle: PolicyBundle; readonly canary?: CanaryPlace }
  | { readonly kind: 'restrictions'; readonly change: RestrictionChange }
  | ShadowChange
  | { readonly kind: 'learned'; readonly secret: string; readonly templates: readonly EndpointTemplate[] }
  | BaselinesChange
  | { readonly kind: 'owners'; readonly change: OwnersChange }
  | IssuedTold
  | BudgetsTold
  | { readonly kind: 'evidence-wanted'; readonly ids: readonly string[] }
  /** Of endpoints that are enforced as they were learned. */
  | { readonly kind: 'learned-contracts'; readonly contracts: readonly PreparedContract[] }
  | { readonly kind: 'refused'; readonly faults: readonly DocumentFault[] };
