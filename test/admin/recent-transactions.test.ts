import { describe, expect, it } from 'vitest';
import { RecentTransactions } from '../../src/admin/recent-transactions.ts';
import type { TransactionRecord } from '../../src/core/record.ts';

const record = (i: number, detection?: string): TransactionRecord =>
  ({
    ...{
      id: `t${i}`,
      receivedAt: i,
      endpoint: `GET shop.test/${i % 7}`,
      actors: [],
      action: 'allow',
      coverage: 'inspected',
    },
    findings: detection === undefined ? [] : [{ detection }],
    policyVersion: 'kept',
  }) as unknown as TransactionRecord;

/** Frames of a hundred transactions, and how often one of them was read again. */
function filled(transactions: number): { recent: RecentTransactions; reads: () => number } {
  const recent = new RecentTransactions();
  let reads = 0;
  for (let i = 0; i < transactions; i++) {
    const first = i - (i % 100);
    const again = (index: number): TransactionRecord => {
      reads += 1;
      return record(first + index);
    };
    recent.add(record(i, i % 50 === 0 ? 'sql-injection' : undefined), again, i % 100);
  }
  return { recent, reads: () => reads };
}

describe('the latest transactions', () => {
  it('are the last two thousand, those with findings for longer, each read again when it is looked at', () => {
    const { recent, reads } = filled(6_000);
    expect(reads()).toBe(0);
    expect(recent.find('t5999')).toEqual(record(5_999));
    expect(recent.find('t4001')).toEqual(record(4_001));
    expect(recent.find('t3999')).toBeUndefined();
    expect(recent.find('t50')).toEqual(record(50, 'sql-injection'));
    expect(reads()).toBe(2);
  });

  it('are filtered by what is in memory, newest first, and only those of a page are read again', () => {
    const { recent, reads } = filled(6_000);
    const { total, items } = recent.latest(({ endpoint }) => endpoint === 'GET shop.test/3', 10, 20);
    expect(items.map(({ receivedAt }) => receivedAt)).toEqual(Array.from({ length: 20 }, (_, i) => 5_925 - 7 * i));
    expect(items.every(({ policyVersion }) => policyVersion === 'kept')).toBe(true);
    // 286 of the last 2,000, and 11 with findings before them.
    expect(total).toBe(297);
    expect(reads()).toBeLessThanOrEqual(20);
  });
});
