import { describe, expect, it } from 'vitest';
import { hashOf, pairOf } from '../../src/core/hash.ts';
import { PairFilter } from '../../src/core/pair-filter.ts';
import { bolaProvenanceInline } from '../../src/detectors/bola-inline.ts';
import { IssuedTable } from '../../src/inspection/issued-table.ts';
import { answer } from '../support/baseline-view.ts';

const load = (given: object) => bolaProvenanceInline.load(bolaProvenanceInline.settings.parse(given));
const inspect = load({});
const issuedOnlyFor = ['authenticated'];

describe('bola-provenance, before the answer leaves', () => {
  it('tags an id that was never given to the caller', () => {
    expect(inspect(answer({ isIssued: false, baseline: { issuedOnlyFor } }))).toMatchObject([{ confidence: 0.5 }]);
  });

  it('does at a promoted endpoint what its document says', () => {
    const strange = answer({ isIssued: false, baseline: { issuedOnlyFor, isPromoted: true } });
    expect(inspect(strange)).toMatchObject([{ action: 'tag' }]);
    expect(load({ whenPromoted: 'block' })(strange)).toMatchObject([{ action: 'block', confidence: 0.9 }]);
  });

  it('leaves alone what was given, what is the caller’s own, and what is not known', () => {
    expect(inspect(answer({ isIssued: true, baseline: { issuedOnlyFor } }))).toEqual([]);
    expect(inspect(answer({ isIssued: false, owner: 'caller', baseline: { issuedOnlyFor } }))).toEqual([]);
    expect(inspect(answer({ baseline: { issuedOnlyFor } }))).toEqual([]);
    expect(inspect(answer({ isIssued: false, baseline: { issuedOnlyFor: [] } }))).toEqual([]);
    expect(inspect(answer({ isIssued: false, baseline: { issuedOnlyFor, samples: 199 } }))).toEqual([]);
  });
});

describe('the table of what was given out', () => {
  const base64 = (view: Uint32Array | Float64Array): string =>
    Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('base64');
  const pair = (who: string, id: number): number => pairOf(hashOf(who), id);
  const field = (pointer: string, hash: string) =>
    ({ pointer, hash, type: 'string', format: 'uuid', length: 36, number: undefined, word: undefined }) as const;

  it('says nothing before it has been told everything', () => {
    const table = new IssuedTable();
    expect(table.isIssued('subject:ann', 7)).toBeUndefined();
    table.note('subject:ann', [field('/id', '00000000000070ab')]);
    table.change({ pairs: base64(Float64Array.from([pair('subject:ann', 7)])), part: undefined });
    expect(table.isIssued('subject:ann', 7)).toBeUndefined();
  });

  it('knows what it was told, piece by piece and pair by pair, and what its own answers gave', () => {
    const filter = new PairFilter();
    for (let id = 1; id <= 1_000; id++) filter.add(pair('subject:ann', id));
    const words = filter.whole();
    const table = new IssuedTable();
    const half = words.length / 2;
    const part = (from: number, isLast: boolean) => ({
      pairs: '',
      part: { from, words: base64(words.subarray(from, from + half)), isLast },
    });
    table.change(part(0, false));
    expect(table.isIssued('subject:ann', 1)).toBeUndefined();
    table.change(part(half, true));
    table.change({ pairs: base64(Float64Array.from([pair('subject:bob', 5)])), part: undefined });
    table.note('subject:cid', [field('/items/*/id', '0000000000009abc')]);
    for (let id = 1; id <= 1_000; id++) expect(table.isIssued('subject:ann', id)).toBe(true);
    expect(table.isIssued('subject:bob', 5)).toBe(true);
    expect(table.isIssued('subject:cid', 0x9)).toBe(true);
    expect(table.isIssued('subject:bob', 1)).toBe(false);
    expect(table.isIssued('subject:cid', 5)).toBe(false);
  });
});
