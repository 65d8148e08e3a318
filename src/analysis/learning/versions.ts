// Baselines as they were, to go back to: at most VERSIONS_MAX of an endpoint, and of at most ENDPOINTS_MAX endpoints.
import { EndpointStats } from './endpoint-stats.ts';

const VERSIONS_MAX = 5;
const ENDPOINTS_MAX = 1_000;

interface Version {
  readonly version: number;
  readonly at: number;
  readonly stats: EndpointStats;
}

export class Versions {
  readonly #kept = new Map<string, Version[]>();

  static empty(): EndpointStats {
    return new EndpointStats();
  }

  keep(id: string, stats: EndpointStats, at: number): number {
    const kept = this.#kept.get(id) ?? [];
    const version = (kept.at(-1)?.version ?? 0) + 1;
    kept.push({ version, at, stats: copyOf(stats) });
    if (kept.length > VERSIONS_MAX) kept.shift();
    // What was kept last goes to the end; the first is the one that waited longest.
    this.#kept.delete(id);
    this.#kept.set(id, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > ENDPOINTS_MAX && oldest !== undefined) this.#kept.delete(oldest);
    return version;
  }

  list(id: string): readonly { readonly version: number; readonly at: number }[] {
    return (this.#kept.get(id) ?? []).map(({ version, at }) => ({ version, at }));
  }

  /** A copy, so that what is learned from then on does not change what was kept. */
  get(id: string, version: number): EndpointStats | undefined {
    const kept = this.#kept.get(id)?.find((one) => one.version === version);
    return kept === undefined ? undefined : copyOf(kept.stats);
  }
}

function copyOf(stats: EndpointStats): EndpointStats {
  const copy = new EndpointStats();
  copy.merge(stats);
  copy.isFrozen = false;
  return copy;
}
