// Servers that put text where it does not belong, and servers that only look as if they did.
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { Asker } from '../../src/audit/asker.ts';
import { askInjection } from '../../src/audit/checks/injection.ts';
import type { Credential } from '../../src/audit/checks/inside.ts';
import { askWebSockets } from '../../src/audit/checks/websocket.ts';
import type { Operation } from '../../src/audit/inventory.ts';
import { operation } from './operation.ts';

type Reply = readonly [status: number, body: string, type?: string];

let server: http.Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function askerOf(serve: http.Server, isDryRun = false): Promise<{ asker: Asker; origin: URL }> {
  server = serve;
  await new Promise<void>((listening) => serve.listen(0, '127.0.0.1', listening));
  const origin = new URL(`http://127.0.0.1:${(serve.address() as AddressInfo).port}`);
  const bounds = { requestsMax: 200, requestsPerSecond: 1_000, secondsMax: 60, onAsked: () => {} };
  return { asker: new Asker({ origin: origin.origin, isDryRun, headers: {}, ...bounds }), origin };
}

async function told(
  operations: readonly Operation[],
  answer: (url: URL, method: string, body: string) => Reply,
  { isActive = false, isDryRun = false } = {},
): Promise<{ found: string[]; planned: string[] }> {
  const serve = http.createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const [status, text, type = 'application/json'] = answer(new URL(request.url!, 'http://a'), request.method!, body);
    response.writeHead(status, { 'content-type': type }).end(text);
  });
  const { asker } = await askerOf(serve, isDryRun);
  const findings = await askInjection({ asker, operations, first: undefined, isActive });
  await asker.close();
  return {
    found: findings.map(({ id, place }) => `${id} ${place}`),
    planned: asker.planned.map(({ method }) => method),
  };
}

const last = (url: URL): string => decodeURIComponent(url.pathname.split('/').at(-1)!);
const search = operation('GET /search', { query: ['q'] });
const byId = operation('GET /items/{id}');

describe('text as a part of a statement', () => {
  it.each<[string, Operation, (url: URL) => Reply, string[]]>([
    [
      'an id that is calculated',
      byId,
      // As a statement with the id in it does.
      (url) => [
        200,
        `{"id":${last(url)
          .split('-')
          .reduce((all, one, i) => (i === 0 ? Number(one) : all - Number(one)), 0)}}`,
      ],
      ['statement-injection GET /items/{id}'],
    ],
    ['an id of which digits are read', byId, (url) => [200, `{"id":${Number.parseInt(last(url), 10)}}`], []],
    ['an id that is refused', byId, (url) => (/^\d+$/.test(last(url)) ? [200, last(url)] : [404, '{}']), []],
    ['one page for everything', byId, () => [200, '<h1>Shop</h1>', 'text/html'], []],
    [
      'a quote that ends the text',
      search,
      (url) => ((url.searchParams.get('q')!.split("'").length - 1) % 2 === 1 ? [500, '{}'] : [200, '[]']),
      ['statement-injection GET /search'],
    ],
    ['a quote that is kept apart', search, () => [200, '[]'], []],
    ['quotes that are refused', search, (url) => (url.search.includes('%27') ? [400, '{}'] : [200, '[]']), []],
    [
      'quotes of any number that break it',
      search,
      (url) => (url.search.includes('%27') ? [500, '{}'] : [200, '[]']),
      [],
    ],
    ['a server that is broken', search, () => [500, '{}'], []],
  ])('%s', async (_, one, answer, expected) => {
    expect((await told([one], answer)).found).toEqual(expected);
  });

  it('is not told of a server that fails now and then', async () => {
    let asked = 0;
    const { found } = await told([search], () => {
      asked += 1;
      return asked === 2 ? [500, '{}'] : [200, '[]'];
    });
    expect(found).toEqual([]);
  });
});

describe('text as markup', () => {
  const escaped = (text: string): string => text.replaceAll('<', '&lt;');
  it.each<[string, (text: string) => Reply, string[]]>([
    [
      'written as it is',
      (text) => [200, `<p>${text}</p>`, 'text/html; charset=utf-8'],
      ['markup-injection GET /search'],
    ],
    ['in an error page as well', (text) => [404, `no ${text}`, 'text/html'], ['markup-injection GET /search']],
    ['escaped', (text) => [200, `<p>${escaped(text)}</p>`, 'text/html'], []],
    ['in JSON', (text) => [200, JSON.stringify({ text }), 'application/json'], []],
  ])('of a parameter, %s', async (_, reply, expected) => {
    expect((await told([search], (url) => reply(url.searchParams.get('q')!))).found).toEqual(expected);
  });

  const notes = [operation('GET /notes'), operation('POST /notes', { fields: ['text'] })];
  const keep = (show: (text: string) => string) => {
    const kept: string[] = [];
    return (_: URL, method: string, body: string): Reply => {
      if (method === 'GET') return [200, kept.map(show).join('\n'), 'text/html'];
      kept.push((JSON.parse(body) as { text: string }).text);
      return [201, '{}'];
    };
  };

  it('that was kept is told where it is read, and asked for only when active', async () => {
    const answer = keep((text) => text);
    expect((await told(notes, answer)).found).toEqual([]);
    expect((await told(notes, answer, { isActive: true })).found).toEqual(['markup-injection GET /notes']);
    expect((await told(notes, keep(escaped), { isActive: true })).found).toEqual([]);
  });

  it('is listed in a dry run, and not sent', async () => {
    let asked = 0;
    const all = [byId, search, ...notes];
    const { found, planned } = await told(all, () => [200, `${asked++}`], { isActive: true, isDryRun: true });
    expect({ found, asked }).toEqual({ found: [], asked: 0 });
    expect(planned.filter((method) => method === 'POST')).toHaveLength(1);
  });
});

describe('a WebSocket', () => {
  const COOKIE = { name: 'cookie', value: 'sid=1' };
  const foundWith = async (
    isLetIn: (request: http.IncomingMessage) => boolean,
    first: Credential | undefined = undefined,
  ): Promise<string[]> => {
    const serve = http.createServer((_, response) => response.writeHead(404).end());
    const sockets = new WebSocketServer({ noServer: true });
    serve.on('upgrade', (request, socket, head) => {
      if (request.url === '/live' && isLetIn(request)) sockets.handleUpgrade(request, socket, head, () => {});
      else socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    });
    const { asker, origin } = await askerOf(serve);
    const operations = [operation('GET /live', { isWebSocket: true })];
    const findings = await askWebSockets({ asker, origin, operations, first, headers: {} });
    await asker.close();
    for (const one of sockets.clients) one.terminate();
    return findings.map(({ id, place }) => `${id} ${place}`);
  };

  it('that lets anybody in is told', async () => {
    expect(await foundWith(() => true)).toEqual(['open-websocket GET /live']);
  });

  it('that asks for a credential is not', async () => {
    expect(await foundWith(({ headers }) => headers.authorization !== undefined)).toEqual([]);
  });

  it('that believes a cookie from any site is told, and one that compares origins is not', async () => {
    expect(await foundWith(({ headers }) => headers.cookie === 'sid=1', COOKIE)).toEqual([
      'cross-site-websocket GET /live',
    ]);
    const isOwn = ({ headers }: http.IncomingMessage): boolean => headers.origin === 'https://shop.example';
    expect(await foundWith(isOwn, COOKIE)).toEqual([]);
  });
});
