import { describe, expect, it } from 'vitest';
import { type Ends, PathTrie, segmentsOf } from '../../../src/analysis/discovery/path-trie.ts';
import { isAlwaysLiteral, parameterClass } from '../../../src/analysis/discovery/segments.ts';

interface Seen {
  count: number;
  readonly fields: Set<string>;
}

const ENDS: Ends<Seen> = {
  create: () => ({ count: 0, fields: new Set() }),
  mayCreate: () => true,
  merge: (into, from) => {
    into.count += from.count;
    for (const field of from.fields) into.fields.add(field);
  },
  shape: (end) => end.fields,
};
const ROOM = { mayGrow: () => true, mayMerge: () => true, gaveBackNode: () => {}, gaveBackEnd: () => {} };

function trieOf(paths: readonly (readonly [path: string, fields: string])[]): PathTrie<Seen> {
  const trie = new PathTrie<Seen>(ENDS, ROOM);
  for (const [path, fields] of paths) {
    const end = trie.grow(segmentsOf(path))!;
    end.count += 1;
    for (const field of fields.split(' ')) end.fields.add(field);
  }
  trie.settle();
  return trie;
}

function templates(trie: PathTrie<Seen>): string[] {
  return [...trie.found()].map((one) => `${one.template} ${one.end.count}`).sort();
}

const word = (n: number): string => `w${String.fromCharCode(97 + (n % 26), 97 + Math.floor(n / 26))}`;

describe('what a segment says by its own text', () => {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['42', 'numeric'],
    ['7c9e6679-7425-40de-944b-e07fc1f90ae7', 'uuid'],
    ['01ARZ3NDEKTSV4RRFFQ69G5FAV', 'ulid'],
    ['507f1f77bcf86cd799439011', 'object-id'],
    ['d41d8cd98f00b204e9800998ecf8427e', 'hash'],
    ['2026-01-31', 'date'],
    ['ann@example.com', 'email'],
    ['cus_9s6XKzkNRiz8i3', 'prefixed-id'],
    ['12**34', 'masked'],
    ['users', undefined],
    ['me', undefined],
    ['v2', undefined],
    ['robots.txt', undefined],
    ['deadbeef', undefined],
    ['order-items', undefined],
  ];
  it.each(rows)('%s', (segment, expected) => {
    expect(parameterClass(segment)).toBe(expected);
  });

  it('has rows, and words that are always literal', () => {
    expect(rows.length).toBeGreaterThan(10);
    for (const one of ['me', 'v1', 'v2.1', 'app.js']) expect(isAlwaysLiteral(one)).toBe(true);
    for (const one of ['users', '42', 'ann@example.com']) expect(isAlwaysLiteral(one)).toBe(false);
  });
});

describe('siblings', () => {
  const shops = Array.from({ length: 25 }, (_, i) => [`/shops/${word(i)}`, 'id name city'] as const);

  it('become one parameter when more than twenty answer alike, whatever their order', () => {
    expect(templates(trieOf(shops))).toEqual(['/shops/{id} 25']);
    expect(templates(trieOf([...shops].reverse()))).toEqual(['/shops/{id} 25']);
  });

  it('stay words while there are only twenty', () => {
    expect(templates(trieOf(shops.slice(0, 20)))).toHaveLength(20);
  });

  it('keep a sibling apart that answers otherwise, and me and files always', () => {
    const others = [
      ['/shops/export', 'url expires size'],
      ['/shops/me', 'id name city'],
      ['/shops/index.html', 'id name city'],
    ] as const;
    const expected = ['/shops/export 1', '/shops/index.html 1', '/shops/me 1', '/shops/{id} 25'];
    expect(templates(trieOf([...others, ...shops]))).toEqual(expected);
    expect(templates(trieOf([...shops, ...others]))).toEqual(expected);
  });

  it('do not merge when each answers in its own way', () => {
    const words = Array.from({ length: 60 }, (_, i) => [`/${word(i)}`, `a${i} b${i} c${i}`] as const);
    expect(templates(trieOf(words))).toHaveLength(60);
  });

  it('merge what is below them as well', () => {
    const deep = shops.flatMap(([path]) => [
      [path, 'id name city'] as const,
      [`${path}/staff`, 'people'] as const,
      [`${path}/staff/7`, 'person age'] as const,
    ]);
    expect(templates(trieOf(deep))).toEqual(['/shops/{id} 25', '/shops/{id}/staff 25', '/shops/{id}/staff/{id} 25']);
  });
});

describe('tries that saw parts', () => {
  it('merge into the one that saw all, and stay what they were', () => {
    const all = Array.from({ length: 30 }, (_, i) => [`/shops/${word(i)}/items/${i}`, 'sku price'] as const);
    const left = trieOf(all.filter((_, i) => i % 2 === 0));
    const right = trieOf(all.filter((_, i) => i % 2 === 1));
    expect(templates(left)).toHaveLength(15);
    left.merge(right);
    expect(templates(left)).toEqual(templates(trieOf(all)));
    expect(templates(left)).toEqual(['/shops/{id}/items/{id} 30']);
    expect(templates(right)).toHaveLength(15);
  });
});

describe('finding the end for a path', () => {
  it('takes words for a parameter only where words are taken', () => {
    const trie = trieOf([['/users/42', 'id']]);
    expect(trie.find(['users', '77'])?.count).toBe(1);
    expect(trie.find(['users', 'export'])).toBeUndefined();
    trie.state('/users/{id}', 'operator');
    expect(trie.find(['users', 'export'])?.count).toBe(1);
    expect(trie.find(['users', 'me'])).toBeUndefined();
  });
});
