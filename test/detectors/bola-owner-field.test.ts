import { describe, expect, it } from 'vitest';
import { bolaOwnerFieldInline } from '../../src/detectors/bola-inline.ts';
import { type Answer, answer } from '../support/baseline-view.ts';

const inspect = bolaOwnerFieldInline.load(bolaOwnerFieldInline.settings.parse({}));
const found = (one: Answer) => inspect(answer(one));
const ownerFields = [{ role: 'authenticated', pointer: '/items/*/owner', claim: 'sub' }];
const ann = { sub: 'ann' };

describe('bola-owner-field, before the answer leaves', () => {
  it.each<[string, Answer]>([
    ['one of many objects', { json: { items: [{ owner: 'ann' }, { owner: 'bob' }] } }],
    ['a single one', { json: { items: [{ owner: 'bob' }] } }],
  ])('finds %s that is not the caller’s', (_, one) => {
    expect(found({ ...one, claims: ann, baseline: { ownerFields } })).toMatchObject([{ pointer: '/items/*/owner' }]);
  });

  it('compares numbers with the texts that claims are', () => {
    const fields = [{ role: 'authenticated', pointer: '/owner', claim: 'uid' }];
    expect(found({ json: { owner: 7 }, claims: { uid: '7' }, baseline: { ownerFields: fields } })).toEqual([]);
    expect(found({ json: { owner: 8 }, claims: { uid: '7' }, baseline: { ownerFields: fields } })).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ['objects of the caller', { json: { items: [{ owner: 'ann' }] }, claims: ann }],
    ['an empty list', { json: { items: [] }, claims: ann }],
    ['an answer of another shape', { json: { error: 'later' }, claims: ann }],
    ['callers without a token', { json: { items: [{ owner: 'bob' }] } }],
    [
      'a role that reads others’ objects',
      { json: { items: [{ owner: 'bob' }] }, claims: { sub: 'sue', role: 'support' } },
    ],
    ['a token without the claim', { json: { items: [{ owner: 'bob' }] }, claims: { azp: 'app' } }],
  ])('leaves %s alone', (_, one) => expect(found({ ...one, baseline: { ownerFields } })).toEqual([]));
});
