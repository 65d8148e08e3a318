import { describe, expect, it } from 'vitest';
import { ShortSteps } from '../../src/gateway/short-steps.ts';

describe('short steps', () => {
  it('lets other work in between, and tells the end once', async () => {
    let ticks = 0;
    const ticking = setInterval(() => (ticks += 1), 1);
    let ends = 0;
    function* work(): Generator<void> {
      for (let i = 0; i < 30; i++) {
        const until = performance.now() + 1.5;
        while (performance.now() < until);
        yield;
      }
    }
    await new Promise<void>((resolve) => {
      new ShortSteps().beside(work(), () => {
        ends += 1;
        resolve();
      });
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    clearInterval(ticking);
    expect(ends).toBe(1);
    // Two steps at most stand between two of its turns.
    expect(ticks).toBeGreaterThan(8);
  });

  it('drops what other work takes the place of', async () => {
    const steps = new ShortSteps();
    const ended: string[] = [];
    steps.beside([1, 2, 3].values(), () => ended.push('first'));
    await new Promise<void>((resolve) =>
      steps.beside([1].values(), () => {
        ended.push('second');
        resolve();
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(ended).toEqual(['second']);
  });

  it('tells in turn, where nothing may be dropped', async () => {
    const steps = new ShortSteps();
    const ended: string[] = [];
    steps.inTurn([1, 2, 3].values(), () => ended.push('first'));
    await new Promise<void>((resolve) =>
      steps.inTurn([1].values(), () => {
        ended.push('second');
        resolve();
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(ended).toEqual(['first', 'second']);
  });
});
