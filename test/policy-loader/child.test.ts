import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { loadInChild as Load } from '../../src/policy-loader/load-in-child.ts';

// The child runs what was built, as in production; `npm test` builds first.
const built = resolve(import.meta.dirname, '../../dist/policy-loader/load-in-child.js');
let loadInChild: typeof Load;
let folder: string;

beforeAll(async () => {
  ({ loadInChild } = (await import(/* @vite-ignore */ built)) as { loadInChild: typeof Load });
  folder = mkdtempSync(join(tmpdir(), 'policies-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = (text: string, timeoutMs?: number) => {
  writeFileSync(join(folder, 'p.yaml'), text);
  return loadInChild({ shipped: undefined, operator: folder }, timeoutMs);
};

describe('a child that loads policies', () => {
  it('hands over the bundle', async () => {
    const result = await load('kind: list\nid: x\naction: deny\nentries: { ips: 198.51.100.0/24 }\n');
    expect(result).toMatchObject({
      load: { faults: [], files: 1, bundle: { documents: [{ kind: 'list', id: 'x' }] } },
    });
  });

  it('hands over faults with their places', async () => {
    const result = await load('kind: list\nid: x\nactoin: deny\n');
    expect(result).toMatchObject({
      load: { faults: [{ line: 3, column: 1, message: expect.stringContaining('actoin') }] },
    });
  });

  it('that takes too long is a refusal', async () => {
    expect(await load('kind: list\n', 1)).toEqual({ refusal: 'the policies could not be read within 1 ms' });
  });
});
