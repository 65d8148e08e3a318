import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LEARNED_FILE } from '../../src/analysis/learning/dump.ts';
import { Learner } from '../../src/analysis/learning/learner.ts';
import { runExport } from '../../src/cli/export.ts';
import { simulatedTraffic } from '../support/traffic/simulated-api.ts';

let data = '';
let written: string[] = [];
let said: string[] = [];

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'sallyport-export-'));
  written = [];
  said = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  vi.spyOn(console, 'error').mockImplementation((text: string) => void said.push(text));
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(data, { recursive: true, force: true });
});

describe('sallyport export openapi', () => {
  it('writes the learned API of one host', async () => {
    const learner = new Learner();
    for (const record of simulatedTraffic({ seed: 3, transactions: 5_000, days: 1 })) learner.take(record);
    writeFileSync(join(data, LEARNED_FILE), JSON.stringify(learner.dump()));
    expect(await runExport('openapi', { data, host: 'bank.test' })).toBe(0);
    const document = JSON.parse(written.join('')) as { openapi: string; paths: Record<string, unknown> };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toContain('/v2/accounts/{accountId}');
    expect(Object.keys(document.paths).some((path) => path.startsWith('/api/'))).toBe(false);
    expect(await runExport('openapi', { data, host: 'nowhere.test' })).toBe(1);
    expect(said.join()).toContain('bank.test, shop.test');
  });

  it('says what is wrong when there is nothing to read', async () => {
    expect(await runExport('openapi', { data })).toBe(1);
    expect(said.at(-1)).toContain('cannot be read');
    writeFileSync(join(data, LEARNED_FILE), 'no json');
    expect(await runExport('openapi', { data })).toBe(1);
    expect(said.at(-1)).toContain('is not JSON');
    expect(await runExport('har', { data })).toBe(1);
    expect(written).toEqual([]);
  });
});
