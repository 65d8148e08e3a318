// U7: names that are slow, gone, elsewhere, or have too many addresses.
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AskForAddresses, lastGoodLookup } from '../../src/proxy/last-good-lookup.ts';

type Answer = Parameters<AskForAddresses>[2];

const V4 = (last: number): LookupAddress => ({ address: `192.0.2.${last}`, family: 4 });
const GONE = Object.assign(new Error('gone'), { code: 'ENOTFOUND' });

let asked: Answer[];
let lookup: LookupFunction;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  asked = [];
  lookup = lastGoodLookup((_, __, answer) => asked.push(answer));
});

afterEach(() => vi.useRealTimers());

function find(family = 0): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    lookup('api.example', { all: true, family }, (error, found) => {
      if (error) reject(error);
      else resolve((found as LookupAddress[]).map(({ address }) => address));
    });
  });
}

async function known(...addresses: LookupAddress[]): Promise<void> {
  const first = find();
  asked.pop()!(null, addresses);
  await first;
}

describe('the addresses of an upstream', () => {
  it('are asked for once for everybody who waits, and not again for a second', async () => {
    const waiting = [find(), find(), find()];
    expect(asked).toHaveLength(1);
    asked.pop()!(null, [V4(1)]);
    expect(await Promise.all(waiting)).toEqual([['192.0.2.1'], ['192.0.2.1'], ['192.0.2.1']]);
    expect(await find()).toEqual(['192.0.2.1']);
    expect(asked).toHaveLength(0);
  });

  it('are those of before while the name is gone, and the new ones once it is back', async () => {
    await known(V4(1));
    vi.advanceTimersByTime(1_001);
    const gone = find();
    asked.pop()!(GONE, []);
    expect(await gone).toEqual(['192.0.2.1']);
    vi.advanceTimersByTime(1_001);
    const back = find();
    asked.pop()!(null, [V4(2)]);
    expect(await back).toEqual(['192.0.2.2']);
  });

  it('are those of before after half a second in which nobody answers', async () => {
    await known(V4(1));
    vi.advanceTimersByTime(1_001);
    const slow = [find(), find()];
    vi.advanceTimersByTime(500);
    expect(await Promise.all(slow)).toEqual([['192.0.2.1'], ['192.0.2.1']]);
    expect(asked).toHaveLength(1);
  });

  it('are an error where none were ever known', async () => {
    const first = find();
    asked.pop()!(GONE, []);
    await expect(first).rejects.toThrow('gone');
    const empty = find();
    asked.pop()!(null, []);
    await expect(empty).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('are the first sixteen of three hundred, of the family that was asked for', async () => {
    await known(...Array.from({ length: 300 }, (_, i) => V4(i % 256)));
    expect(await find()).toHaveLength(16);
    expect(await find(4)).toHaveLength(16);
    await expect(find(6)).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });
});
