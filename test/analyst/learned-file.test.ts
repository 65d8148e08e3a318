import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { allByTurns, jsonPieces, listed } from '../../src/analysis/json-pieces.ts';
import { LEARNED_FILE } from '../../src/analysis/learning/dump.ts';
import { Learner } from '../../src/analysis/learning/learner.ts';
import { readLearned, writeLearned, writeLearnedAtOnce } from '../../src/analyst/learned-file.ts';
import type { TransactionRecord } from '../../src/core/record.ts';
import { simulatedTraffic } from '../support/traffic/simulated-api.ts';

const folder = mkdtempSync(join(tmpdir(), 'learned-'));
const DIST = resolve(import.meta.dirname, '../../dist');
const ENDPOINTS = 800;

afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

/** Of many endpoints: each place of the simulated API at many hosts. */
function* manyEndpoints(endpoints: number): Generator<TransactionRecord> {
  for (const record of simulatedTraffic({ seed: 5, transactions: endpoints * 6, days: 1, probes: 0 })) {
    const n = Number(record.id.slice(2));
    yield { ...record, host: `h${n % (endpoints / 20)}.test` };
  }
}

function learnerOf(endpoints: number): Learner {
  const learner = new Learner();
  for (const record of manyEndpoints(endpoints)) learner.take(record);
  return learner;
}

const numberIn = (place: string): number => {
  const { n, fill } = readLearned(place)!.dump as { n: number; fill: number[] };
  expect(fill.every((one) => one === n)).toBe(true);
  expect(fill.length).toBe(20_000);
  return n;
};

describe('what was learned, on the disk', () => {
  it('is written in pieces while learning goes on, and comes back as it was', async () => {
    const learner = learnerOf(ENDPOINTS);
    const known = learner.endpoints();
    expect(known.length).toBeGreaterThan(ENDPOINTS / 2);
    const begunAt = performance.now();
    expect(JSON.stringify(learner.dump()).length).toBeGreaterThan(400_000);
    const atOnceMs = performance.now() - begunAt;
    const { pieces, isWhole } = learner.dumpText({ added: [['other', 3]], fadedDay: 7 });
    const fresh = manyEndpoints(ENDPOINTS);
    let longestMs = 0;
    let last = performance.now();
    const others = setInterval(() => {
      const now = performance.now();
      longestMs = Math.max(longestMs, now - last);
      learner.take(fresh.next().value as TransactionRecord);
      last = performance.now();
    }, 0);
    expect(await writeLearned(folder, pieces, isWhole)).toBe(true);
    clearInterval(others);
    // A turn is 20 ms; on a busy machine it takes longer, and all of it as well.
    expect(longestMs).toBeLessThan(Math.max(200, atOnceMs / 3));
    const kept = readLearned(folder)!;
    expect([[...kept.added], kept.fadedDay]).toEqual([[['other', 3]], 7]);
    const again = new Learner();
    expect(again.merge(kept.dump)).toBe(0);
    expect(again.endpoints().map(({ id }) => id)).toEqual(known.map(({ id }) => id));
    const samples = (list: typeof known): number => list.reduce((sum, one) => sum + one.samples, 0);
    expect(samples(again.endpoints())).toBeGreaterThanOrEqual(samples(known));
    expect(samples(again.endpoints())).toBeLessThanOrEqual(samples(learner.endpoints()));
  });

  it('merges words into one only when nobody goes through them', () => {
    const words = (learner: Learner): number =>
      learner.endpoints().filter(({ id }) => id.startsWith('GET w.test/a/')).length;
    const learner = new Learner();
    const [record] = [...simulatedTraffic({ seed: 1, transactions: 1, days: 1, probes: 0 })];
    const take = (word: string): void =>
      learner.take({ ...record!, method: 'GET', host: 'w.test', path: `/a/${word}` });
    for (const letter of 'abcdefghij') take(`word-${letter}`);
    const { pieces } = learner.dumpText({});
    const reading = pieces[Symbol.iterator]();
    reading.next();
    for (const letter of 'klmnopqrstuvwxyz') for (const more of 'ab') take(`word-${letter}${more}`);
    expect(words(learner)).toBe(42);
    let text = '';
    for (let next = reading.next(); !next.done; next = reading.next()) text += next.value;
    expect(text.endsWith('}')).toBe(true);
    expect(words(learner)).toBe(1);
  });

  it('is given up when an operator changes it meanwhile, and the one before stays', async () => {
    const learner = learnerOf(40);
    writeLearnedAtOnce(folder, learner.dumpText({ fadedDay: 1 }).pieces);
    const { pieces, isWhole } = learner.dumpText({ fadedDay: 2 });
    learner.state({ method: 'GET', host: '', template: '/x/{id}', source: 'operator' });
    expect(await writeLearned(folder, pieces, isWhole)).toBe(false);
    expect(readLearned(folder)?.fadedDay).toBe(1);
    const next = learner.dumpText({ fadedDay: 3 });
    expect(await writeLearned(folder, next.pieces, next.isWhole)).toBe(true);
    expect(readLearned(folder)?.fadedDay).toBe(3);
  });

  it('is the old or the new one, never half of it, whenever the process is killed', async () => {
    const place = mkdtempSync(join(folder, 'killed-'));
    const script = join(place, 'writes.mjs');
    writeFileSync(
      script,
      `import { writeLearned } from ${JSON.stringify(join(DIST, 'analyst/learned-file.js'))};
       function* text(n) {
         yield '{"n":' + n + ',"fill":[';
         for (let i = 0; i < 20000; i++) yield (i === 0 ? '' : ',') + n;
         yield ']}';
       }
       for (let n = Number(process.argv[2]); ; n++) await writeLearned(${JSON.stringify(place)}, text(n), () => true);`,
    );
    let latest = 0;
    for (const ms of [5, 17, 29]) {
      const child = spawn(process.execPath, [script, String(latest + 1)], { stdio: 'inherit' });
      while (!existsSync(join(place, LEARNED_FILE)) || numberIn(place) <= latest) await wait(5);
      await wait(ms);
      child.kill('SIGKILL');
      await once(child, 'exit');
      const now = numberIn(place);
      expect(now).toBeGreaterThan(latest);
      latest = now;
    }
    writeLearnedAtOnce(place, jsonPieces({ n: 1, fill: listed(Array(20_000).fill(1), (one) => one) }));
    expect(numberIn(place)).toBe(1);
  });
});

describe('what was learned, as it is told', () => {
  it('is looked at piece by piece while learning goes on, and a person who changes it meanwhile is heard', async () => {
    const learner = learnerOf(ENDPOINTS);
    const known = learner.endpoints();
    const { endpoints, isStill } = learner.look();
    const fresh = manyEndpoints(ENDPOINTS);
    let turns = 0;
    const others = setInterval(() => {
      turns += 1;
      learner.take(fresh.next().value as TransactionRecord);
    }, 0);
    const told = await allByTurns(
      (function* () {
        for (const one of endpoints) {
          yield one;
          // As long as a look at ten times as many.
          const until = performance.now() + 0.5;
          while (performance.now() < until);
        }
      })(),
    );
    clearInterval(others);
    expect(told.map(({ id }) => id)).toEqual(known.map(({ id }) => id));
    expect(turns).toBeGreaterThan(3);
    expect(isStill()).toBe(true);
    learner.freeze(known[0]!.id, true);
    expect(isStill()).toBe(false);
  });

  it('is looked at only where a page shows it', () => {
    const learner = learnerOf(ENDPOINTS);
    const known = learner.endpoints();
    const ofHost = known.filter(({ host }) => host === 'h7.test');
    const page = learner.page(({ host }) => host === 'h7.test', 2, 3);
    expect(page).toEqual({ total: ofHost.length, items: ofHost.slice(2, 5) });
    expect(page.items).toHaveLength(3);
    expect(learner.page(() => false, 0, 10)).toEqual({ total: 0, items: [] });
  });
});
