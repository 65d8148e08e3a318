// A small shop, flawed the way real APIs are: object ids that nobody checks, answers that say too much, doors without locks.
// With `isHardened` every flaw is mended, so that a finding on that variant is a false one. Never to be exposed.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Catalogue } from './catalogue.ts';
import { type ShopData, shopData, type User } from './data.ts';
import { FailedLogins } from './failed-logins.ts';
import { answerGraphql } from './graphql.ts';
import { type Call, HttpProblem, jsonOf, matchPath, readBody, type SampleRoute, sendJson, sendText } from './http.ts';
import { openapiOfShop } from './openapi.ts';
import { pretendedFetch, pretendedFile, pretendedPing } from './pretended.ts';
import { logIn, userOf } from './sessions.ts';
import { serveStock } from './stock-socket.ts';
import { readUpload } from './upload.ts';

const CAREFUL = [
  ['cache-control', 'no-store'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['referrer-policy', 'no-referrer'],
  ['x-content-type-options', 'nosniff'],
] as const;

export interface SampleSettings {
  readonly host: string;
  readonly port: number;
  readonly seed?: number;
  readonly isHardened?: boolean;
}

export async function startSampleApi(
  settings: SampleSettings,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const isHardened = settings.isHardened === true;
  const data = shopData(settings.seed ?? 7);
  const routes = shopRoutes(data, isHardened);
  const server: Server = createServer(async (request, response) => {
    if (isHardened) for (const [name, value] of CAREFUL) response.setHeader(name, value);
    else {
      // Whoever asks may read, with the visitor's credentials.
      response.setHeader('access-control-allow-origin', request.headers.origin ?? '*');
      if (request.headers.origin !== undefined) response.setHeader('access-control-allow-credentials', 'true');
    }
    try {
      const url = targetOf(request.url ?? '/');
      const body = await readBody(request);
      for (const route of routes) {
        const parameters = route.method === request.method ? matchPath(route.path, url.pathname) : undefined;
        if (parameters !== undefined) return await route.handle({ request, response, url, parameters, body });
      }
      throw new HttpProblem(404, 'not found');
    } catch (error) {
      const status = error instanceof HttpProblem ? error.status : 500;
      const said = {
        error: (error as Error).message,
        ...(isHardened || status < 500 ? {} : { stack: (error as Error).stack }),
      };
      if (!response.headersSent)
        sendJson(response, status, isHardened && status >= 500 ? { error: 'internal error' } : said);
    }
  });
  const endSockets = serveStock(server, data, isHardened);
  await new Promise<void>((resolve) => {
    server.listen(settings.port, settings.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${settings.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        endSockets();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Only paths: `//` and an absolute target would make `URL` throw or take another host. */
function targetOf(target: string): URL {
  if (!target.startsWith('/')) throw new HttpProblem(400, 'a path is expected');
  return new URL(`http://sample${target}`);
}

function shopRoutes({ users, orders, products }: ShopData, isHardened: boolean): SampleRoute[] {
  const catalogue = new Catalogue(products, isHardened);
  const failed = new FailedLogins();
  const placed = [...orders];
  const comments: { user: string; text: string }[] = [];
  const caller = ({ request }: Call): User | undefined => userOf(users, request);
  const mustLogIn = (call: Call): User => {
    const user = caller(call);
    if (user === undefined) throw new HttpProblem(401, 'log in first');
    return user;
  };
  const mustBe = (call: Call, role: User['role']): void => {
    if (isHardened && mustLogIn(call).role !== role) throw new HttpProblem(403, 'forbidden');
  };
  /** Over-sharing: everything the table has, where three fields were asked for. */
  const shown = (user: User): Partial<User> => (isHardened ? { id: user.id, name: user.name } : user);
  const shop = { users, orders: placed, shown, isHardened };
  return [
    {
      method: 'GET',
      path: '/openapi.json',
      handle: ({ response }) => sendJson(response, 200, openapiOfShop(isHardened)),
    },
    { method: 'GET', path: '/healthz', handle: ({ response }) => sendJson(response, 200, { status: 'ok' }) },
    {
      method: 'POST',
      path: '/api/login',
      handle: ({ response, body }) => {
        const { email, password } = jsonOf(body);
        const account = String(email);
        if (isHardened && failed.isLocked(account, Date.now())) {
          response.setHeader('retry-after', '60');
          throw new HttpProblem(429, 'too many wrong passwords');
        }
        const token = logIn(users, email, password);
        if (token === undefined) failed.failed(account, Date.now());
        else failed.succeeded(account);
        sendJson(
          response,
          token === undefined ? 401 : 200,
          token === undefined ? { error: 'wrong e-mail or password' } : { token },
        );
      },
    },
    {
      method: 'GET',
      path: '/api/users',
      handle: (call) => {
        mustBe(call, 'admin');
        sendJson(
          call.response,
          200,
          users.slice(0, 50).map((user) => ({ id: user.id, name: user.name, email: user.email })),
        );
      },
    },
    {
      method: 'GET',
      path: '/api/users/{id}',
      handle: (call) => {
        const user = users.find((one) => one.id === Number(call.parameters.id));
        if (user === undefined) throw new HttpProblem(404, 'no such user');
        if (isHardened && mustLogIn(call).id !== user.id) throw new HttpProblem(403, 'forbidden');
        sendJson(call.response, 200, shown(user));
      },
    },
    {
      method: 'GET',
      path: '/api/orders',
      handle: (call) => {
        const user = mustLogIn(call);
        sendJson(
          call.response,
          200,
          placed.filter((order) => order.userId === user.id),
        );
      },
    },
    {
      method: 'GET',
      path: '/api/orders/{id}',
      handle: (call) => {
        const user = mustLogIn(call);
        const order = placed.find((one) => one.id === Number(call.parameters.id));
        if (order === undefined || (isHardened && order.userId !== user.id))
          throw new HttpProblem(404, 'no such order');
        sendJson(call.response, 200, order);
      },
    },
    {
      method: 'POST',
      path: '/api/orders',
      handle: (call) => {
        const user = mustLogIn(call);
        const given = jsonOf(call.body);
        const product = products.find((one) => one.id === given.productId);
        if (product === undefined) throw new HttpProblem(400, 'no such product');
        const quantity = Number(given.quantity ?? 1);
        const order = {
          id: 1_000 + placed.length,
          userId: user.id,
          productId: product.id,
          quantity,
          total: product.price * quantity,
          status: 'new',
          address: '',
        };
        // Mass assignment: whatever the client says about its order is taken.
        placed.push(isHardened ? order : { ...order, ...given });
        sendJson(call.response, 201, placed.at(-1));
      },
    },
    {
      method: 'GET',
      path: '/api/products',
      handle: ({ response, url }) => sendJson(response, 200, catalogue.search(url.searchParams.get('search') ?? '')),
    },
    {
      method: 'GET',
      path: '/api/products/{id}',
      handle: ({ response, parameters }) => sendJson(response, 200, catalogue.byId(parameters.id!) ?? null),
    },
    {
      method: 'POST',
      path: '/api/search',
      handle: ({ response, body }) => {
        const query = String(jsonOf(body).query ?? '');
        sendJson(response, 200, { query, results: catalogue.search(isHardened ? query : query.replaceAll("'", "''")) });
      },
    },
    {
      method: 'POST',
      path: '/api/upload',
      handle: async (call) => {
        mustLogIn(call);
        const contentType = call.request.headers['content-type'] ?? '';
        sendJson(call.response, 201, await readUpload(call.body, contentType));
      },
    },
    {
      method: 'POST',
      path: '/api/comments',
      handle: (call) => {
        const user = mustLogIn(call);
        comments.push({ user: user.name, text: String(jsonOf(call.body).text ?? '').slice(0, 10_000) });
        sendJson(call.response, 201, { count: comments.length });
      },
    },
    {
      method: 'GET',
      path: '/api/comments',
      handle: ({ response }) => {
        const escaped = (text: string): string =>
          isHardened ? text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`) : text;
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
        response.end(
          comments
            .slice(-100)
            .map(({ user, text }) => `<p>${user}: ${escaped(text)}</p>`)
            .join('\n'),
        );
      },
    },
    {
      method: 'GET',
      path: '/api/admin/users',
      handle: (call) => {
        mustBe(call, 'admin');
        sendJson(call.response, 200, users.slice(0, 100).map(shown));
      },
    },
    {
      method: 'GET',
      path: '/api/admin/export',
      handle: (call) => {
        mustBe(call, 'admin');
        sendJson(call.response, 200, { users: users.map(shown), orders: placed });
      },
    },
    {
      method: 'GET',
      path: '/debug/vars',
      handle: ({ response }) => {
        if (isHardened) throw new HttpProblem(404, 'not found');
        sendJson(response, 200, { node: process.version, uptime: process.uptime(), memory: process.memoryUsage() });
      },
    },
    {
      method: 'POST',
      path: '/graphql',
      handle: async (call) => {
        const own = isHardened ? mustLogIn(call) : undefined;
        sendJson(call.response, 200, await answerGraphql(shop, jsonOf(call.body), own));
      },
    },
    {
      method: 'GET',
      path: '/api/files',
      handle: ({ response, url }) => sendText(response, pretendedFile(url.searchParams.get('name') ?? '', isHardened)),
    },
    {
      method: 'POST',
      path: '/api/fetch',
      handle: ({ response, body }) =>
        sendJson(response, 200, pretendedFetch(String(jsonOf(body).url ?? ''), isHardened)),
    },
    {
      method: 'GET',
      path: '/api/ping',
      handle: ({ response, url }) => sendText(response, pretendedPing(url.searchParams.get('host') ?? '', isHardened)),
    },
    {
      method: 'GET',
      path: '/api/events',
      handle: ({ response, request }) => {
        response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
        let count = 0;
        const timer = setInterval(() => {
          count += 1;
          response.write(`data: {"stock":${count}}\n\n`);
          if (count >= 100) response.end();
        }, 200);
        request.socket.once('close', () => clearInterval(timer));
        response.once('close', () => clearInterval(timer));
      },
    },
  ];
}
