import { describe, expect, it } from 'vitest';
import { Crowds } from '../../../src/analysis/scenarios/crowds.ts';
import { Habits } from '../../../src/analysis/scenarios/habits.ts';
import { ExpiringTable } from '../../../src/analysis/scenarios/metrics/expiring-table.ts';
import { HyperLogLog } from '../../../src/analysis/scenarios/metrics/hyper-log-log.ts';
import { LogHistogram } from '../../../src/analysis/scenarios/metrics/log-histogram.ts';
import { Population } from '../../../src/analysis/scenarios/metrics/population.ts';
import { SlidingCount } from '../../../src/analysis/scenarios/metrics/sliding-count.ts';
import { SlidingDistinct } from '../../../src/analysis/scenarios/metrics/sliding-distinct.ts';
import { hashOf, hashOfWords, highOf, lowOfPair, numberOfHash, pairOf } from '../../../src/core/hash.ts';
import { PairFilter } from '../../../src/core/pair-filter.ts';
import { DAY, HOUR, MINUTE, randomOf, SECOND, START } from '../world.ts';

describe('hashes', () => {
  it('of texts and pairs have 53 bits and hardly ever meet', () => {
    const texts = new Set<number>();
    const pairs = new Set<number>();
    for (let i = 0; i < 200_000; i++) {
      texts.add(hashOf(`order ${i}`));
      pairs.add(pairOf(hashOf('reader'), hashOf(`order ${i}`)));
    }
    expect(texts.size).toBe(200_000);
    expect(pairs.size).toBe(200_000);
    for (const hash of texts) if (!Number.isSafeInteger(hash) || hash < 0) expect.fail(String(hash));
  });
});

describe('a HyperLogLog', () => {
  it.each([10, 100, 1_000, 10_000, 100_000])('estimates %i within fifteen percent, and merges', (size) => {
    const all = new HyperLogLog();
    const halves = [new HyperLogLog(), new HyperLogLog()];
    for (let i = 0; i < size; i++) {
      all.add(hashOf(`x${i}`));
      halves[i % 2]!.add(hashOf(`x${i}`));
    }
    halves[0]!.merge(halves[1]!);
    expect(halves[0]!.estimate()).toBe(all.estimate());
    expect(Math.abs(all.estimate() - size) / size).toBeLessThan(0.15);
  });
});

describe('a histogram of logarithmic buckets', () => {
  it('tells quantiles within five percent, exact mean and largest, and survives a dump', () => {
    const random = randomOf(4);
    const values = Array.from({ length: 20_000 }, () => Math.exp(random() * 8));
    const histogram = new LogHistogram();
    for (const value of values) histogram.add(value);
    values.sort((a, b) => a - b);
    const copy = LogHistogram.restore(JSON.parse(JSON.stringify(histogram.dump())));
    for (const q of [0.01, 0.5, 0.9, 0.99, 0.999]) {
      const exact = values[Math.floor(q * values.length)]!;
      expect(Math.abs(copy.quantile(q) - exact) / exact).toBeLessThan(0.06);
    }
    expect(copy.mean).toBeCloseTo(values.reduce((a, b) => a + b) / values.length, 6);
    expect(copy.quantile(1)).toBe(values.at(-1));
  });

  it('knows nothing when it is empty, and zeros as zeros', () => {
    const histogram = new LogHistogram();
    expect(histogram.quantile(0.5)).toBe(0);
    for (let i = 0; i < 10; i++) histogram.add(0);
    expect(histogram.quantile(0.99)).toBe(0);
    expect(histogram.deviation()).toBe(0);
  });
});

describe('a sliding count', () => {
  it('is never more than the window holds, and never less than nine tenths of it', () => {
    const random = randomOf(9);
    const count = new SlidingCount(MINUTE);
    const events: number[] = [];
    let now = START;
    for (let i = 0; i < 5_000; i++) {
      now += random() * 2 * SECOND;
      events.push(now);
      const sum = count.add(now, 1);
      const inWindow = (ms: number): number => events.filter((at) => at > now - ms).length;
      expect(sum).toBeLessThanOrEqual(inWindow(MINUTE));
      expect(sum).toBeGreaterThanOrEqual(inWindow(MINUTE * 0.9));
    }
    expect(count.sum(now + 2 * MINUTE)).toBe(0);
  });

  it('takes a late one into the slot it belongs to', () => {
    const count = new SlidingCount(MINUTE);
    count.add(START, 1);
    count.add(START + 30 * SECOND, 1);
    expect(count.add(START + 5 * SECOND, 1)).toBe(3);
    expect(count.sum(START + 66 * SECOND)).toBe(1);
    expect(count.add(START - HOUR, 1)).toBe(1);
  });
});

describe('distinct values of a window', () => {
  it('are exact while they are few, and near when they are many', () => {
    for (const [values, tolerance] of [
      [5, 0],
      [12, 0],
      [13, 0],
      [500, 0],
      [5_000, 0.2],
    ] as const) {
      const distinct = new SlidingDistinct(10 * MINUTE);
      for (let round = 0; round < 2; round++) {
        for (let i = 0; i < values; i++) distinct.add(START + i, hashOf(`v${i}`));
      }
      const count = distinct.count(START + values);
      expect(Math.abs(count - values) / values).toBeLessThanOrEqual(tolerance);
      expect(distinct.isEstimate).toBe(tolerance > 0);
      expect(distinct.count(START + HOUR)).toBe(0);
    }
  });

  it('leave the window one by one', () => {
    const distinct = new SlidingDistinct(MINUTE);
    for (let i = 0; i < 30; i++) distinct.add(START + i * SECOND, hashOf(`v${i}`));
    expect(distinct.count(START + 29 * SECOND)).toBe(30);
    expect(distinct.count(START + 70 * SECOND)).toBe(19);
    expect(distinct.add(START + 70 * SECOND, hashOf('v0'))).toBe(true);
    expect(distinct.add(START + 70 * SECOND, hashOf('v29'))).toBe(false);
  });
});

describe('an expiring table', () => {
  it('is bounded, keeps what is used, and ends what is idle once', () => {
    const ended: string[] = [];
    const table = new ExpiringTable<number>(100, MINUTE, (key) => ended.push(key));
    for (let i = 0; i < 1_000; i++) {
      table.set(`k${i}`, i, START + i * SECOND);
      if (table.peek('k0') !== undefined) table.get('k0', START + i * SECOND);
    }
    expect(table.size).toBeLessThanOrEqual(100);
    expect(table.get('k0', START + 1_000 * SECOND)).toBe(0);
    for (let i = 0; i < 3; i++) table.sweep(START + 2 * HOUR);
    expect(table.size).toBe(0);
    expect(new Set(ended).size).toBe(ended.length);
    expect(ended).toHaveLength(1_000);
  });
});

describe('a filter of pairs', () => {
  it('forgets nothing of a generation, and takes hardly any for another', () => {
    const filter = new PairFilter();
    for (let i = 0; i < 300_000; i++) filter.add(pairOf(i % 977, hashOf(`id${i}`)));
    for (let i = 0; i < 300_000; i += 1_000) expect(filter.has(pairOf(i % 977, hashOf(`id${i}`)))).toBe(true);
    let wrong = 0;
    for (let i = 0; i < 100_000; i++) if (filter.has(pairOf(i % 977, hashOf(`other${i}`)))) wrong += 1;
    expect(wrong).toBeLessThan(100);
    const copy = new PairFilter();
    copy.restore(JSON.parse(JSON.stringify(filter.dump())));
    expect(copy.has(pairOf(7, hashOf('id7')))).toBe(true);
  });

  it('is kept small while it holds little, and takes in only what is whole', () => {
    const filter = new PairFilter();
    expect(JSON.stringify(filter.dump()).length).toBeLessThan(60_000);
    const other = new PairFilter();
    other.add(pairOf(1, hashOf('a')));
    filter.add(pairOf(2, hashOf('b')));
    filter.restore(other.dump());
    for (const strange of [
      undefined,
      {},
      { current: 'AAAA', previous: '', entries: 1 },
      { ...(other.dump() as object), entries: -1 },
    ])
      filter.restore(strange);
    expect([filter.has(pairOf(1, hashOf('a'))), filter.has(pairOf(2, hashOf('b')))]).toEqual([true, true]);
    expect(filter.has(pairOf(3, hashOf('c')))).toBe(false);
  });
});

describe('a population', () => {
  it('forgets what was normal two days ago', () => {
    const population = new Population();
    for (let i = 0; i < 100; i++) population.add(START, 1_000, hashOf(`p${i}`));
    for (const day of [1, 2]) {
      for (let i = 0; i < 100; i++) population.add(START + day * DAY, 5, hashOf(`p${i}`));
    }
    const figures = population.figures(0.99);
    expect(figures).toMatchObject({ samples: 200, mean: 5, largest: 5 });
    expect(Math.abs(figures.peers - 100)).toBeLessThan(10);
  });
});

describe('a habit', () => {
  it('grows by a tenth a day at most, whatever somebody tries to teach it', () => {
    const MALLORY = hashOf('mallory');
    const habits = new Habits();
    habits.note(MALLORY, 100, START);
    let now = START + DAY;
    for (let day = 1; day <= 7; day++) {
      for (let i = 0; i < 144; i++) {
        habits.note(MALLORY, 1_000_000, now);
        now += 10 * MINUTE;
      }
    }
    expect(habits.of(MALLORY)!.peak).toBeLessThanOrEqual(100 * 1.1 ** 8);
  });
});

describe('an address', () => {
  it('counts by its known users, and not at all beside the one it belongs to', () => {
    const crowds = new Crowds();
    const share = (identity: string | undefined): number =>
      crowds.shareOf(hashOf('ip:1'), identity === undefined ? undefined : hashOf(identity), START);
    expect(share(undefined)).toBe(1);
    for (let n = 0; n < 10; n++) for (let i = 0; i < 3; i++) share(`subject:${n}`);
    expect(share('subject:3')).toBe(0);
    expect(share(undefined)).toBeCloseTo(0.1);
    expect(share('subject:new')).toBeCloseTo(0.1);
    expect(crowds.shareOf(hashOf('ip:1'), undefined, START + HOUR)).toBe(1);
  });

  it('is not hidden by made-up cookies, a new one per request', () => {
    const crowds = new Crowds();
    for (let i = 0; i < 1_000; i++) expect(crowds.shareOf(hashOf('ip:1'), hashOf(`session:${i}`), START)).toBe(1);
  });
});

describe('a hash', () => {
  it('is the same of words, of parts of it and digit by digit', () => {
    const random = randomOf(5);
    const text = (): string =>
      String.fromCharCode(...Array.from({ length: Math.floor(random() * 9) }, () => random() * 0x400));
    for (let i = 0; i < 2_000; i++) {
      const [a, b, c] = [text(), text(), text()];
      expect(hashOfWords(a, b, c)).toBe(hashOf(`${a} ${b} ${c}`));
      const [x, y] = [hashOf(a), hashOf(b)];
      expect(lowOfPair(highOf(x), x | 0, highOf(y), y | 0) >>> 0).toBe(pairOf(x, y) % 2 ** 32);
      const hex = hashOf(c).toString(16).padStart(16, '0');
      expect(numberOfHash(hex)).toBe(Number.parseInt(hex.slice(0, 13), 16));
      expect(numberOfHash(hex.toUpperCase())).toBe(numberOfHash(hex));
    }
    for (const odd of ['', '12', 'no hash at all', '12345 7890abcdef', 'ffffffffffffffff']) {
      expect(numberOfHash(odd)).toBe(Number.parseInt(odd.slice(0, 13), 16));
    }
  });
});
