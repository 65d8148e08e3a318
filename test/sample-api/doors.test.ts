import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { validatorNamed } from '../../src/data-types/validators.ts';
import { shopData } from '../../src/sample-api/data.ts';
import { startSampleApi } from '../../src/sample-api/server.ts';

type Api = Awaited<ReturnType<typeof startSampleApi>>;

let flawed: Api;
let hardened: Api;

beforeAll(async () => {
  flawed = await startSampleApi({ host: '127.0.0.1', port: 0 });
  hardened = await startSampleApi({ host: '127.0.0.1', port: 0, isHardened: true });
});
afterAll(() => Promise.all([flawed.close(), hardened.close()]));

async function logIn(api: Api, email: string, password: string): Promise<Response> {
  return fetch(`${api.url}/api/login`, { method: 'POST', body: JSON.stringify({ email, password }) });
}

async function tokenOf(api: Api): Promise<string> {
  return ((await (await logIn(api, 'ann@example.com', 'ann-password')).json()) as { token: string }).token;
}

describe('the shop', () => {
  it('has people with identifiers that pass their checksums', () => {
    const { users } = shopData(7);
    const isIban = validatorNamed('iban');
    const isResidentNumber = validatorNamed('kr-rrn');
    const residents = users.flatMap((user) => user.residentNumber ?? []);
    expect(users.filter((user) => !isIban(user.iban))).toEqual([]);
    expect(residents.length).toBeGreaterThan(10);
    expect(residents.filter((number) => !isResidentNumber(number))).toEqual([]);
  });

  it('says what it is as OpenAPI, without the doors nobody should know', async () => {
    const document = (await (await fetch(`${flawed.url}/openapi.json`)).json()) as { openapi: string; paths: object };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toContain('/api/orders/{id}');
    expect(Object.keys(document.paths).filter((path) => /admin|debug/.test(path))).toEqual([]);
  });

  it('takes a multipart form with files and fields, and refuses one that is none', async () => {
    const form = new FormData();
    form.set('title', 'a receipt');
    form.set('file', new Blob(['%PDF-1.7 …'], { type: 'application/pdf' }), 'receipt.pdf');
    const headers = { authorization: `Bearer ${await tokenOf(flawed)}` };
    const answer = await fetch(`${flawed.url}/api/upload`, { method: 'POST', headers, body: form });
    expect(await answer.json()).toEqual({
      files: [{ field: 'file', name: 'receipt.pdf', type: 'application/pdf', bytes: 12 }],
      fields: { title: 'a receipt' },
    });
    const broken = await fetch(`${flawed.url}/api/upload`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'multipart/form-data' },
      body: 'x',
    });
    expect(broken.status).toBe(400);
  });

  it('locks an account after five wrong passwords when it is hardened, and never when it is not', async () => {
    const statuses = async (api: Api): Promise<number[]> => {
      const seen: number[] = [];
      for (let i = 0; i < 7; i++) seen.push((await logIn(api, 'bob@example.com', 'wrong')).status);
      return seen;
    };
    expect(await statuses(hardened)).toEqual([401, 401, 401, 401, 401, 429, 429]);
    expect(await statuses(flawed)).toEqual(Array(7).fill(401));
    expect((await logIn(hardened, 'ann@example.com', 'ann-password')).status).toBe(200);
  });

  it('answers on its WebSocket, to anyone when it is flawed', async () => {
    const ask = (api: Api, headers: Record<string, string> = {}): Promise<string> =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${api.url.replace('http', 'ws')}/ws`, { headers });
        socket.on('open', () => socket.send('{"productId":3}'));
        socket.on('message', (data) => {
          resolve(String(data));
          socket.close();
        });
        socket.on('error', (error) => resolve(error.message));
      });
    expect(await ask(flawed)).toBe('{"id":3,"stock":21}');
    expect(await ask(hardened)).toContain('403');
    expect(await ask(hardened, { authorization: `Bearer ${await tokenOf(hardened)}` })).toBe('{"id":3,"stock":21}');
  });
});
