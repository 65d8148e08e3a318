// What documents say against what traffic shows, on this node: the outlines of contracts as they change, the route lists of the
// configuration, and from time to time the difference to what was learned.
import { statSync } from 'node:fs';
import { learnedContract } from '../analysis/learning/learned-contract.ts';
import type { Configuration } from '../configuration/load.ts';
import { compileRoutes } from '../configuration/match-route.ts';
import type { PreparedContract } from '../core/contract.ts';
import type { DocumentFault } from '../core/document.ts';
import type { LearnedEndpoint } from '../core/learned-endpoint.ts';
import { type DriftFinding, driftOf } from '../openapi/drift/drift.ts';
import type { RouteList } from '../openapi/route-lists/route-list.ts';
import { readRouteListFile } from '../openapi-loader/read-documents.ts';

const COMPARE_MS = 60_000;
const FIRST_MS = 10_000;
const ENFORCE_MS = 5_000;
/** Who asks gets an answer no older than this. */
const FRESH_MS = 5_000;

interface KeptList {
  readonly file: string;
  readonly stamp: string;
  /** Undefined while there was no good one. */
  readonly list: RouteList | undefined;
}

export interface ApiDocumentsOptions {
  readonly configuration: Pick<Configuration, 'routes' | 'routeLists'>;
  readonly contracts: readonly PreparedContract[];
  readonly endpoints: () => readonly LearnedEndpoint[];
  readonly now: () => number;
  /** Endpoints that the operator wants to be enforced as they were learned. */
  readonly promoted: () => readonly string[];
  readonly onLearned: (contracts: readonly PreparedContract[]) => void;
  /** A route list that changed and cannot be read. */
  readonly onRefusal: (fault: DocumentFault) => void;
  readonly onDrift: (findings: readonly DriftFinding[], at: number) => void;
}

export class ApiDocuments {
  contracts: readonly PreparedContract[];
  #drift: readonly DriftFinding[] = [];
  #comparedAt = 0;
  readonly #options: ApiDocumentsOptions;
  /** What the workers were last told to enforce. */
  #learned = '';
  #routeLists: readonly KeptList[];
  readonly #matchRoute;
  readonly #timers: readonly NodeJS.Timeout[];

  constructor(options: ApiDocumentsOptions) {
    const { configuration } = options;
    this.#options = options;
    this.contracts = options.contracts;
    this.#matchRoute = compileRoutes(configuration.routes);
    this.#routeLists = configuration.routeLists.map((file) => ({ file, stamp: '', list: undefined }));
    this.#readRouteLists();
    this.#timers = [
      setTimeout(() => this.#compare(), FIRST_MS),
      setInterval(() => this.#compare(), COMPARE_MS),
      setInterval(() => this.#enforceLearned(), ENFORCE_MS),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  drift(): readonly DriftFinding[] {
    if (this.#options.now() - this.#comparedAt > FRESH_MS) this.#compare();
    return this.#drift;
  }

  #compare(): void {
    this.#comparedAt = this.#options.now();
    this.#readRouteLists();
    const routeLists = this.#routeLists.flatMap(({ list }) => list ?? []);
    if (this.contracts.length === 0 && routeLists.length === 0) return;
    const now = this.#options.now();
    const endpoints = this.#options.endpoints();
    this.#drift = driftOf({
      contracts: this.contracts,
      routeLists,
      endpoints,
      routeOf: (host, path) => this.#matchRoute(host, path)?.id,
      now,
      observedSince: endpoints.reduce((first, one) => Math.min(first, one.firstSeen), now),
    });
    this.#options.onDrift(this.#drift, now);
  }

  /** Those that changed. One that cannot be read changes nothing: the last good one stays, and the refusal is told once. */
  #readRouteLists(): void {
    this.#routeLists = this.#routeLists.map((kept) => {
      const stamp = stampOf(kept.file);
      if (stamp === kept.stamp) return kept;
      const read = readRouteListFile(kept.file);
      if ('list' in read) return { ...kept, stamp, list: read.list };
      if (kept.list !== undefined) this.#options.onRefusal(read.fault);
      return { ...kept, stamp };
    });
  }

  #enforceLearned(): void {
    const promoted = new Set(this.#options.promoted());
    if (promoted.size === 0 && this.#learned === '') return;
    const byRoute = new Map<string, LearnedEndpoint[]>();
    for (const endpoint of this.#options.endpoints()) {
      const route = promoted.has(endpoint.id) ? this.#matchRoute(endpoint.host, endpoint.template)?.id : undefined;
      if (route !== undefined) byRoute.set(route, [...(byRoute.get(route) ?? []), endpoint]);
    }
    const contracts = [...byRoute].flatMap(([route, endpoints]) => learnedContract(route, endpoints) ?? []);
    const digests = contracts.map(({ route, digest }) => `${route} ${digest}`).join();
    if (digests === this.#learned) return;
    this.#learned = digests;
    this.#options.onLearned(contracts);
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }
}

function stampOf(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return 'gone';
  }
}
