import { describe, expect, it } from 'vitest';
import type { BodyFormat, BodyView } from '../../src/core/detector.ts';
import { maskedEvidences } from '../../src/inspection/masked-message.ts';
import { KEPT_BODY_BYTES_MAX, MessageRing } from '../../src/inspection/message-ring.ts';
import { compileSnapshot } from '../../src/inspection/snapshot.ts';
import { bundleOf } from '../../src/policy/bundle.ts';
import { shippedPolicies } from '../support/shipped-policies.ts';

const { scanner } = compileSnapshot(bundleOf(shippedPolicies().documents, []).bundle, []).policy;

function body(text: string, format: BodyFormat = 'json'): BodyView {
  const bytes = Buffer.from(text);
  return { mediaType: '', format, bytes, latin1: bytes.toString('latin1'), json: () => undefined, graphql: [] };
}

function evidence(parts: {
  target?: string;
  headers?: readonly string[];
  request?: BodyView;
  answer?: BodyView;
  answerHeaders?: readonly string[];
}) {
  const ring = new MessageRing();
  ring.keep(
    't1',
    parts.target ?? '/',
    { rawHeaders: parts.headers ?? [], body: parts.request },
    { rawHeaders: parts.answerHeaders ?? [], body: parts.answer },
  );
  return maskedEvidences(ring.get('t1')!, scanner);
}

describe('kept messages', () => {
  it('are there until they are written over, whole and apart from each other', () => {
    const ring = new MessageRing(64 * 1024);
    for (let i = 0; i < 100; i++) {
      ring.keep(
        `t${i}`,
        `/${i}`,
        { rawHeaders: ['n', String(i)], body: body(String(i).padEnd(3_000, 'x')) },
        undefined,
      );
    }
    expect(ring.get('t0')).toBeUndefined();
    const there = Array.from({ length: 100 }, (_, i) => i).filter((i) => ring.get(`t${i}`) !== undefined);
    expect(there.at(-1)).toBe(99);
    expect(there.length).toBeGreaterThan(15);
    for (const i of there) expect(ring.get(`t${i}`)!.request.body.toString().replace(/x+$/, '')).toBe(String(i));
  });

  it('give back every line of both heads, also when there are none', () => {
    const ring = new MessageRing();
    const answer = ['Content-Type', 'text/plain', 'X-Empty', '', 'X-Latin', 'caf\u00e9'];
    ring.keep(
      't1',
      '/a?b=c',
      { rawHeaders: ['host', 'a', 'x', ''], body: undefined },
      { rawHeaders: answer, body: body('né', 'text') },
    );
    ring.keep('t12', '/', { rawHeaders: [], body: undefined }, { rawHeaders: [], body: undefined });
    ring.keep('t13', '/', { rawHeaders: [], body: undefined }, { rawHeaders: answer, body: undefined });
    const first = ring.get('t1')!;
    expect([first.target, first.request.rawHeaders, first.response!.rawHeaders]).toEqual([
      '/a?b=c',
      ['host', 'a', 'x', ''],
      answer,
    ]);
    expect(first.response!.body.toString()).toBe('né');
    expect([ring.get('t12')!.request.rawHeaders, ring.get('t12')!.response!.rawHeaders]).toEqual([[], []]);
    expect([ring.get('t13')!.request.rawHeaders, ring.get('t13')!.response!.rawHeaders]).toEqual([[], answer]);
    expect(ring.get('t')).toBeUndefined();
  });

  it('N9: never take more than their block of memory, whatever comes, and keep the latest', () => {
    const blockBytes = 16 * 1024 * 1024;
    const before = process.memoryUsage().arrayBuffers;
    const ring = new MessageRing();
    const large = body('x'.repeat(KEPT_BODY_BYTES_MAX), 'text');
    const headers = ['x', 'y'.repeat(1_000)];
    // Ten times what there is room for, and more entries than are counted.
    let last = 0;
    for (; last < 5_000; last++)
      ring.keep(`l${last}`, '/', { rawHeaders: headers, body: large }, { rawHeaders: headers, body: large });
    const keptLarge = Array.from({ length: last }, (_, i) => ring.get(`l${i}`)).filter(
      (one) => one !== undefined,
    ).length;
    expect(keptLarge).toBeGreaterThan(400);
    expect(keptLarge * 2 * KEPT_BODY_BYTES_MAX).toBeLessThanOrEqual(blockBytes);
    for (let i = 0; i < 20_000; i++) ring.keep(`s${i}`, '/', { rawHeaders: [], body: undefined }, undefined);
    expect([ring.get('s19999') !== undefined, ring.get('s0'), ring.get('l0')]).toEqual([true, undefined, undefined]);
    // What was asked for were copies; they may still be there.
    globalThis.gc?.();
    const grownBytes = process.memoryUsage().arrayBuffers - before;
    expect(grownBytes).toBeLessThan(blockBytes + (keptLarge + 10) * 2 * (KEPT_BODY_BYTES_MAX + 1_000) + 2 ** 20);
  });

  it('N9: are left out when one alone would take too much', () => {
    const ring = new MessageRing(64 * 1024);
    ring.keep('t1', '/', { rawHeaders: ['x', 'y'.repeat(64 * 1024)], body: undefined }, undefined);
    ring.keep('t2', '/', { rawHeaders: [], body: undefined }, undefined);
    expect([ring.get('t1'), ring.get('t2') !== undefined]).toEqual([undefined, true]);
  });

  it('keep the beginning of a long body, and say so', () => {
    const ring = new MessageRing();
    ring.keep('t', '/', { rawHeaders: [], body: body('a'.repeat(KEPT_BODY_BYTES_MAX + 1), 'text') }, undefined);
    const { request } = ring.get('t')!;
    expect([request.body.length, request.isTruncated]).toEqual([KEPT_BODY_BYTES_MAX, true]);
  });
});

describe('evidence', () => {
  it.each<[string, Parameters<typeof evidence>[0], RegExp]>([
    ['a password', { request: body('{"user":"ann","password":"correct-horse-7"}') }, /correct-horse/],
    ['a password of a form', { request: body('user=ann&password=correct-horse-7', 'form') }, /correct-horse/],
    ['a card', { answer: body('{"card":"4111111111111111"}') }, /4111 ?1111 ?1111 ?1111|4{1}1{15}/],
    ['a bearer token', { headers: ['Authorization', 'Bearer s3cr3t-t0ken'] }, /s3cr3t/],
    ['a cookie', { headers: ['Cookie', 'sid=s3cr3t-a; theme=s3cr3t-b'] }, /s3cr3t/],
    ['a cookie that is set', { answerHeaders: ['Set-Cookie', 'sid=s3cr3t; HttpOnly; Path=/'] }, /s3cr3t/],
    ['a key in a header', { headers: ['X-Api-Key', 's3cr3t-key'] }, /s3cr3t/],
    ['a token in the query', { target: '/x?access_token=s3cr3t-t0ken&page=2' }, /s3cr3t/],
    ['a card in the path', { target: '/cards/4111111111111111' }, /4111111111111111/],
    [
      'a secret in a body that was cut',
      { request: body(`{"password":"correct-horse-7","text":"${'x'.repeat(20_000)}"}`) },
      /correct-horse/,
    ],
  ])('never shows %s', (_, parts, secret) => {
    const text = JSON.stringify(evidence(parts));
    expect(text).not.toMatch(secret);
    expect(text).toMatch(/\*\*\*/);
  });

  it('shows everything else as it was', () => {
    const { request, response } = evidence({
      target: '/api/orders/7?page=2',
      headers: ['Accept', 'application/json', 'Cookie', 'sid=s3cr3t; theme=dark'],
      request: body('{"note":"<script>alert(1)</script>","price":-5}'),
      answerHeaders: ['Set-Cookie', 'sid=s3cr3t; HttpOnly'],
      answer: body('{"ok":true}'),
    });
    expect(request).toEqual({
      target: '/api/orders/7?page=2',
      rawHeaders: ['Accept', 'application/json', 'Cookie', 'sid=***; theme=***'],
      body: '{"note":"<script>alert(1)</script>","price":-5}',
      isTruncated: false,
    });
    expect(response).toMatchObject({ rawHeaders: ['Set-Cookie', 'sid=***; HttpOnly'], body: '{"ok":true}' });
  });
});
