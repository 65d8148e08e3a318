import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { removeFolder, startGateway, upstreamThat } from './gateway-process.ts';

it('denies a country by a list, and lets its neighbours pass', async () => {
  const api = await upstreamThat((_, response) => response.end('{}'));
  const data = mkdtempSync(join(tmpdir(), 'sallyport-'));
  const policies = mkdtempSync(join(tmpdir(), 'sallyport-policies-'));
  writeFileSync(join(policies, 'lists.yaml'), 'kind: list\nid: no-korea\naction: deny\nentries: { countries: [KR] }\n');
  writeFileSync(
    join(data, 'sallyport.yaml'),
    `mode: enforce\nupstreams: { default: "${api.url}" }\nidentity: { trustedProxies: [127.0.0.1, "::1"] }\npolicies: ${policies}\n`,
  );
  const gateway = await startGateway(['--config', join(data, 'sallyport.yaml'), '--workers', '1'], data);
  onTestFinished(async () => {
    await gateway.stop('SIGKILL');
    api.close();
    removeFolder(data);
    removeFolder(policies);
  });
  const statusFrom = async (address: string): Promise<number> =>
    (await fetch(`${gateway.url}/`, { headers: { 'x-forwarded-for': address } })).status;
  expect(await statusFrom('210.89.160.1')).toBe(403);
  expect(await statusFrom('8.8.8.8')).toBe(200);
  expect(await statusFrom('10.1.2.3')).toBe(200);
});
