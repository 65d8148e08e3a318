import { describe, expect, it } from 'vitest';
import { BLOCKING_CONFIDENCE } from '../../src/core/detector.ts';
import type { Field } from '../../src/core/field.ts';
import { injectionCrlf } from '../../src/detectors/injection-crlf.ts';
import { recognise } from '../support/field.ts';

type Row = [text: string, overrides: Partial<Field>];

const LOUD: Row[] = [
  ['en\r\nSet-Cookie: sid=1', { location: 'body' }],
  ['x\r\nSet-Cookie: a=b', { location: 'query' }],
  ['x\nLocation: http://evil.example', { location: 'query' }],
  ['en\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK', { location: 'query' }],
  ['a\r\nX-Forwarded-For: 1.2.3.4', { location: 'path' }],
  ['a\rSet-Cookie: x=1', { location: 'cookie' }],
  ['\r\nContent-Length:0\r\n\r\nHTTP/1.1 200 OK', {}],
  ['嘊嘍Set-Cookie: x=1', {}],
];

const QUIET: Row[] = [
  ['      Date: Sun, 24 Dec 2017 03:47:51 GMT\n      Content-Length: 300', { location: 'body' }],
  ['Shipping to:\nLocation: Berlin\nFloor: 3', { location: 'body', name: 'note' }],
  ['first line\nsecond line\nSet-Cookie: is a header', { location: 'body' }],
  ['line one\nline two', { location: 'query' }],
  ['Note: a\nTo do: b', { location: 'query' }],
  ['Dear Ann,\nHost: Bob', { location: 'body' }],
  ['a\tb', { location: 'query' }],
  ['first\r\nsecond', { location: 'query' }],
  ['Status:\nopen', { location: 'query' }],
  [
    'The answer was:\n\nHTTP/1.1 200 OK\nDate: today\nThen it stopped and nothing more was to be seen.\nIt came again after a while, as said.',
    {},
  ],
];

describe('injection-crlf', () => {
  it.each(LOUD)('blocks %j', (text, overrides) => {
    expect(recognise(injectionCrlf, text, overrides)?.confidence ?? 0).toBeGreaterThanOrEqual(BLOCKING_CONFIDENCE);
  });
  it.each(QUIET)('does not block %j', (text, overrides) => {
    expect(recognise(injectionCrlf, text, overrides)?.confidence ?? 0).toBeLessThan(0.3);
  });
});
