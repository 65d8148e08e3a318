// What a person does with a baseline is kept as what traffic taught is, also when no more traffic comes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, describe, expect, it } from 'vitest';
import { type Learning, startLearning } from '../../src/analyst/learning.ts';
import type { LearnedEndpoint } from '../../src/core/learned-endpoint.ts';
import { EmbeddedStore } from '../../src/stores/embedded/embedded-store.ts';
import { rememberingLog } from '../stores/quiet-log.ts';
import { simulatedTraffic } from '../support/traffic/simulated-api.ts';

const ORDER = 'GET shop.test/api/v1/orders/{id}';
const CART = 'GET shop.test/api/v1/carts/{id}';
const folder = mkdtempSync(join(tmpdir(), 'operators-'));
const store = new EmbeddedStore({ folder, fileBytesMax: 1 << 26, log: rememberingLog() });

afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

async function started(): Promise<{ learning: Learning; told: LearnedEndpoint[][] }> {
  const told: LearnedEndpoint[][] = [];
  const learning = await startLearning({
    store,
    node: 'one',
    dataFolder: folder,
    stated: [],
    isSuspect: () => false,
    log: pino({ level: 'silent' }),
    onChange: (endpoints) => void told.push([...endpoints]),
    claim: async () => true,
  });
  return { learning, told };
}

describe('a baseline in the hands of a person', () => {
  it('stays frozen or reset over a restart without any traffic in between', async () => {
    const first = await started();
    for (const record of simulatedTraffic({ seed: 3, transactions: 4_000, days: 1 }))
      first.learning.learner.take(record);
    await first.learning.close();

    const second = await started();
    expect(second.told[0]!.find(({ id }) => id === ORDER)?.samples).toBeGreaterThan(50);
    expect(second.learning.learner.freeze(ORDER, true)).toBe(true);
    expect(second.learning.learner.reset(CART)).toBe(true);
    await second.learning.close();

    const third = await started();
    const known = third.told[0]!;
    expect(known.find(({ id }) => id === ORDER)?.isFrozen).toBe(true);
    expect(known.some(({ id }) => id === CART)).toBe(false);
    await third.learning.close();
  });

  it('is told to those who use it, also when no more traffic comes', async () => {
    const { learning, told } = await started();
    const before = told.length;
    expect(learning.learner.freeze(ORDER, false)).toBe(true);
    await expect.poll(() => told.length, { timeout: 10_000 }).toBeGreaterThan(before);
    expect(told.at(-1)!.find(({ id }) => id === ORDER)?.isFrozen).toBe(false);
    await learning.close();
  });
});
