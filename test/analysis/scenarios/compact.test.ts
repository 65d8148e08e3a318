// State in typed arrays holds exactly what maps and objects would hold.
import { describe, expect, it } from 'vitest';
import { FirstSightings } from '../../../src/analysis/scenarios/metrics/first-sightings.ts';
import { SlidingCount } from '../../../src/analysis/scenarios/metrics/sliding-count.ts';
import { SlidingDistinct } from '../../../src/analysis/scenarios/metrics/sliding-distinct.ts';
import { SlotTable } from '../../../src/analysis/scenarios/metrics/slot-table.ts';
import { DistinctColumns, type Period, SumColumns, Tallies } from '../../../src/analysis/scenarios/volume-tallies.ts';
import { hashOf } from '../../../src/core/hash.ts';
import { PairFilter } from '../../../src/core/pair-filter.ts';
import { HOUR, MINUTE, randomOf, SECOND, START } from '../world.ts';

describe('a table of slots', () => {
  it('finds every key that was claimed and not deleted, through growth and deletion', () => {
    const random = randomOf(1);
    const table = new SlotTable({ slotsMax: 5_000, idleMs: HOUR, onGrow: () => {} });
    const model = new Map<number, number>();
    for (let i = 0; i < 60_000; i++) {
      const key = hashOf(`k${Math.floor(random() * 4_000)}`);
      const slot = table.find(key, START);
      expect(slot).toBe(model.get(key));
      if (slot === undefined) model.set(key, table.claim(key, START));
      else if (random() < 0.6) {
        table.delete(slot);
        model.delete(key);
      }
    }
    expect(table.size).toBe(model.size);
    expect(new Set([...table.slots()].map((slot) => table.keyOf(slot)))).toEqual(new Set(model.keys()));
    expect(table.evicted).toBe(0);
  });

  it('makes room among those that matter least, keeps its bound, and counts', () => {
    const interest = new Map<number, number>();
    const ended: number[] = [];
    const table = new SlotTable({
      slotsMax: 1_000,
      idleMs: HOUR,
      onGrow: () => {},
      onEnd: (slot) => ended.push(table.keyOf(slot)),
      interestOf: (slot) => interest.get(table.keyOf(slot)) ?? 0,
    });
    const important = Array.from({ length: 100 }, (_, i) => hashOf(`known${i}`));
    for (const key of important) interest.set(key, 20);
    for (const key of important) table.claim(key, START);
    for (let i = 0; i < 50_000; i++) table.claim(hashOf(`newcomer${i}`), START + i);
    expect(table.size).toBe(1_000);
    expect(table.evicted).toBe(50_000 + 100 - 1_000);
    expect(ended).toHaveLength(table.evicted);
    expect(important.filter((key) => table.peek(key) === undefined)).toEqual([]);
  });

  it('ends what was idle for too long, at a look or a sweep, and what a clock set back left in the future', () => {
    const table = new SlotTable({ slotsMax: 100, idleMs: MINUTE, onGrow: () => {} });
    const [a, b, c] = ['a', 'b', 'c'].map((text) => hashOf(text)) as [number, number, number];
    table.claim(a, START);
    table.claim(b, START);
    table.claim(c, START + HOUR);
    expect(table.find(a, START + 30 * SECOND)).toBeDefined();
    expect(table.find(b, START + 2 * MINUTE)).toBeUndefined();
    expect(table.find(c, START)).toBeUndefined();
    table.sweep(START + 2 * MINUTE);
    expect(table.size).toBe(0);
  });
});

it('a first sighting is recalled once, whatever came between', () => {
  const once = new FirstSightings(10_000, HOUR, 2);
  for (let i = 0; i < 5_000; i++) once.note(hashOf(`k${i}`), START, [i, START + i]);
  for (let i = 0; i < 5_000; i++) expect(once.recall(hashOf(`k${i}`), START)).toEqual([i, START + i]);
  expect(once.recall(hashOf('k7'), START)).toBeUndefined();
  expect(once.size).toBe(0);
});

describe('a packed tally', () => {
  const options = { talliesMax: 1_000, windowMs: 10 * MINUTE, onPeriodEnd: () => {} };

  it('sums as a sliding count of its own does', () => {
    const random = randomOf(2);
    const columns = new SumColumns(options.windowMs);
    const tallies = new Tallies(options, columns);
    const counts = Array.from({ length: 10 }, () => new SlidingCount(options.windowMs));
    let now = START;
    for (let i = 0; i < 20_000; i++) {
      now += Math.floor(random() * 5 * SECOND);
      const who = Math.floor(random() * 10);
      const late = now - Math.floor(random() * 3 * MINUTE);
      const amount = Math.floor(random() * 5);
      const slot = tallies.at(hashOf(`k${who}`), 0, 0, now);
      expect(columns.add(slot, late, amount)).toBe(counts[who]!.add(late, amount));
    }
  });

  it('counts distinct hits and misses as sliding windows of their own do', () => {
    const random = randomOf(3);
    const columns = new DistinctColumns(options.windowMs, true);
    const tallies = new Tallies(options, columns);
    const models = Array.from({ length: 20 }, () => ({
      hits: new SlidingDistinct(options.windowMs),
      misses: new SlidingDistinct(options.windowMs),
    }));
    let now = START;
    for (let i = 0; i < 20_000; i++) {
      now += Math.floor(random() * 30 * SECOND);
      const who = Math.floor(random() * 20);
      const value = Math.floor(random() * (2 + who));
      const isMiss = random() < 0.3;
      const slot = tallies.at(hashOf(`k${who}`), 0, 0, now);
      columns.add(slot, now, { value, number: value, isMiss });
      const model = models[who]!;
      (isMiss ? model.misses : model.hits).add(now, value);
      expect(columns.count(slot, now)).toEqual({ hits: model.hits.count(now), misses: model.misses.count(now) });
    }
  });

  it('tells a walk from the first number on', () => {
    const columns = new DistinctColumns(options.windowMs, true);
    const tallies = new Tallies(options, columns);
    const slot = tallies.at(1, 0, 0, START);
    for (let i = 0; i < 12; i++) columns.add(slot, START + i, { value: i, number: 100 + i, isMiss: false });
    expect(columns.isWalk(slot)).toBe(true);
  });

  it('tells each period once, with its peak, also of who makes room', () => {
    const periods: Period[] = [];
    const columns = new SumColumns(MINUTE);
    const onPeriodEnd = (period: Period): void => void periods.push(period);
    const tallies = new Tallies({ talliesMax: 2, windowMs: MINUTE, onPeriodEnd }, columns);
    for (const [key, hits] of [
      [1, 3],
      [2, 1],
      [3, 2],
    ] as const) {
      const slot = tallies.at(key, 10, 20, START);
      for (let i = 1; i <= hits; i++) tallies.hit(slot, i);
    }
    expect(periods).toEqual([{ key: 2, peersKey: 10, actorHash: 20, startedAt: START, peak: 1, hasRaised: false }]);
    tallies.closePeriods(START + MINUTE);
    expect(periods.map(({ key, peak }) => [key, peak])).toEqual([
      [2, 1],
      [1, 3],
      [3, 2],
    ]);
  });
});

it('a filter of pairs that is nearly full is kept as it is, and read back', () => {
  const filter = new PairFilter();
  for (let i = 0; i < 400_000; i++) filter.add(hashOf(`pair${i}`));
  const dump = filter.dump() as { current: string; previous: string };
  expect(dump.current).toHaveLength(Math.ceil((4 * 2 ** 20) / 3) * 4);
  expect(dump.previous.length).toBeLessThan(60_000);
  const restored = new PairFilter();
  restored.restore(JSON.parse(JSON.stringify(dump)));
  for (let i = 0; i < 400_000; i += 97) expect(restored.has(hashOf(`pair${i}`))).toBe(true);
  expect(restored.has(hashOf('never given'))).toBe(false);
});
