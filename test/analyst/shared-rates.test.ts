import { expect, it } from 'vitest';
import { SharedRates } from '../../src/analyst/shared-rates.ts';
import type { Subscriber } from '../../src/core/store.ts';
import type { RateCounts } from '../../src/inspection/rate-window.ts';

const NOW = Date.UTC(2026, 10, 2, 12, 0, 30);
const MINUTE = Math.floor(NOW / 60_000);

function nodes() {
  const listening: Subscriber[] = [];
  const store = {
    kind: 'redis',
    publish: async (_: string, text: string) => {
      for (const one of listening) one.onMessage(text);
    },
    subscribe: (_: string, subscriber: Subscriber) => {
      listening.push(subscriber);
      return () => {};
    },
  } as const;
  const node = (name: string, kind: 'redis' | 'embedded' = 'redis') => {
    const heard: RateCounts[] = [];
    const onCounts = (counts: RateCounts): void => void heard.push(counts);
    return { heard, rates: new SharedRates({ store: { ...store, kind }, node: name, now: () => NOW, onCounts }) };
  };
  return { store, node };
}

it('counts of a limited actor come to the other nodes, and to no node twice', () => {
  const { node } = nodes();
  const [a, b, alone] = [node('a'), node('b'), node('c', 'embedded')];
  a.rates.tell({ minute: MINUTE, counts: [['r1', 3]] });
  alone.rates.tell({ minute: MINUTE, counts: [['r1', 9]] });
  expect(a.heard).toEqual([]);
  expect(b.heard).toEqual([{ minute: MINUTE, counts: [['r1', 3]] }]);
  expect(alone.heard).toEqual([]);
});

it('a clock that is ahead begins nobody’s minute anew, and what is no count is left out', async () => {
  const { node, store } = nodes();
  const b = node('b');
  for (const text of [
    JSON.stringify({ node: 'a', minute: MINUTE + 1, counts: [['r1', 1]] }),
    JSON.stringify({ node: 'a', minute: MINUTE, counts: [['r1', -1_000]] }),
    JSON.stringify({ node: 'a', minute: MINUTE, counts: Array.from({ length: 1_001 }, () => ['r1', 1]) }),
    'no JSON',
  ])
    await store.publish('rates', text);
  expect(b.heard).toEqual([]);
  expect(b.rates.ignored).toBe(4);
});
