// The sample API behind a gateway as people start it: what its own traffic shows of its flaws, and nothing of the hardened one.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSampleApi } from '../../../src/sample-api/server.ts';
import { type RunningGateway, removeFolder, startGateway, until } from '../../run/gateway-process.ts';

interface Listed {
  readonly detection: string;
  readonly endpoint: string;
  readonly status: string;
}

const ROUNDS = 8;
/** A login, and eleven in every round. */
const ASKED = 1 + 11 * ROUNDS;

describe.each([false, true])('the sample API (hardened: %s) behind a gateway', (isHardened) => {
  let api: Awaited<ReturnType<typeof startSampleApi>>;
  let gateway: RunningGateway;

  beforeAll(async () => {
    api = await startSampleApi({ host: '127.0.0.1', port: 0, isHardened });
    gateway = await startGateway(['--upstream', api.url, '--mode', 'monitor', '--workers', '1']);
  });
  afterAll(async () => {
    await gateway.stop('SIGKILL');
    await api.close();
    removeFolder(gateway.data);
  });

  it('shows in traffic what there is to show', async () => {
    const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
      const answer = await fetch(`${gateway.url}${path}`, init);
      await answer.arrayBuffer();
      return answer;
    };
    const body = JSON.stringify({ email: 'ann@example.com', password: 'ann-password' });
    const login = await fetch(`${gateway.url}/api/login`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    const { token } = (await login.json()) as { token: string };
    const headers = { authorization: `Bearer ${token}` };
    for (let i = 0; i < ROUNDS; i++) {
      for (const path of [
        `/api/users/${i + 1}`,
        '/api/users',
        '/api/admin/users',
        '/api/admin/export',
        '/debug/vars',
      ]) {
        await ask(path);
      }
      for (const path of ['/api/orders', '/api/products', '/api/users/1', '/healthz']) await ask(path, { headers });
      await ask('/api/products', { headers: { origin: `https://shop${i}.site${i}.example${i}` } });
      await ask("/api/products/'");
    }
    const incidents = async (): Promise<readonly Listed[]> => {
      const answer = await gateway.api('/incidents?module=posture&limit=500');
      return ((await answer.json()) as { items: readonly Listed[] }).items;
    };
    await until(async () => {
      const list = (await (await gateway.api('/transactions?limit=1')).json()) as { total: number };
      return list.total >= ASKED;
    });
    const found = (await incidents())
      .map(({ detection, endpoint }) => `${detection} ${endpoint.replace(/ localhost[:\d]*/, ' ')}`)
      .sort();
    if (isHardened) expect(found).toEqual([]);
    else {
      expect(found).toEqual([
        'cacheable-sensitive-responses GET /api/admin/export',
        'cacheable-sensitive-responses GET /api/admin/users',
        'cacheable-sensitive-responses GET /api/users/{id}',
        'debug-endpoint GET /debug/vars',
        'forbidden-data-types GET /api/admin/export',
        'forbidden-data-types GET /api/admin/users',
        'forbidden-data-types GET /api/users/{id}',
        'missing-authentication GET /api/admin/export',
        'missing-authentication GET /api/admin/users',
        'missing-authentication GET /api/users',
        'missing-authentication GET /api/users/{id}',
        'missing-security-headers *',
        'permissive-cors *',
        'predictable-ids GET /api/users/{id}',
        "verbose-errors GET /api/products/'",
      ]);
    }
  });
});
