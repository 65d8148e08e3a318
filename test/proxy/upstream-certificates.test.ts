// U8: what an upstream presents is checked, and a faulty certificate is a 502 of which the API never hears.
import { readFileSync } from 'node:fs';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testFolder, writeCertificate } from '../support/certificate.ts';
import { ask, gateway, upstreamSettings } from './world.ts';

async function secureUpstream(name: string) {
  const { certFile, keyFile } = writeCertificate(testFolder(), name);
  const cert = readFileSync(certFile);
  let requests = 0;
  const server = https.createServer({ cert, key: readFileSync(keyFile) }, (_, response) => {
    requests += 1;
    response.end('from the API');
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `https://127.0.0.1:${port}`, certFile, requests: () => requests };
}

const settingsWith = (url: string, tls: Partial<ReturnType<typeof upstreamSettings>['tls']>) => {
  const settings = upstreamSettings([url]);
  return { ...settings, tls: { ...settings.tls, ...tls } };
};

describe('the certificate of an upstream', () => {
  it('that nobody vouches for is a 502', async () => {
    const upstream = await secureUpstream('api.example');
    const { port } = await gateway(settingsWith(upstream.url, {}));
    expect((await ask(port, {})).status).toBe(502);
    expect(upstream.requests()).toBe(0);
  });

  it('for another name is a 502, for the right one it is the answer', async () => {
    const upstream = await secureUpstream('api.example');
    const wrong = await gateway(settingsWith(upstream.url, { ca: upstream.certFile, servername: 'other.example' }));
    expect((await ask(wrong.port, {})).status).toBe(502);
    expect(upstream.requests()).toBe(0);
    const right = await gateway(settingsWith(upstream.url, { ca: upstream.certFile, servername: 'api.example' }));
    const answer = await ask(right.port, {});
    expect([answer.status, answer.body.toString()]).toEqual([200, 'from the API']);
  });
});
