import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as Loader from '../../src/policy-loader/load-in-child.ts';

// The child runs what was built, as in production; `npm test` builds first.
const built = resolve(import.meta.dirname, '../../dist/policy-loader/load-in-child.js');
let loader: typeof Loader;
let folder: string;

beforeAll(async () => {
  loader = (await import(/* @vite-ignore */ built)) as typeof Loader;
  folder = mkdtempSync(join(tmpdir(), 'policies-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = (text: string, timeoutMs?: number) => {
  writeFileSync(join(folder, 'p.yaml'), text);
  return loader.loadInChild({ shipped: undefined, operator: folder }, timeoutMs);
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

  it('that stands by is used again and again, and replaced when it was killed', async () => {
    const folders = { shipped: undefined, operator: folder };
    writeFileSync(join(folder, 'p.yaml'), 'kind: list\nid: x\naction: deny\nentries: { ips: 198.51.100.0/24 }\n');
    await expect.poll(children).toEqual([]);
    loader.keepStandby(folders);
    const [first] = await children();
    for (let i = 0; i < 15; i++) {
      const loading = load(`kind: list\nid: x${i}\naction: deny\nentries: { ips: 198.51.100.0/24 }\n`);
      loader.keepStandby(folders);
      const result = await loading;
      expect(result).toMatchObject({ load: { bundle: { documents: [{ id: `x${i}` }] } } });
    }
    expect(await children()).toEqual([first]);
    process.kill(first!, 'SIGKILL');
    await expect.poll(children).toEqual([]);
    expect(await load('kind: list\nid: y\naction: deny\nentries: { ips: 198.51.100.0/24 }\n')).toHaveProperty('load');
    const [second] = await children();
    expect(second).not.toBe(first);
  });
});

/** Loaders of this process. */
async function children(): Promise<number[]> {
  const found = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8').catch(() => '');
  const pids = found.split(' ').filter((pid) => pid !== '');
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return pids.filter((_, i) => commands[i]!.includes('policy-loader/child')).map(Number);
}
