// The admin port as a whole, in process: real stores in a folder of their own, and a browser that keeps its cookie.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { AuditLog } from '../../src/admin/audit-log.ts';
import { DataFlows } from '../../src/admin/data-flows.ts';
import type { OidcProvider } from '../../src/admin/oidc.ts';
import { PolicyFiles } from '../../src/admin/policy-files.ts';
import { RecentTransactions } from '../../src/admin/recent-transactions.ts';
import { RestrictionBook } from '../../src/admin/restriction-book.ts';
import { createAdminServer } from '../../src/admin/server.ts';
import { SessionStore } from '../../src/admin/session-store.ts';
import { TokenStore } from '../../src/admin/token-store.ts';
import { TrafficHistory } from '../../src/admin/traffic-history.ts';
import { UserStore } from '../../src/admin/user-store.ts';
import { Learner } from '../../src/analysis/learning/learner.ts';
import { Decisions } from '../../src/analyst/decisions.ts';
import type { DocumentFault, PolicyBundle } from '../../src/core/document.ts';
import { loadDirectories } from '../../src/policy-loader/load-directories.ts';
import { EmbeddedStore } from '../../src/stores/embedded/embedded-store.ts';
import { World } from '../analysis/world.ts';
import { rememberingLog } from '../stores/quiet-log.ts';

export const TOKEN = 'the-first-token-of-this-test';

export interface AdminPort {
  readonly app: FastifyInstance;
  readonly folder: string;
  readonly policies: string;
  readonly world: World;
  readonly learner: Learner;
  readonly users: UserStore;
  readonly audit: AuditLog;
  readonly history: TrafficHistory;
  readonly flows: DataFlows;
  readonly recent: RecentTransactions;
  readonly oidc: OidcProvider | undefined;
  close(): Promise<void>;
}

export async function adminPort(consoleFolder?: string, oidc?: OidcProvider): Promise<AdminPort> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-admin-'));
  const policies = join(folder, 'policies');
  mkdirSync(policies);
  const directories = { shipped: undefined, operator: policies };
  const live = { bundle: { version: 'empty', documents: [] } as PolicyBundle, faults: [] as readonly DocumentFault[] };
  const reload = async (): Promise<void> => {
    const { bundle, faults } = loadDirectories(directories);
    live.faults = faults;
    if (faults.length === 0) live.bundle = bundle;
  };
  const store = new EmbeddedStore({ folder, fileBytesMax: 1 << 26, log: rememberingLog() });
  const world = new World();
  const learner = new Learner();
  const users = new UserStore(folder, 2 ** 10);
  const audit = new AuditLog(folder);
  const history = new TrafficHistory();
  const flows = new DataFlows();
  const recent = new RecentTransactions();
  const app = await createAdminServer({
    analysis: world.analysis,
    exchange: { tellEdit: async () => {}, decide: async () => undefined } as never,
    learner,
    decisions: new Decisions(
      store,
      folder,
      () => {},
      () => {},
    ),
    sinks: { states: () => [], test: () => undefined },
    store,
    policy: () => live,
    reload,
    nodes: async () => [],
    policyFiles: new PolicyFiles(directories, async (given) => loadDirectories(given).faults, folder),
    workers: () => ({ serving: 1, wanted: 1 }),
    book: new RestrictionBook(folder, []),
    recent,
    tokens: new TokenStore(folder, TOKEN),
    users,
    sessions: new SessionStore(folder),
    oidc,
    audit,
    history,
    flows,
    metrics: async () => '',
    hosts: [],
    gateway: () => ({ mode: 'enforce', scheme: 'http', port: 8080 }),
    ...(consoleFolder === undefined ? {} : { consoleFolder }),
  });
  const close = async (): Promise<void> => {
    await app.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { app, folder, policies, world, learner, users, audit, history, flows, recent, oidc, close };
}

/** Keeps the cookie and the CSRF token that it was given, as the console does. */
export class Browser {
  readonly #app: FastifyInstance;
  cookie = '';
  csrfToken = '';

  constructor(app: FastifyInstance) {
    this.#app = app;
  }

  async send(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ) {
    const options: InjectOptions = {
      method,
      url: `/api/v1${path}`,
      headers: {
        host: 'localhost:9090',
        origin: 'http://localhost:9090',
        ...(this.cookie === '' ? {} : { cookie: this.cookie }),
        ...(this.csrfToken === '' ? {} : { 'x-csrf-token': this.csrfToken }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: body }),
    };
    const response = await this.#app.inject(options);
    const set = response.headers['set-cookie'];
    const text = response.body;
    return {
      status: response.statusCode,
      setCookie: typeof set === 'string' ? set : '',
      headers: response.headers,
      text,
      // biome-ignore lint/suspicious/noExplicitAny: what came is looked at key by key
      body: (/^[[{]/.test(text) ? JSON.parse(text) : undefined) as any,
    };
  }

  async signIn(what: object) {
    const answer = await this.send('POST', '/session', what);
    if (answer.status === 201) {
      this.cookie = answer.setCookie.split(';')[0]!;
      this.csrfToken = answer.body.csrfToken;
    }
    return answer;
  }
}
