// Everything that is learned, as one value that merges: a trie of paths for each host and method, and the operations of GraphQL.
// Invariant: hosts, nodes and operations have maxima; what finds no room is counted in `refused`.
import { type FoundEnd, PathTrie, segmentsOf } from '../discovery/path-trie.ts';
import { EndpointStats } from './endpoint-stats.ts';

export interface ModelBounds {
  readonly endpointsMax: number;
  readonly nodesMax: number;
  readonly rootsMax: number;
}

export const DEFAULT_BOUNDS: ModelBounds = { endpointsMax: 10_000, nodesMax: 50_000, rootsMax: 2_000 };

const SETTLE_EVERY = 1_000;

export interface StatedTemplate {
  readonly method: string;
  /** Empty for any host. */
  readonly host: string;
  readonly template: string;
  readonly source: 'openapi' | 'operator';
}

export interface FoundEndpoint {
  readonly id: string;
  readonly method: string;
  readonly host: string;
  readonly operation: string | undefined;
  readonly found: Omit<FoundEnd<EndpointStats>, 'node'>;
  /** Puts other statistics in its place. */
  readonly replace: (stats: EndpointStats) => void;
}

export class Model {
  readonly tries = new Map<string, PathTrie<EndpointStats>>();
  /** `POST api.test/graphql#query listOrders` */
  readonly operations = new Map<string, EndpointStats>();
  readonly refused = { roots: 0, nodes: 0, endpoints: 0 };
  #nodes = 0;
  #ends = 0;
  /** Whoever goes through it over several turns. */
  #readers = 0;
  /** The tries by method and host, so that no text is put together to find one. */
  readonly #byMethod = new Map<string, Map<string, PathTrie<EndpointStats>>>();
  #path = '/';
  #segments: readonly string[] = [];
  readonly #bounds: ModelBounds;
  readonly #stated: StatedTemplate[] = [];

  constructor(bounds: ModelBounds, stated: readonly StatedTemplate[] = []) {
    this.#bounds = bounds;
    for (const template of stated) this.state(template);
  }

  get stated(): readonly StatedTemplate[] {
    return this.#stated;
  }

  state(stated: StatedTemplate): void {
    this.#stated.push(stated);
    for (const [root, trie] of this.tries) {
      if (isFor(stated, root)) trie.state(stated.template, stated.source);
    }
  }

  /** The others hold as before. */
  retract(stated: StatedTemplate): void {
    const at = this.#stated.findIndex((one) => isSame(one, stated));
    if (at === -1) return;
    this.#stated.splice(at, 1);
    for (const [root, trie] of this.tries) {
      if (!isFor(stated, root)) continue;
      trie.retract(stated.template);
      for (const other of this.#stated) if (isFor(other, root)) trie.state(other.template, other.source);
    }
  }

  find(
    method: string,
    host: string,
    path: string,
    operation: string | undefined,
    isStrict = false,
  ): EndpointStats | undefined {
    if (operation !== undefined) return this.operations.get(operationId(method, host, path, operation));
    return this.#trieOf(method, host)?.find(this.#segmentsOf(path), isStrict);
  }

  /** Undefined when there is no room. */
  grow(method: string, host: string, path: string, operation: string | undefined): EndpointStats | undefined {
    if (operation !== undefined) return this.operation(operationId(method, host, path, operation));
    return (this.#trieOf(method, host) ?? this.trie(`${method} ${host}`))?.grow(this.#segmentsOf(path));
  }

  /** Until it is let go as often as it was held, words do not become siblings. */
  hold(): void {
    this.#readers += 1;
  }

  letGo(): void {
    this.#readers -= 1;
  }

  settle(): void {
    for (const trie of this.tries.values()) trie.settle();
    this.#recount();
  }

  merge(other: Model): void {
    for (const [root, theirs] of other.tries) this.trie(root)?.merge(theirs);
    for (const [id, stats] of other.operations) this.operation(id)?.merge(stats);
    this.settle();
  }

  *found(): Generator<FoundEndpoint> {
    for (const [root, trie] of this.tries) {
      const space = root.indexOf(' ');
      for (const found of trie.found()) {
        yield {
          id: `${root}${found.template}`,
          method: root.slice(0, space),
          host: root.slice(space + 1),
          operation: undefined,
          found,
          replace: (stats) => {
            found.node.end = stats;
          },
        };
      }
    }
    for (const [id, end] of this.operations) {
      const [, method = '', host = '', template = '', operation = ''] = /^(\S+) ([^/]*)([^#]*)#(.*)$/.exec(id) ?? [];
      const why = [`GraphQL operation ${operation}`];
      const found = { end, template, source: 'learned' as const, why };
      yield { id, method, host, operation, found, replace: (stats) => void this.operations.set(id, stats) };
    }
  }

  sizes(): { readonly endpoints: number; readonly nodes: number; readonly roots: number } {
    this.#recount();
    return { endpoints: this.#ends, nodes: this.#nodes, roots: this.tries.size };
  }

  #trieOf(method: string, host: string): PathTrie<EndpointStats> | undefined {
    let byHost = this.#byMethod.get(method);
    const known = byHost?.get(host);
    if (known !== undefined) return known;
    const trie = this.tries.get(`${method} ${host}`);
    if (trie === undefined) return undefined;
    if (byHost === undefined) {
      byHost = new Map();
      this.#byMethod.set(method, byHost);
    }
    byHost.set(host, trie);
    return trie;
  }

  /** What is looked for is as a rule grown next. */
  #segmentsOf(path: string): readonly string[] {
    if (path !== this.#path) {
      this.#path = path;
      this.#segments = segmentsOf(path);
    }
    return this.#segments;
  }

  /** Made when it is not there and there is room. */
  trie(root: string): PathTrie<EndpointStats> | undefined {
    let trie = this.tries.get(root);
    if (trie === undefined) {
      if (this.tries.size >= this.#bounds.rootsMax) {
        this.refused.roots += 1;
        return undefined;
      }
      trie = new PathTrie<EndpointStats>(
        {
          mayCreate: () => this.#mayCreate(),
          create: () => {
            this.#ends += 1;
            return new EndpointStats();
          },
          merge: (into, from) => into.merge(from),
          shape: (end) => end.shape(),
        },
        {
          mayGrow: () => this.#mayGrow(),
          mayMerge: () => this.#readers === 0,
          gaveBackNode: () => {
            this.#nodes -= 1;
          },
          gaveBackEnd: () => {
            this.#ends -= 1;
          },
        },
      );
      for (const stated of this.#stated) if (isFor(stated, root)) trie.state(stated.template, stated.source);
      this.tries.set(root, trie);
    }
    return trie;
  }

  /** Merging makes fewer of them. */
  #recount(): void {
    this.#ends = this.operations.size;
    this.#nodes = 0;
    for (const trie of this.tries.values()) {
      this.#nodes += trie.nodes();
      for (const _ of trie.found()) this.#ends += 1;
    }
  }

  #mayCreate(): boolean {
    if (this.#ends < this.#bounds.endpointsMax) return true;
    this.refused.endpoints += 1;
    // Siblings may become one meanwhile; looked at now and then only.
    if (this.refused.endpoints % SETTLE_EVERY === 1) this.settle();
    return this.#ends < this.#bounds.endpointsMax;
  }

  #mayGrow(): boolean {
    if (this.#nodes >= this.#bounds.nodesMax) {
      // Merged words gave their nodes back: counted again now and then only.
      if (this.refused.nodes % SETTLE_EVERY === 0) this.#recount();
      if (this.#nodes >= this.#bounds.nodesMax) {
        this.refused.nodes += 1;
        return false;
      }
    }
    this.#nodes += 1;
    return true;
  }

  /** Made when it is not there and there is room. */
  operation(id: string): EndpointStats | undefined {
    let stats = this.operations.get(id);
    if (stats === undefined) {
      if (!this.#mayCreate()) return undefined;
      stats = new EndpointStats();
      this.operations.set(id, stats);
      this.#ends += 1;
    }
    return stats;
  }
}

function isFor(stated: StatedTemplate, root: string): boolean {
  return stated.host === '' ? root.startsWith(`${stated.method} `) : root === `${stated.method} ${stated.host}`;
}

function isSame(a: StatedTemplate, b: StatedTemplate): boolean {
  return a.method === b.method && a.host === b.host && a.template === b.template && a.source === b.source;
}

function operationId(method: string, host: string, path: string, operation: string): string {
  return `${method} ${host}${path}#${operation}`;
}
