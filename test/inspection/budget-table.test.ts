import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/core/actor.ts';
import { BudgetTable } from '../../src/inspection/budget-table.ts';

const subject = (id: string): Actor => ({ kind: 'subject', id, isVerified: true });
const NOON = 1_000 * 60_000;

function table(): BudgetTable {
  const made = new BudgetTable();
  made.change({ peers: [['subject role:customer', 50]], exceptions: [['subject:partner', 900]] });
  return made;
}

describe('budgets of sensitive values', () => {
  it('add up for each actor within a minute of the clock', () => {
    const budgets = table();
    expect(budgets.spend(subject('ann'), 'role:customer', 30, NOON)).toEqual({ values: 30, valuesMax: 50 });
    expect(budgets.spend(subject('bob'), 'role:customer', 5, NOON)).toEqual({ values: 5, valuesMax: 50 });
    expect(budgets.spend(subject('ann'), 'role:customer', 30, NOON + 59_999)).toEqual({ values: 60, valuesMax: 50 });
    expect(budgets.spend(subject('ann'), 'role:customer', 30, NOON + 60_000)).toEqual({ values: 30, valuesMax: 50 });
  });

  it('leave more to who always had more', () => {
    expect(table().spend(subject('partner'), 'role:customer', 500, NOON)).toEqual({ values: 500, valuesMax: 900 });
  });

  it('say nothing of whose peers are not known', () => {
    expect(table().spend(subject('sue'), 'role:support', 10_000, NOON)).toBeUndefined();
    expect(table().spend({ ...subject('ann'), kind: 'api-key' }, 'role:customer', 10_000, NOON)).toBeUndefined();
  });

  it('change with what analysis learns, in the middle of a minute', () => {
    const budgets = table();
    budgets.spend(subject('ann'), 'role:customer', 60, NOON);
    budgets.change({ peers: [['subject role:customer', 100]], exceptions: [] });
    expect(budgets.spend(subject('ann'), 'role:customer', 30, NOON)).toEqual({ values: 90, valuesMax: 100 });
  });
});
