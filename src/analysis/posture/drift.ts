// Endpoints that are in traffic and in no document, or the other way round. Comparing is done elsewhere; here is kept which
// incidents stand for what was found, so that they end when it is gone.
import type { Figures } from '../scenarios/signal.ts';

export interface Drift {
  /** Endpoint id. */
  readonly endpoint: string;
  readonly figures: Figures;
}

const ENDPOINTS_MAX = 10_000;

export class DriftState {
  /** Check → endpoint → incident. */
  readonly #open = new Map<string, Map<string, string | undefined>>();

  note(check: string, endpoint: string, incident: string | undefined): void {
    let open = this.#open.get(check);
    if (open === undefined) {
      open = new Map();
      this.#open.set(check, open);
    }
    if (open.size < ENDPOINTS_MAX || open.has(endpoint)) open.set(endpoint, incident ?? open.get(endpoint));
  }

  /** Those that are not among `live` any more; they are forgotten. */
  gone(
    check: string,
    live: ReadonlySet<string>,
  ): { readonly endpoint: string; readonly incident: string | undefined }[] {
    const gone: { endpoint: string; incident: string | undefined }[] = [];
    const open = this.#open.get(check);
    for (const [endpoint, incident] of open ?? []) {
      if (live.has(endpoint)) continue;
      gone.push({ endpoint, incident });
      open!.delete(endpoint);
    }
    return gone;
  }

  dump(): unknown {
    return [...this.#open].map(([check, open]) => [
      check,
      [...open].map(([endpoint, incident]) => [endpoint, incident ?? null]),
    ]);
  }

  restore(dump: unknown): void {
    for (const [check, open] of (dump ?? []) as [string, [string, string | null][]][]) {
      for (const [endpoint, incident] of open) this.note(check, endpoint, incident ?? undefined);
    }
  }
}
