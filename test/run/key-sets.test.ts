import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { removeFolder, startGateway, until, upstreamThat } from './gateway-process.ts';

interface Issuer {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: object;
}

function newKey(kid: string): Issuer {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } };
}

function token({ kid, privateKey }: Issuer, subject: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'RS256', kid })}.${part({ sub: subject, exp: 4_102_444_800 })}`;
  return `${signed}.${createSign('sha256').update(signed).sign(privateKey, 'base64url')}`;
}

it('checks tokens with the keys its issuer publishes, and with new ones soon after they are used', async () => {
  const [first, second] = [newKey('first'), newKey('second')];
  let published = [first.jwk];
  const issuer = await upstreamThat((_, response) => response.end(JSON.stringify({ keys: published })));
  const api = await upstreamThat((_, response) => response.end('{}'));
  const data = mkdtempSync(join(tmpdir(), 'sallyport-'));
  const file = join(data, 'sallyport.yaml');
  writeFileSync(
    file,
    `upstreams: { default: "${api.url}" }\nidentity: { actors: [{ jwt: { jwks: "${issuer.url}/keys" } }] }\n`,
  );
  const gateway = await startGateway(['--config', file, '--workers', '1'], data);
  onTestFinished(async () => {
    await gateway.stop('SIGKILL');
    issuer.close();
    api.close();
    removeFolder(data);
  });
  const isVerified = async (key: Issuer, subject: string): Promise<boolean> => {
    await fetch(`${gateway.url}/orders`, { headers: { authorization: `Bearer ${token(key, subject)}` } });
    return until(async () => {
      const answer = await gateway.api(`/transactions?actor=subject:${subject}`);
      const { items } = (await answer.json()) as { items: { actors: { kind: string; isVerified: boolean }[] }[] };
      const actor = items[0]?.actors.find(({ kind }) => kind === 'subject');
      return actor === undefined ? undefined : { is: actor.isVerified };
    }).then(({ is }) => is);
  };
  expect(await isVerified(first, 'ann')).toBe(true);
  expect(await isVerified({ ...newKey('first') }, 'forger')).toBe(false);
  published = [first.jwk, second.jwk];
  // The first token with the new key makes the gateway look again.
  let attempt = 0;
  await until(() => isVerified(second, `bob-${attempt++}`));
});
