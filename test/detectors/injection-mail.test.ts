import { describe, expect, it } from 'vitest';
import { BLOCKING_CONFIDENCE } from '../../src/core/detector.ts';
import type { Field } from '../../src/core/field.ts';
import { injectionMail } from '../../src/detectors/injection-mail.ts';
import { recognise } from '../support/field.ts';

type Row = [text: string, overrides: Partial<Field>];

const LOUD: Row[] = [
  ['ann@example.com\nBcc: all@example.com', { name: 'email' }],
  ['ann@example.com\r\nCc: x@example.com', { name: 'from' }],
  ['Hello\r\nContent-Type: text/html', { name: 'subject' }],
  ['Ann\nTo: bob@example.com', { name: 'name' }],
  ['x\r\n.\r\nMAIL FROM:<a@b.c>', { name: 'text' }],
  ['a@b.c\nReply-To: d@e.f', { location: 'query', name: 'q' }],
  ['a@example.com\nBcc: b@evil.example', {}],
];

const QUIET: Row[] = [
  ['ann@example.com', { name: 'email' }],
  ['Dear Ann,\nSubject: your order\nThanks', { name: 'text' }],
  ['one\ntwo', { name: 'subject' }],
  ['From: Ann\nTo: Bob\n\nHello', { name: 'body' }],
  ['Street 1\nCity', { name: 'address' }],
  ['a\tb', { name: 'name' }],
  ['Note:\nto do: nothing', { name: 'note' }],
  ['Ann <a@example.com>\nSubject: hello', {}],
  ['a@example.com\nb@example.com', {}],
];

describe('injection-mail', () => {
  it.each(LOUD)('blocks %j', (text, overrides) => {
    expect(recognise(injectionMail, text, overrides)?.confidence ?? 0).toBeGreaterThanOrEqual(BLOCKING_CONFIDENCE);
  });
  it.each(QUIET)('does not block %j', (text, overrides) => {
    expect(recognise(injectionMail, text, overrides)?.confidence ?? 0).toBeLessThan(0.3);
  });
});
