// Every policy that was live, kept on disk with who made it live and why: what a rollback goes back to.
// Invariant: at most VERSIONS_MAX different policies and CHANGES_MAX changes are kept; the live one always is.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readDurably, writeDurably } from '../admin/durable-file.ts';
import type { PolicyVersionEntry } from '../admin/policy-life-context.ts';
import type { PolicyBundle } from '../core/document.ts';

const VERSIONS_MAX = 50;
const CHANGES_MAX = 500;

const entrySchema = z.object({
  version: z.string().regex(/^[0-9a-z-]{1,64}$/),
  at: z.number(),
  by: z.string(),
  action: z.enum(['publish', 'rollback', 'canary', 'canary-failed', 'promote']),
  reason: z.string(),
  documents: z.number(),
});

export class PolicyVersions {
  readonly #folder: string;
  readonly #index: string;
  #changes: PolicyVersionEntry[];

  constructor(dataFolder: string) {
    this.#folder = join(dataFolder, 'policy-versions');
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    this.#index = join(this.#folder, 'changes.json');
    const kept = z.array(entrySchema).safeParse(readDurably(this.#index));
    this.#changes = kept.success ? kept.data : [];
  }

  /** Newest first. */
  list(): readonly PolicyVersionEntry[] {
    return [...this.#changes].reverse();
  }

  get(version: string): PolicyBundle | undefined {
    if (!this.#changes.some((one) => one.version === version)) return undefined;
    return readDurably(this.#fileOf(version)) as PolicyBundle | undefined;
  }

  /** The one that was live before this one. */
  before(version: string): string | undefined {
    for (let i = this.#changes.length - 1; i >= 0; i--) {
      const { version: known, action } = this.#changes[i]!;
      if (known !== version && (action === 'publish' || action === 'rollback' || action === 'promote')) return known;
    }
    return undefined;
  }

  keep(bundle: PolicyBundle, change: Omit<PolicyVersionEntry, 'version' | 'documents'>): void {
    if (!this.#changes.some((one) => one.version === bundle.version))
      writeDurably(this.#fileOf(bundle.version), bundle);
    this.#changes.push({ ...change, version: bundle.version, documents: bundle.documents.length });
    this.#makeRoom();
    writeDurably(this.#index, this.#changes);
  }

  #makeRoom(): void {
    if (this.#changes.length > CHANGES_MAX) this.#changes.splice(0, this.#changes.length - CHANGES_MAX);
    const newestFirst = [...new Set([...this.#changes].reverse().map((one) => one.version))];
    const gone = new Set(newestFirst.slice(VERSIONS_MAX));
    if (gone.size === 0) return;
    this.#changes = this.#changes.filter((one) => !gone.has(one.version));
    for (const version of gone) rmSync(this.#fileOf(version), { force: true });
  }

  #fileOf(version: string): string {
    return join(this.#folder, `${version}.json`);
  }
}
