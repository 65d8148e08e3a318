import { describe, expect, it } from 'vitest';
import { BLOCKING_CONFIDENCE } from '../../src/core/detector.ts';
import type { Field } from '../../src/core/field.ts';
import { prototypePollution } from '../../src/detectors/prototype-pollution.ts';
import { recognise } from '../support/field.ts';

type Row = [text: string, overrides: Partial<Field>];

const LOUD: Row[] = [
  ['__proto__', { of: 'key' }],
  ['__proto__[isAdmin]', { of: 'key' }],
  ['a[__proto__][b]', { of: 'key' }],
  ['constructor[prototype][a]', { of: 'key' }],
  ['constructor.prototype.a', { of: 'key' }],
  ['prototype', { of: 'key', pointer: '/constructor/prototype' }],
];

const QUIET: Row[] = [
  ['constructor', { of: 'key' }],
  ['prototype', { of: 'key', pointer: '/prototype' }],
  ['proto', { of: 'key' }],
  ['__typename', { of: 'key' }],
  ['protocol', { of: 'key' }],
  ['name', { of: 'key' }],
  ['prototype.url', { of: 'key' }],
];

describe('prototype-pollution', () => {
  it.each(LOUD)('blocks %j', (text, overrides) => {
    expect(recognise(prototypePollution, text, overrides)?.confidence ?? 0).toBeGreaterThanOrEqual(BLOCKING_CONFIDENCE);
  });
  it.each(QUIET)('does not block %j', (text, overrides) => {
    expect(recognise(prototypePollution, text, overrides)?.confidence ?? 0).toBeLessThan(0.3);
  });
});
