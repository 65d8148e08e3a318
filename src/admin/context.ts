// What the admin API's resources work with.
import type { DocumentFault, PolicyBundle } from '../core/document.ts';
import type { AuditLog } from './audit-log.ts';
import type { RecentTransactions } from './recent-transactions.ts';
import type { RestrictionBook } from './restriction-book.ts';
import type { Caller, Role, TokenStore } from './token-store.ts';

export interface AdminContext {
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
