// A running gateway under mixed traffic for a long time: every verdict right, nothing lost, memory, open files and sockets flat.
// SOAK_SECONDS and SOAK_RATE make it long: `SOAK_SECONDS=43200 SOAK_RATE=1000 npm run test:soak`. SOAK_REQUESTS ends it by their number,
// so that a machine that does not keep the rate takes longer instead of sending less: `npm run test:million`.
import { writeFileSync } from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createHistogram } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { booksOf, openFiles, PATIENCE_MS, pause, rssMegabytes } from '../faults/world.ts';
import { removeFolder, startGateway } from '../run/gateway-process.ts';
import { testFolder } from '../support/certificate.ts';
import { measuredOn } from '../support/measured-on.ts';

const PER_SECOND = Number(process.env.SOAK_RATE ?? 100);
const REQUESTS = Number(process.env.SOAK_REQUESTS ?? Number.POSITIVE_INFINITY);
/** A million may take twice as long as at the rate, and no longer. */
const SECONDS = Number(process.env.SOAK_SECONDS ?? (Number.isFinite(REQUESTS) ? (2 * REQUESTS) / PER_SECOND : 15));
/** A short run is hardly longer than the time that compilers and tables need to settle. */
const IS_LONG = SECONDS >= 300;
const AT_ONCE = 24;
const RELOAD_MS = 10_000;
const SAMPLE_MS = 1_000;

interface Kind {
  readonly name: string;
  /** Of twenty. */
  readonly share: number;
  readonly status: number;
  readonly method: string;
  readonly path: () => string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const UPLOAD = `--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n${'lorem ipsum '.repeat(8_000)}\r\n--b--\r\n`;

/** Ninety of a hundred are good ones. */
const KINDS: readonly Kind[] = [
  { name: 'read', share: 10, status: 200, method: 'GET', path: () => `/orders/${Math.floor(Math.random() * 500)}` },
  {
    name: 'write',
    share: 6,
    status: 200,
    method: 'POST',
    path: () => '/orders',
    headers: JSON_TYPE,
    body: JSON.stringify({ item: 'a lamp', count: 3, note: 'leave it at the door, please' }),
  },
  {
    name: 'upload',
    share: 1,
    status: 200,
    method: 'POST',
    path: () => '/files',
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    body: UPLOAD,
  },
  { name: 'unknown method', share: 1, status: 405, method: 'TRACE', path: () => '/' },
  {
    name: 'attack in a query',
    share: 1,
    status: 403,
    method: 'GET',
    path: () => `/orders?id=${encodeURIComponent("1' UNION SELECT password FROM users--")}`,
  },
  {
    name: 'attack in a body',
    share: 1,
    status: 403,
    method: 'POST',
    path: () => '/orders',
    headers: JSON_TYPE,
    body: JSON.stringify({ note: "x'; DROP TABLE users; --" }),
  },
];
const TURNS = KINDS.flatMap((kind) => Array.from({ length: kind.share }, () => kind));

describe('a soak', () => {
  it(
    `of ${Number.isFinite(REQUESTS) ? `${REQUESTS} requests` : `${SECONDS} s`} at ${PER_SECOND} a second leaves everything as it was`,
    async () => {
      const server = http.createServer((request, response) => {
        request.resume();
        request.on('end', () =>
          response.setHeader('content-type', 'application/json').end('{"order":1,"state":"sent"}'),
        );
      });
      // As upstreams behind a proxy should be set: one that closes idle connections early races with the next POST.
      server.keepAliveTimeout = 75_000;
      const sockets = new WebSocketServer({ server });
      sockets.on('connection', (socket) => {
        socket.on('message', (message) => socket.send(message));
        socket.on('error', () => {});
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const policies = testFolder();
      const upstream = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const gateway = await startGateway(
        ['--upstream', upstream, '--mode', 'enforce', '--workers', '1', '--policies', policies],
        testFolder(),
      );
      const [worker] = gateway.pids('gateway');
      const filesBefore = openFiles(worker!);
      const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
      const wrong = new Map<string, number>();
      const latenciesMs = createHistogram();
      const note = (text: string): void => void wrong.set(text, (wrong.get(text) ?? 0) + 1);
      let sent = 0;
      const send = (kind: Kind): Promise<void> =>
        new Promise((resolve) => {
          sent += 1;
          const sentAt = performance.now();
          const { method, headers = {}, body } = kind;
          const request = http.request(
            new URL(kind.path(), gateway.url),
            { method, agent, headers: { ...headers, 'content-length': Buffer.byteLength(body ?? '') } },
            (response) => {
              response.resume();
              response.on('error', () => {});
              response.once('close', () => {
                if (response.statusCode !== kind.status) note(`${kind.name}: ${response.statusCode}`);
                else if (!response.complete) note(`${kind.name}: cut`);
                latenciesMs.record(Math.max(1, Math.round(performance.now() - sentAt)));
                resolve();
              });
            },
          );
          request.once('error', (error: NodeJS.ErrnoException) => {
            note(`${kind.name}: ${error.code}`);
            resolve();
          });
          request.end(body);
        });
      const talk = (): Promise<void> =>
        new Promise((resolve) => {
          sent += 1;
          const socket = new WebSocket(gateway.url.replace('http', 'ws'));
          socket.once('open', () => socket.send('hello'));
          socket.once('message', () => socket.close());
          socket.once('error', (error) => note(`WebSocket: ${error.message}`));
          socket.once('close', () => resolve());
        });
      const files: number[] = [];
      const memory: number[] = [];
      const startedAt = performance.now();
      const elapsed = (): number => (performance.now() - startedAt) / 1_000;
      let turn = 0;
      let reloads = 0;
      const loop = async (): Promise<void> => {
        while (elapsed() < SECONDS && sent < REQUESTS) {
          if (sent > elapsed() * PER_SECOND) {
            await pause(5);
            continue;
          }
          turn += 1;
          await (turn % 100 === 0 ? talk() : send(TURNS[(turn * 7) % TURNS.length]!));
        }
      };
      const sampling = setInterval(() => {
        files.push(openFiles(worker!));
        memory.push(rssMegabytes(worker!));
      }, SAMPLE_MS);
      const reloading = setInterval(() => {
        reloads += 1;
        const text = `kind: exception\nid: soak\ndetector: injection-sql\nmatch: { endpoint: "POST /nowhere-${reloads}" }\nreason: a soak\nexpires: 2099-01-01\n`;
        writeFileSync(join(policies, 'soak.yaml'), text);
      }, RELOAD_MS);
      try {
        await Promise.all(Array.from({ length: AT_ONCE }, loop));
        clearInterval(sampling);
        clearInterval(reloading);
        const third = Math.max(1, Math.floor(memory.length / 3));
        const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
        const first = mean(memory.slice(0, third));
        const last = mean(memory.slice(-third));
        const filesEarly = Math.max(...files.slice(0, third));
        const filesLate = Math.max(...files.slice(-third));
        console.log(
          `soak: ${sent} requests in ${Math.round(elapsed())} s, ${reloads} reloads, ${[...wrong.values()].reduce((a, b) => a + b, 0)} wrong; worker ${first.toFixed(0)} MiB in the first third, ${last.toFixed(0)} MiB in the last; open files at most ${filesEarly} and ${filesLate}; p50 ${latenciesMs.percentile(50)} ms, p99 ${latenciesMs.percentile(99)} ms (${measuredOn()})`,
        );
        if (Number.isFinite(REQUESTS)) expect(sent).toBeGreaterThanOrEqual(REQUESTS);
        expect([...wrong]).toEqual([]);
        expect(sent).toBeGreaterThan(SECONDS * 10);
        // One to the client and one to the upstream for each of those at once, and WebSockets.
        expect(filesLate).toBeLessThanOrEqual(filesBefore + 3 * AT_ONCE);
        if (IS_LONG) {
          expect(filesLate).toBeLessThanOrEqual(filesEarly + 5);
          expect(last).toBeLessThanOrEqual(first * 1.1);
          expect(last).toBeLessThanOrEqual(300);
        }
        expect(gateway.pids('gateway')).toEqual([worker]);
        await booksOf(gateway, sent - (await methodsRefusedOnTheWire(gateway.admin)));
      } finally {
        clearInterval(sampling);
        clearInterval(reloading);
        agent.destroy();
        await gateway.stop('SIGKILL');
        sockets.close();
        server.closeAllConnections();
        server.close();
        removeFolder(gateway.data);
      }
    },
    (SECONDS + 60) * 1_000 + PATIENCE_MS,
  );
});

/** What the listener answers by itself is counted there, not as a transaction. */
async function methodsRefusedOnTheWire(admin: string): Promise<number> {
  const text = await (await fetch(`${admin}/metrics`)).text();
  return Number(/^sallyport_bad_requests_total (\d+)$/m.exec(text)?.[1] ?? 0);
}
