import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/core/actor.ts';
import type { Restriction } from '../../src/core/restriction.ts';
import { RestrictionTable } from '../../src/inspection/restrictions.ts';

const restriction = (i: number, overrides: Partial<Restriction> = {}): Restriction => ({
  id: `r${i}`,
  actor: { kind: 'ip', id: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}` },
  action: 'block',
  requestsPerMinuteMax: undefined,
  reason: '',
  createdBy: 'test',
  createdAt: 0,
  expiresAt: 1_000,
  ...overrides,
});
const AT_TEN = { wall: () => 10, steady: () => 10 };
const find = (table: RestrictionTable, { kind, id }: Pick<Actor, 'kind' | 'id'>): string | undefined =>
  table.find([{ kind, id, isVerified: true }], '192.0.2.1')?.id;

describe('the table of restrictions', () => {
  it('finds every one of many, added at once and one by one, and nobody else', () => {
    const table = new RestrictionTable(
      Array.from({ length: 20_000 }, (_, i) => restriction(i)),
      AT_TEN,
    );
    for (let i = 20_000; i < 40_000; i++) table.change({ added: [restriction(i)], removed: [] });
    expect(table.size).toBe(40_000);
    const found = Array.from({ length: 60_000 }, (_, i) => find(table, restriction(i).actor));
    expect(found).toEqual(found.map((_, i) => (i < 40_000 ? `r${i}` : undefined)));
  });

  it('tells kinds of actors apart', () => {
    const table = new RestrictionTable([restriction(1, { actor: { kind: 'subject', id: 'ann' } })], AT_TEN);
    expect(find(table, { kind: 'subject', id: 'ann' })).toBe('r1');
    expect(find(table, { kind: 'session', id: 'ann' })).toBeUndefined();
  });

  it('forgets who is taken out, keeps who was restricted anew, and counts both', () => {
    const table = new RestrictionTable([restriction(1), restriction(2)], AT_TEN);
    table.change({ added: [restriction(1, { id: 'later' })], removed: [restriction(1), restriction(2)] });
    expect(find(table, restriction(1).actor)).toBe('later');
    expect(find(table, restriction(2).actor)).toBeUndefined();
    expect(table.size).toBe(1);
    table.change({ added: [], removed: [restriction(1)] });
    expect(find(table, restriction(1).actor)).toBe('later');
  });

  it('knows networks by the address, and takes the strictest', () => {
    const network = restriction(9, { actor: { kind: 'ip', id: '192.0.2.0/24' }, action: 'block' });
    const table = new RestrictionTable([network, restriction(1, { action: 'tag' })], AT_TEN);
    expect(find(table, restriction(1).actor)).toBe('r9');
    table.change({ added: [], removed: [network] });
    expect(find(table, restriction(1).actor)).toBe('r1');
    expect(table.size).toBe(1);
  });

  it.each([-86_400_000, -3_600_000, 3_600_000, 86_400_000])(
    'lets each last as long as meant when the clock jumps by %i ms',
    (jump) => {
      let steady = 1_000;
      let wallMinusSteady = 1_700_000_000_000;
      const table = new RestrictionTable([], { wall: () => steady + wallMinusSteady, steady: () => steady });
      const minute = restriction(1, { expiresAt: steady + wallMinusSteady + 60_000 });
      table.change({ added: [minute], removed: [] });
      wallMinusSteady += jump;
      table.change({ added: [{ ...minute, expiresAt: minute.expiresAt + jump }], removed: [] });
      steady += 59_999;
      expect(find(table, minute.actor)).toBe('r1');
      steady += 1;
      expect(find(table, minute.actor)).toBeUndefined();
    },
  );
});
