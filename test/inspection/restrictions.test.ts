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
const find = (table: RestrictionTable, { kind, id }: Pick<Actor, 'kind' | 'id'>): string | undefined =>
  table.find([{ kind, id, isVerified: true }], '192.0.2.1', 10)?.id;

describe('the table of restrictions', () => {
  it('finds every one of many, added at once and one by one, and nobody else', () => {
    const table = new RestrictionTable(Array.from({ length: 20_000 }, (_, i) => restriction(i)));
    for (let i = 20_000; i < 40_000; i++) table.change({ added: [restriction(i)], removed: [] });
    expect(table.size).toBe(40_000);
    for (let i = 0; i < 40_000; i++) expect(find(table, restriction(i).actor)).toBe(`r${i}`);
    for (let i = 40_000; i < 60_000; i++) expect(find(table, restriction(i).actor)).toBeUndefined();
  });

  it('tells kinds of actors apart', () => {
    const table = new RestrictionTable([restriction(1, { actor: { kind: 'subject', id: 'ann' } })]);
    expect(find(table, { kind: 'subject', id: 'ann' })).toBe('r1');
    expect(find(table, { kind: 'session', id: 'ann' })).toBeUndefined();
  });

  it('forgets who is taken out, keeps who was restricted anew, and counts both', () => {
    const table = new RestrictionTable([restriction(1), restriction(2)]);
    table.change({ added: [restriction(1, { id: 'later' })], removed: [restriction(1), restriction(2)] });
    expect(find(table, restriction(1).actor)).toBe('later');
    expect(find(table, restriction(2).actor)).toBeUndefined();
    expect(table.size).toBe(1);
    table.change({ added: [], removed: [restriction(1)] });
    expect(find(table, restriction(1).actor)).toBe('later');
  });

  it('knows networks by the address, and takes the strictest', () => {
    const network = restriction(9, { actor: { kind: 'ip', id: '192.0.2.0/24' }, action: 'block' });
    const table = new RestrictionTable([network, restriction(1, { action: 'tag' })]);
    expect(find(table, restriction(1).actor)).toBe('r9');
    table.change({ added: [], removed: [network] });
    expect(find(table, restriction(1).actor)).toBe('r1');
    expect(table.size).toBe(1);
  });
});
