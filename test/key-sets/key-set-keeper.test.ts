import { generateKeyPairSync } from 'node:crypto';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { KeySets } from '../../src/core/key-set.ts';
import { KeySetKeeper } from '../../src/key-sets/key-set-keeper.ts';
import { readKeySet } from '../../src/key-sets/key-set-reader.ts';

function jwk(kid: string): object {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' };
}

type Answer = (response: http.ServerResponse) => void;

async function issuer(
  answer: Answer,
): Promise<{ url: string; setAnswer: (next: Answer) => void; asked: () => number }> {
  let current = answer;
  let asked = 0;
  const server = http.createServer((_, response) => {
    asked += 1;
    current(response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  return { url, setAnswer: (next) => (current = next), asked: () => asked };
}

const json =
  (value: unknown): Answer =>
  (response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(value));

function keeper(url: string): { keeper: KeySetKeeper; changes: KeySets[]; failures: string[] } {
  const changes: KeySets[] = [];
  const failures: string[] = [];
  const one = new KeySetKeeper({
    urls: [url],
    refreshMs: 3_600_000,
    askAgainMs: 30_000,
    timeoutMs: 200,
    onChange: (sets) => changes.push(sets),
    onFailure: (_, why) => failures.push(why),
  });
  onTestFinished(() => one.stop());
  return { keeper: one, changes, failures };
}

describe('the keys of an issuer', () => {
  it('are fetched at the start, and again when a token names another one, at most once in a while', async () => {
    const { url, setAnswer, asked } = await issuer(json({ keys: [jwk('first')] }));
    const { keeper: one, changes } = keeper(url);
    await one.start();
    expect(changes.map((sets) => sets[url]!.map((key) => key.kid))).toEqual([['first']]);
    setAnswer(json({ keys: [jwk('first'), jwk('second')] }));
    one.askAgain(1_000_000);
    one.askAgain(1_000_001);
    await expect.poll(() => changes.length).toBe(2);
    expect(changes[1]![url]!.map((key) => key.kid)).toEqual(['first', 'second']);
    expect(asked()).toBe(2);
  });

  it.each<[string, Answer, string]>([
    ['answers with an error', (response) => response.writeHead(503).end(), 'it answered with status 503'],
    ['answers with a page', (response) => response.end('<html>'), 'it is no JWK Set'],
    ['has lost its keys', json({ keys: [] }), 'it has no key for signatures'],
    ['answers without end', (response) => response.end('x'.repeat(300_000)), 'it is longer than 262144 bytes'],
    ['does not answer', () => {}, 'no answer in time'],
    [
      'sends elsewhere',
      (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      'it cannot be fetched',
    ],
  ])('stay when the issuer %s', async (_, answer, why) => {
    const { url, setAnswer } = await issuer(json({ keys: [jwk('kept')] }));
    const { keeper: one, changes, failures } = keeper(url);
    await one.start();
    setAnswer(answer);
    one.askAgain(1_000_000);
    await expect.poll(() => failures).toEqual([why]);
    expect(changes).toHaveLength(1);
    expect(one.sets[url]!.map((key) => key.kid)).toEqual(['kept']);
  });

  it('are those for signatures: what is symmetric, broken or for encryption is left out', () => {
    const text = JSON.stringify({
      keys: [
        jwk('good'),
        { kty: 'oct', k: 'c2VjcmV0' },
        { ...jwk('enc'), use: 'enc' },
        { kty: 'EC', crv: 'P-256' },
        null,
      ],
    });
    expect(readKeySet(text)?.map((key) => key.kid)).toEqual(['good']);
    expect(readKeySet('[]')).toBeUndefined();
    expect(readKeySet('not json')).toBeUndefined();
  });
});
