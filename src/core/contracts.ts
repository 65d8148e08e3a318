// Which contract a request falls under, for one snapshot.
import type { RequestContract } from './detector.ts';

export interface Contracts {
  /** Undefined on routes without a document. `segments` are the decoded path segments. */
  find(route: string, method: string, segments: readonly string[]): RequestContract | undefined;
}

export const NO_CONTRACTS: Contracts = { find: () => undefined };
