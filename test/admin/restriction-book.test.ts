import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeDurably } from '../../src/admin/durable-file.ts';
import { PLAN_PREFIX, RESTRICTIONS_KEPT_MAX, RestrictionBook } from '../../src/admin/restriction-book.ts';

const NOW = 1_700_000_000_000;
const HOUR_MS = 3_600_000;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'book-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const restrictionOf = (id: string, createdBy = 'ann', hours = 1) => ({
  actor: { kind: 'api-key', id } as const,
  action: 'block' as const,
  requestsPerMinuteMax: undefined,
  reason: 'stolen',
  createdBy,
  createdAt: NOW,
  expiresAt: NOW + hours * HOUR_MS,
});

function bookWithOne(): RestrictionBook {
  const book = new RestrictionBook(folder, []);
  book.followClock(NOW, 0);
  book.add(restrictionOf('thief'));
  return book;
}

describe('the book of restrictions', () => {
  it.each([-24 * HOUR_MS, -HOUR_MS, HOUR_MS, 24 * HOUR_MS])(
    'keeps one as long as it was meant when the clock is set by %i ms, a restart included, and tells the workers alone',
    (jump) => {
      const book = bookWithOne();
      const told: string[] = [];
      book.onChange(({ added }, origin) => told.push(`${added.length} ${origin}`));
      book.followClock(NOW + jump + 1_000, 1_000);
      expect(told).toEqual(['1 elsewhere']);
      for (const one of [book, new RestrictionBook(folder, [])]) {
        one.expire(NOW + jump + HOUR_MS - 1);
        expect(one.live(NOW + jump + HOUR_MS - 1)).toHaveLength(1);
        one.expire(NOW + jump + HOUR_MS);
        expect(one.live(0)).toEqual([]);
      }
    },
  );

  it('takes a clock that is corrected a little for what it is', () => {
    const book = bookWithOne();
    const before = book.live(NOW);
    for (let second = 1; second <= 100; second++) book.followClock(NOW + second * 1_400, second * 1_000);
    expect(book.live(NOW)).toEqual(before);
  });

  it.each([
    ['0.0.0.0/0', 'too wide'],
    ['192.0.0.0/7', 'too wide'],
    ['::/0', 'too wide'],
    ['2001::/23', 'too wide'],
    // All of IPv4, written as IPv6.
    ['::ffff:0:0/96', 'too wide'],
    ['127.0.0.1', 'never restricted'],
    ['::ffff:127.0.0.1', 'never restricted'],
    ['::1', 'never restricted'],
    ['203.0.113.9', 'never restricted'],
    // It begins beside the proxy and ends behind it.
    ['203.0.113.0/24', 'never restricted'],
    ['2001:db8:1::/48', 'never restricted'],
    ['203.0.113.x', 'not an address'],
    [' ', 'has an id'],
  ])('M2 M5 takes %j for a mistake: %s', (id, objection) => {
    const book = new RestrictionBook(folder, ['203.0.113.9', '2001:db8:1:2::/64']);
    expect(book.objection({ kind: 'ip', id }, false)).toContain(objection);
  });

  it('M5 takes wide ranges that are meant, and narrow ones at once', () => {
    const book = new RestrictionBook(folder, []);
    for (const id of ['0.0.0.0/0', '127.0.0.1']) expect(book.objection({ kind: 'ip', id }, true)).toBeUndefined();
    for (const id of ['10.0.0.0/8', '198.51.100.7', '2001:d00::/24', '2001:db8::7'])
      expect(book.objection({ kind: 'ip', id }, false)).toBeUndefined();
  });

  it('M4 lets the one of a plan go that ends first when it is full, and none that a person made', () => {
    const flood = Array.from({ length: RESTRICTIONS_KEPT_MAX - 1 }, (_, i) => ({
      ...restrictionOf(`flood ${i}`, `${PLAN_PREFIX}p`, i === 7 ? 2 : 3),
      id: String(i),
    }));
    writeDurably(join(folder, 'restrictions.json'), [{ ...restrictionOf('by a person'), id: 'person' }, ...flood]);
    const book = new RestrictionBook(folder, []);
    const removed: string[] = [];
    book.onChange((change) => removed.push(...change.removed.map(({ actor }) => actor.id)));
    book.add(restrictionOf('one more', `${PLAN_PREFIX}p`, 9));
    expect(removed).toEqual(['flood 7']);
    expect(book.live(NOW)).toHaveLength(RESTRICTIONS_KEPT_MAX);
    expect(book.of('api-key:by a person')).toBeDefined();
    book.close();
  });
});
