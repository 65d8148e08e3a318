// Large answers take turns: few in a round of the loop, all in the order of asking, and nobody twice before the others.
import { setImmediate as nextRound } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Turns } from '../../src/proxy/turns.ts';

describe('turns', () => {
  it('are few in a round, in order, and the rest follow', async () => {
    const turns = new Turns();
    const done: number[] = [];
    for (let i = 0; i < 20; i++) turns.wait(() => done.push(i));
    expect(done).toEqual([]);
    const perRound: number[] = [];
    while (done.length < 20) {
      const before = done.length;
      await nextRound();
      perRound.push(done.length - before);
    }
    expect(Math.max(...perRound)).toBeLessThanOrEqual(8);
    expect(done).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('who asks again in his turn is behind the others', async () => {
    const turns = new Turns();
    const done: string[] = [];
    const again = (): void => {
      done.push('a');
      if (done.filter((one) => one === 'a').length < 3) turns.wait(again);
    };
    turns.wait(again);
    for (let i = 0; i < 10; i++) turns.wait(() => done.push('b'));
    for (let i = 0; i < 6; i++) await nextRound();
    expect(done.join('')).toBe('abbbbbbbbbbaa');
  });
});
