import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

async function call(api: Api, method: string, path: string, body?: unknown, token?: string): Promise<Answer> {
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: {
      origin: 'https://evil.example',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

async function tokenOf(api: Api, name: string): Promise<string> {
  const { text } = await call(api, 'POST', '/api/login', {
    email: `${name}@example.com`,
    password: `${name}-password`,
  });
  return (JSON.parse(text) as { token: string }).token;
}

describe('ordinary use works on both variants', () => {
  const variants = () => [flawed, hardened];

  it('log in, order, read the order, search, look at a product, comment, upload', async () => {
    for (const api of variants()) {
      const token = await tokenOf(api, 'ann');
      const made = await call(api, 'POST', '/api/orders', { productId: 3, quantity: 2 }, token);
      expect(made.status).toBe(201);
      const { id } = JSON.parse(made.text) as { id: number };
      expect((await call(api, 'GET', `/api/orders/${id}`, undefined, token)).status).toBe(200);
      expect((await call(api, 'GET', '/api/products?search=desk')).text).toContain('desk');
      expect((await call(api, 'GET', '/api/products/7')).text).toContain('"id":7');
      expect((await call(api, 'POST', '/api/search', { query: "children's" })).status).toBe(200);
      expect((await call(api, 'POST', '/api/comments', { text: 'nice' }, token)).status).toBe(201);
      expect((await call(api, 'POST', '/api/upload', { file: 1 }, token)).status).toBe(201);
      expect((await call(api, 'POST', '/graphql', { query: '{ orders { id total } }' }, token)).text).toContain(
        '"total"',
      );
      expect((await call(api, 'GET', '/healthz')).status).toBe(200);
    }
  });

  it('a wrong password, a forged token and no token are turned away', async () => {
    for (const api of variants()) {
      const wrong = await call(api, 'POST', '/api/login', { email: 'ann@example.com', password: 'x' });
      expect(wrong.status).toBe(401);
      const [header, , signature] = (await tokenOf(api, 'ann')).split('.');
      const claims = Buffer.from(JSON.stringify({ uid: 3, role: 'admin', exp: 9e9 })).toString('base64url');
      expect((await call(api, 'GET', '/api/orders', undefined, `${header}.${claims}.${signature}`)).status).toBe(401);
      expect((await call(api, 'GET', '/api/orders')).status).toBe(401);
    }
  });

  it('nonsense gets an answer and the server lives on', async () => {
    for (const api of variants()) {
      expect((await call(api, 'GET', '/nowhere')).status).toBe(404);
      expect((await call(api, 'GET', '/api/users/%ff')).status).toBe(400);
      expect((await call(api, 'POST', '/api/login', [])).status).toBeLessThan(500);
      expect(await rawStatus(api, '//')).toBeLessThan(500);
      expect(await rawStatus(api, 'http://[bad')).toBeLessThan(500);
      expect((await call(api, 'GET', '/healthz')).status).toBe(200);
    }
  });

  it('events are streamed one by one', async () => {
    const stopped = new AbortController();
    const response = await fetch(`${flawed.url}/api/events`, { signal: stopped.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const first = await response.body!.getReader().read();
    expect(Buffer.from(first.value!).toString()).toBe('data: {"stock":1}\n\n');
    stopped.abort();
  });
});

describe('each flaw is there, and mended in the hardened variant', () => {
  /** Path, and what shows the flaw in the flawed variant's answer. Called by Ann. */
  const flaws: readonly [string, { method?: string; path: string; body?: unknown }, RegExp, number][] = [
    ['another user is shown, with SSN, card and password hash', { path: '/api/users/2' }, /"ssn".*"card".*\$2b\$/, 403],
    ['all users are listed', { path: '/api/users' }, /bob@example\.com/, 403],
    ['the admin list has no lock', { path: '/api/admin/users' }, /"ssn"/, 403],
    ['everything can be exported', { path: '/api/admin/export' }, /"orders"/, 403],
    ['variables of the process are shown', { path: '/debug/vars' }, /"memory"/, 404],
    [
      'SQL in a search reads another table',
      { path: `/api/products?search=${encodeURIComponent("zzz' UNION SELECT 1, secret, email FROM accounts--")}` },
      /swordfish/,
      200,
    ],
    [
      'SQL in an id reads another table',
      { path: '/api/products/0%20UNION%20SELECT%201,secret,2%20FROM%20accounts' },
      /swordfish/,
      200,
    ],
    ['an error of the database comes with its stack', { path: '/api/products?search=%27' }, /"stack"/, 200],
    [
      'any user is read through GraphQL',
      { method: 'POST', path: '/graphql', body: { query: '{ user(id: 2) { ssn } }' } },
      /"ssn":"\d/,
      200,
    ],
    [
      'an order takes whatever the client says',
      { method: 'POST', path: '/api/orders', body: { productId: 1, total: 0, status: 'delivered' } },
      /"status":"delivered"/,
      201,
    ],
    [
      'the target of a fetch is taken from the client',
      { method: 'POST', path: '/api/fetch', body: { url: 'http://169.254.169.254/latest/meta-data/' } },
      /AccessKeyId/,
      400,
    ],
    ['a path leads out of the folder', { path: '/api/files?name=../../../etc/passwd' }, /root:x:0:0/, 404],
    [
      'a host is put into a command line',
      { path: `/api/ping?host=${encodeURIComponent('localhost;id')}` },
      /uid=\d/,
      400,
    ],
  ];

  it.each(flaws)('%s', async (_name, { method = 'GET', path, body }, shows, status) => {
    const weak = await call(flawed, method, path, body, await tokenOf(flawed, 'ann'));
    expect(weak.text).toMatch(shows);
    const strong = await call(hardened, method, path, body, await tokenOf(hardened, 'ann'));
    expect(strong.text).not.toMatch(shows);
    expect(strong.status).toBe(status);
  });

  it("another user's order is read", async () => {
    const { orders } = shopData(7);
    const foreign = orders.find((order) => order.userId === 2)!.id;
    const read = async (api: Api): Promise<number> =>
      (await call(api, 'GET', `/api/orders/${foreign}`, undefined, await tokenOf(api, 'ann'))).status;
    expect(await read(flawed)).toBe(200);
    expect(await read(hardened)).toBe(404);
  });

  it('a comment with a script is given back as it came', async () => {
    const said = '<img src=x onerror="alert(1)">';
    for (const [api, isRaw] of [
      [flawed, true],
      [hardened, false],
    ] as const) {
      await call(api, 'POST', '/api/comments', { text: said }, await tokenOf(api, 'bob'));
      expect((await call(api, 'GET', '/api/comments')).text.includes('<img')).toBe(isRaw);
    }
  });

  it('any origin may read answers', async () => {
    const origin = 'access-control-allow-origin';
    expect((await call(flawed, 'GET', '/healthz')).headers.get(origin)).toBe('https://evil.example');
    expect((await call(hardened, 'GET', '/healthz')).headers.get(origin)).toBeNull();
  });

  it('an administrator still gets the lists of the hardened variant', async () => {
    const answer = await call(hardened, 'GET', '/api/admin/users', undefined, await tokenOf(hardened, 'admin'));
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain('"ssn"');
  });
});

describe('the data of the shop', () => {
  it('is the same for the same seed and another for another', () => {
    expect(shopData(7)).toEqual(shopData(7));
    expect(shopData(7)).not.toEqual(shopData(8));
  });

  it('has card numbers that pass the Luhn check and SSNs that could be issued', () => {
    const { users } = shopData(7);
    expect(users.length).toBe(200);
    for (const { card, ssn } of users) {
      expect(luhn(card), card).toBe(true);
      expect(ssn).toMatch(/^(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}$/);
    }
  });
});

function luhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (i % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** A request target that `fetch` would mend before sending. */
function rawStatus(api: Api, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    httpRequest(api.url, { path }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    })
      .once('error', reject)
      .end();
  });
}
