import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RestrictionBook } from '../../src/admin/restriction-book.ts';

const NOW = 1_700_000_000_000;
const HOUR_MS = 3_600_000;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'book-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function bookWithOne(): RestrictionBook {
  const book = new RestrictionBook(folder, []);
  book.followClock(NOW, 0);
  book.add({
    actor: { kind: 'api-key', id: 'thief' },
    action: 'block',
    requestsPerMinuteMax: undefined,
    reason: 'stolen',
    createdBy: 'ann',
    createdAt: NOW,
    expiresAt: NOW + HOUR_MS,
  });
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
});
