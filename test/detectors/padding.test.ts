import { describe, expect, it } from 'vitest';
import { BLOCKING_CONFIDENCE, type FieldDetector } from '../../src/core/detector.ts';
import { injectionTemplate } from '../../src/detectors/injection-template.ts';
import { xss } from '../../src/detectors/xss.ts';
import { recognise } from '../support/field.ts';

const BEHIND: readonly (readonly [string, FieldDetector, string])[] = [
  ['2,000 tags', xss, `${'<b>x</b>'.repeat(2_000)}<script>alert(1)</script>`],
  ['200 attributes', xss, `<a ${'x=1 '.repeat(200)}onclick=alert(1)>`],
  ['a long attribute', xss, `<img src="${'a'.repeat(5_000)}" onerror=alert(1)>`],
  ['a megabyte of words', xss, `${'word '.repeat(200_000)}<svg onload=alert(1)>`],
  ['words before a handler', xss, `${'x '.repeat(60_000)}" onmouseover=alert(1) x="`],
  ['harmless handlers', xss, `${'only=true '.repeat(500)}" onfocus=alert(1) x="`],
  ['500 placeholders', injectionTemplate, `${'{{name}} '.repeat(500)}{{x.__class__.__mro__}}`],
];

const QUIET: readonly (readonly [FieldDetector, string])[] = [
  [xss, '<Button onClick={() => save(id)}>Save</Button>'],
  [xss, 'javascript:void(0)'],
  [xss, 'online=f(x)'],
  [injectionTemplate, '{1-2}'],
  [injectionTemplate, '{2024-01}'],
  [injectionTemplate, '{{ t("hello") }}'],
  [injectionTemplate, `$${'{process.env.HOME}'}`],
  [injectionTemplate, '{{ request.args }}'],
  [injectionTemplate, '{{ student.class.name }}'],
  [injectionTemplate, '{{namespace.name}}'],
];

describe('detectors of the request', () => {
  it.each(BEHIND)('find what stands behind %s', (_, detector, text) => {
    expect(recognise(detector, text)?.confidence ?? 0).toBeGreaterThanOrEqual(BLOCKING_CONFIDENCE);
  });

  it.each(QUIET.map(([detector, text]) => [detector.id, text, detector] as const))(
    '%s does not block %s',
    (_, text, detector) => {
      expect(recognise(detector, text)?.confidence ?? 0).toBeLessThan(0.5);
    },
  );
});
