// What the admin API's resources work with.

import type { Learner } from '../analysis/learning/learner.ts';
import type { PreparedContract } from '../core/contract.ts';
import type { DocumentFault, PolicyBundle } from '../core/document.ts';
import type { NodeStatus } from '../core/node-status.ts';
import type { SinkOutcome, SinkState } from '../core/sink.ts';
import type { Store } from '../core/store.ts';
import type { DriftFinding } from '../openapi/drift/drift.ts';
import type { AuditLog } from './audit-log.ts';
import type { BacktestsContext } from './backtests-context.ts';
import type { DataFlows } from './data-flows.ts';
import type { OidcProvider } from './oidc.ts';
import type { PolicyFiles } from './policy-files.ts';
import type { PolicyLifeContext } from './policy-life-context.ts';
import type { PolicyTestsContext } from './policy-tests-context.ts';
import type { RecentTransactions } from './recent-transactions.ts';
import type { AnalysisContext } from './resource-incidents.ts';
import type { RestrictionBook } from './restriction-book.ts';
import type { SessionStore } from './session-store.ts';
import type { ShadowContext } from './shadow-context.ts';
import type { Caller, Role, TokenStore } from './token-store.ts';
import type { TrafficHistory } from './traffic-history.ts';
import type { UserStore } from './user-store.ts';

type DecisionKind = 'promotion' | 'template';

export interface AdminContext extends AnalysisContext {
  readonly learner: Learner;
  /** What people decided about endpoints: promotions and templates of their own. */
  readonly decisions: {
    get(
      kind: DecisionKind,
      subject: string,
    ): { readonly holds: boolean; readonly by: string; readonly at: number } | undefined;
    holding(kind: DecisionKind): readonly string[];
    /** False when there is no room for one more. */
    decide(decision: {
      readonly kind: DecisionKind;
      readonly subject: string;
      readonly holds: boolean;
      readonly by: string;
      readonly at: number;
    }): boolean;
  };
  readonly sinks: {
    states(): readonly SinkState[];
    /** Undefined when no sink has this name. */
    test(id: string): Promise<SinkOutcome> | undefined;
  };
  readonly store: Pick<Store, 'kind' | 'health'>;
  readonly policy: () => { readonly bundle: PolicyBundle; readonly faults: readonly DocumentFault[] };
  /** API documents in force, and how traffic differs from them. */
  readonly documents?: { readonly contracts: readonly PreparedContract[]; drift(): readonly DriftFinding[] };
  readonly workers: () => { readonly serving: number; readonly wanted: number };
  /** This node first. */
  readonly nodes: () => Promise<readonly NodeStatus[]>;
  /** Reads the policy files again at once; resolves when that is done. */
  readonly reload: () => Promise<void>;
  readonly policyFiles: PolicyFiles;
  readonly history: TrafficHistory;
  readonly flows: DataFlows;
  readonly book: RestrictionBook;
  readonly recent: RecentTransactions;
  readonly tokens: TokenStore;
  readonly users: UserStore;
  readonly sessions: SessionStore;
  /** Where people sign in besides; undefined without one. */
  readonly oidc?: OidcProvider | undefined;
  readonly audit: AuditLog;
  /** Undefined where nothing but this API runs. */
  readonly policyLife?: PolicyLifeContext;
  readonly backtests?: BacktestsContext;
  readonly policyTests?: PolicyTestsContext;
  readonly shadow?: ShadowContext;
  /** The same. */
  readonly outOfBand?: IngestContext;
  readonly metrics: () => Promise<string>;
  /** The built console; undefined takes the one beside this code. */
  readonly consoleFolder?: string;
  /** Host names the port answers to, besides loopback. */
  readonly hosts: readonly string[];
  readonly gateway: () => { readonly mode: string; readonly scheme: 'http' | 'https'; readonly port: number };
}

/** Where transactions are taken; started when it does not run. */
export interface IngestContext {
  readonly ingestSocket: string;
  ready(): Promise<boolean>;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | undefined;
  }
  interface FastifyContextConfig {
    /** The least role that may call this route. */
    role?: Role;
    /** The body is no JSON and goes on as it comes. */
    takesStreams?: boolean;
  }
}
