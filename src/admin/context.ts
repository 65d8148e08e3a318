// What the admin API's resources work with.

import type { Learner } from '../analysis/learning/learner.ts';
import type { DocumentFault, PolicyBundle } from '../core/document.ts';
import type { SinkOutcome, SinkState } from '../core/sink.ts';
import type { Store } from '../core/store.ts';
import type { AuditLog } from './audit-log.ts';
import type { RecentTransactions } from './recent-transactions.ts';
import type { AnalysisContext } from './resource-incidents.ts';
import type { RestrictionBook } from './restriction-book.ts';
import type { Caller, Role, TokenStore } from './token-store.ts';

export interface AdminContext extends AnalysisContext {
  readonly learner: Learner;
  readonly sinks: {
    states(): readonly SinkState[];
    /** Undefined when no sink has this name. */
    test(id: string): Promise<SinkOutcome> | undefined;
  };
  readonly store: Pick<Store, 'kind' | 'health'>;
  readonly policy: () => { readonly bundle: PolicyBundle; readonly faults: readonly DocumentFault[] };
  readonly workers: () => { readonly serving: number; readonly wanted: number };
  readonly book: RestrictionBook;
  readonly recent: RecentTransactions;
  readonly tokens: TokenStore;
  readonly audit: AuditLog;
  readonly metrics: () => Promise<string>;
  /** Host names the port answers to, besides loopback. */
  readonly hosts: readonly string[];
  readonly gateway: { readonly mode: string; readonly listen: { readonly host: string; readonly port: number } };
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | undefined;
  }
  interface FastifyContextConfig {
    /** The least role that may call this route. */
    role?: Role;
  }
}
