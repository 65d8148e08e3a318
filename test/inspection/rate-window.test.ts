import { describe, expect, it } from 'vitest';
import { RateWindows } from '../../src/inspection/rate-window.ts';

const MINUTE = 60_000;
const START = 1_000 * MINUTE;

describe('windows of rate-limited actors', () => {
  it('lets the stated number through in a minute, and says how long to wait', () => {
    const windows = new RateWindows();
    for (let i = 0; i < 10; i++) expect(windows.count('r', 10, START + 30_000)).toBeUndefined();
    expect(windows.count('r', 10, START + 30_000)).toBe(30);
    expect(windows.count('other', 10, START + 30_000)).toBeUndefined();
    expect(windows.count('r', 10, START + MINUTE - 1)).toBe(1);
    expect(windows.count('r', 10, START + MINUTE)).toBeUndefined();
  });

  it('adds up what several workers count', () => {
    const workers = [new RateWindows(), new RateWindows(), new RateWindows()];
    let through = 0;
    for (let i = 0; i < 60; i++) {
      if (workers[i % 3]!.count('r', 10, START + i) === undefined) through += 1;
      for (const teller of workers) {
        const counts = teller.takeUntold();
        for (const other of workers) if (other !== teller && counts !== undefined) other.add(counts);
      }
    }
    expect(through).toBe(10);
  });

  it('tells each request once, and nothing when there was none', () => {
    const windows = new RateWindows();
    expect(windows.takeUntold()).toBeUndefined();
    windows.count('r', 10, START);
    windows.count('r', 10, START);
    expect(windows.takeUntold()).toEqual({ minute: 1_000, counts: [['r', 2]] });
    expect(windows.takeUntold()).toBeUndefined();
  });

  it('does not count what others saw in a minute that has passed, and begins a new one with them', () => {
    const windows = new RateWindows();
    windows.count('r', 1, START + MINUTE);
    windows.add({ minute: 1_000, counts: [['r2', 5]] });
    expect(windows.count('r2', 1, START + MINUTE)).toBeUndefined();
    windows.add({ minute: 1_002, counts: [['r', 1]] });
    expect(windows.count('r', 1, START + 2 * MINUTE)).toBe(60);
  });

  it('tells many in several messages', () => {
    const windows = new RateWindows();
    for (let i = 0; i < 2_500; i++) windows.count(`r${i}`, 1, START);
    const told = [windows.takeUntold(), windows.takeUntold(), windows.takeUntold(), windows.takeUntold()];
    expect(told.map((counts) => counts?.counts.length)).toEqual([1_000, 1_000, 500, undefined]);
  });
});
