import { describe, expect, it } from 'vitest';
import { BLOCKING_CONFIDENCE } from '../../src/core/detector.ts';
import type { Field } from '../../src/core/field.ts';
import { injectionNosql } from '../../src/detectors/injection-nosql.ts';
import { recognise } from '../support/field.ts';

type Row = [text: string, overrides: Partial<Field>];

const LOUD: Row[] = [
  ['$ne', { of: 'key', pointer: '/password/$ne', name: '$ne' }],
  ['$gt', { of: 'key', pointer: '/user/$gt', name: '$gt' }],
  ['$regex', { of: 'key', pointer: '/email/$regex', name: '$regex' }],
  ['$where', { of: 'key', pointer: '/filter/$where', name: '$where' }],
  ['user[$ne]', { of: 'key', location: 'query', pointer: '/user[$ne]', name: 'user[$ne]' }],
  ['password[$regex]', { of: 'key', location: 'query', pointer: '/password[$regex]', name: 'password[$regex]' }],
  ["' || '1'=='1", {}],
  ["'; return true; var x='", {}],
  ["' || this.password.match(/.*/)//", {}],
  ['{"$ne": null}', {}],
  ['{"$gt": ""}', {}],
  ["x' && this.role == 'admin", {}],
  ["', $or: [ {}, { 'a':'a", {}],
  ["$where: '1 == 1'", {}],
  [", $where: '1 == 1'", {}],
  ['|| 1==1', {}],
  ['"; return(true); var foo="', {}],
  ["';it=new Date();do{pt=new Date();}while(pt-it<5000);", {}],
  ["' } ], $comment:'x'", {}],
];

const QUIET: Row[] = [
  ['$filter', { of: 'key', location: 'query', pointer: '/$filter', name: '$filter' }],
  ['$top', { of: 'key', location: 'query', pointer: '/$top', name: '$top' }],
  ['$search', { of: 'key', location: 'query', pointer: '/$search', name: '$search' }],
  ['$ref', { of: 'key', pointer: '/schema/$ref', name: '$ref' }],
  ['$schema', { of: 'key', pointer: '/$schema', name: '$schema' }],
  ['filter[status]', { of: 'key', location: 'query', pointer: '/filter[status]', name: 'filter[status]' }],
  ['tags[]', { of: 'key', location: 'query', pointer: '/tags[]', name: 'tags[]' }],
  ['$5 off', {}],
  ['costs $10; return it', {}],
  ["O'Brien || Smith", {}],
  ["it's $3", {}],
  ['US$', {}],
  ['a || b', {}],
  ['return true to sender', {}],
  ['{"a": 1}', {}],
  ['$set', { of: 'key', pointer: '/update/$set', name: '$set' }],
  ['$inc', { of: 'key', pointer: '/update/$inc', name: '$inc' }],
  ['a || b == c', {}],
  ['x ?? new Date()', {}],
  ["it's; a = new Day", {}],
  ['total, $where we are', {}],
  ['if (a || 1 == 2) x()', {}],
];

describe('injection-nosql', () => {
  it.each(LOUD)('blocks %j', (text, overrides) => {
    expect(recognise(injectionNosql, text, overrides)?.confidence ?? 0).toBeGreaterThanOrEqual(BLOCKING_CONFIDENCE);
  });
  it.each(QUIET)('does not block %j', (text, overrides) => {
    expect(recognise(injectionNosql, text, overrides)?.confidence ?? 0).toBeLessThan(0.3);
  });
});
