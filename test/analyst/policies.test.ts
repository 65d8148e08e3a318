import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LivePolicy, watchPolicies as Watch } from '../../src/analyst/policies.ts';
import type { PolicyBundle } from '../../src/core/document.ts';
import { childrenOf, until } from '../run/gateway-process.ts';

// The loader runs what was built, as in production; `npm test` builds first.
const built = resolve(import.meta.dirname, '../../dist/analyst/policies.js');
let watchPolicies: typeof Watch;
let folder: string;

beforeAll(async () => {
  ({ watchPolicies } = (await import(/* @vite-ignore */ built)) as { watchPolicies: typeof Watch });
  folder = mkdtempSync(join(tmpdir(), 'policies-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a loader that dies while it reads good policies', () => {
  it('is a refusal for the moment, and the files are read again by themselves', async () => {
    writeFileSync(join(folder, 'p.yaml'), 'kind: list\nid: x\naction: deny\nentries: { ips: 198.51.100.0/24 }\n');
    const live: LivePolicy = { bundle: { version: '', documents: [] }, faults: [], reloads: 0, refusals: 0 };
    const told: string[] = [];
    const reload = watchPolicies({
      directories: { shipped: undefined, operator: folder },
      live,
      onChange: (bundle: PolicyBundle) => told.push(`${bundle.documents.length} document`),
      onRefuse: (faults) => told.push(faults[0]!.message),
      retryMs: 50,
    });
    const reloaded = reload();
    const [loader] = await until(() => {
      const found = childrenOf(process.pid, 'policy-loader/child.js');
      return found.length > 0 && found;
    });
    process.kill(loader!, 'SIGKILL');
    await reloaded;
    await until(() => told.length > 1);
    expect(told).toEqual(['the loader ended with SIGKILL while it read the policies', '1 document']);
    expect(live).toMatchObject({ faults: [], refusals: 1 });
  });
});
