import { describe, expect, it } from 'vitest';
import { BLOCKING_CONFIDENCE } from '../../src/core/detector.ts';
import type { Field } from '../../src/core/field.ts';
import { injectionLdap } from '../../src/detectors/injection-ldap.ts';
import { recognise } from '../support/field.ts';

type Row = [text: string, overrides: Partial<Field>];

const LOUD: Row[] = [
  ['*)(uid=*))(|(uid=*', {}],
  ['admin)(&)', {}],
  ['*)(&', {}],
  ['x)(|(password=*)', {}],
  ['admin)(!(&(1=0', {}],
  ['*))%00', {}],
  ['ann)(objectClass=*', {}],
];

const QUIET: Row[] = [
  ['Ann (Lee)', {}],
  ['f(x)=y', {}],
  ['a * b', {}],
  ['(optional)', {}],
  ['*', {}],
  ['5 (five)', {}],
  ['ann*', {}],
  ['(555) 123-4567', {}],
  ['smile :)', {}],
  ['list: (a), (b)', {}],
];

describe('injection-ldap', () => {
  it.each(LOUD)('blocks %j', (text, overrides) => {
    expect(recognise(injectionLdap, text, overrides)?.confidence ?? 0).toBeGreaterThanOrEqual(BLOCKING_CONFIDENCE);
  });
  it.each(QUIET)('does not block %j', (text, overrides) => {
    expect(recognise(injectionLdap, text, overrides)?.confidence ?? 0).toBeLessThan(0.3);
  });
});
