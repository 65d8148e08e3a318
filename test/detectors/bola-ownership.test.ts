import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/core/actor.ts';
import { hashOf, pairOf } from '../../src/core/hash.ts';
import { bolaOwnershipInline } from '../../src/detectors/bola-inline.ts';
import { OwnerTable } from '../../src/inspection/owner-table.ts';
import { answer } from '../support/baseline-view.ts';

const inspect = bolaOwnershipInline.load(bolaOwnershipInline.settings.parse({}));

describe('bola-ownership, before the answer leaves', () => {
  it('finds an object of somebody else at a private endpoint', () => {
    expect(inspect(answer({ owner: 'somebody else', baseline: { privateExcept: [] } }))).toHaveLength(1);
  });

  it('leaves the caller’s own, unknown owners and shared endpoints alone', () => {
    expect(inspect(answer({ owner: 'caller', baseline: { privateExcept: [] } }))).toEqual([]);
    expect(inspect(answer({ owner: undefined, baseline: { privateExcept: [] } }))).toEqual([]);
    expect(inspect(answer({ owner: 'somebody else' }))).toEqual([]);
  });
});

describe('the table of owners', () => {
  const endpoint = 'GET shop.test/api/orders/{id}';
  const at = (object: number): number => pairOf(hashOf(endpoint), object);
  const key = ({ kind, id }: Pick<Actor, 'kind' | 'id'>): string => `${kind}:${id}`;
  const ann = key({ kind: 'subject', id: 'ann' });

  it('tells the caller’s from others’, and says nothing of what several read', () => {
    const table = new OwnerTable();
    table.change(true, [
      [at(1), hashOf(ann)],
      [at(2), hashOf('subject:bob')],
      [at(3), 0],
    ]);
    expect([1, 2, 3, 4].map((object) => table.of(endpoint, object, ann))).toEqual([
      'caller',
      'somebody else',
      undefined,
      undefined,
    ]);
    table.change(false, [[at(2), 0]]);
    expect(table.of(endpoint, 2, ann)).toBeUndefined();
  });

  it('forgets what came first when it is full', () => {
    const table = new OwnerTable();
    table.change(
      true,
      Array.from({ length: 100_001 }, (_, i) => [at(i + 1), hashOf('subject:bob')] as const),
    );
    expect(table.of(endpoint, 1, ann)).toBeUndefined();
    expect(table.of(endpoint, 2, ann)).toBe('somebody else');
  });
});
