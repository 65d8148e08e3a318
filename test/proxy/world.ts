// A gateway between a raw client and a scripted upstream, all on loopback and on ports the system chooses.
import * as http from 'node:http';
import * as net from 'node:net';
import { onTestFinished } from 'vitest';
import type { Inspector } from '../../src/core/inspector.ts';
import { createDataPlane, type DataPlane } from '../../src/proxy/data-plane.ts';
import type { ProxySettings, UpstreamSettings } from '../../src/proxy/settings.ts';
import { InspectorThatForwards } from './inspectors.ts';

/** Longest anything on loopback may take before a test gives up. */
const PATIENCE_MS = 10_000;

export interface Gateway {
  readonly plane: DataPlane;
  readonly port: number;
}

export function upstreamSettings(urls: readonly string[], changes: Partial<UpstreamSettings> = {}): UpstreamSettings {
  return {
    name: 'api',
    urls,
    balancing: 'round-robin',
    connectionsMax: 64,
    connectTimeoutMs: 1_000,
    tls: { ca: undefined, rejectUnauthorized: true, servername: undefined },
    healthCheck: undefined,
    ...changes,
  };
}

export async function gateway(
  upstream: UpstreamSettings | readonly string[],
  inspector: Inspector = new InspectorThatForwards(),
  changes: Partial<ProxySettings> = {},
): Promise<Gateway> {
  const plane = createDataPlane(
    {
      host: '127.0.0.1',
      port: 0,
      tls: undefined,
      upstreams: ['name' in upstream ? upstream : upstreamSettings(upstream)],
      heldBytesMax: 64 * 1024 * 1024,
      connectionsMax: 1_000,
      ...changes,
    },
    inspector,
  );
  const port = await plane.listen();
  onTestFinished(async () => {
    await plane.drain(0);
  });
  return { plane, port };
}

export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  readonly connection: number;
}

export interface UpstreamServer {
  readonly url: string;
  readonly port: number;
  readonly received: ReceivedRequest[];
  readonly server: http.Server;
  readonly connections: Set<net.Socket>;
  /** Connections ever made. */
  connectionCount: number;
}

type Answer = (request: ReceivedRequest, response: http.ServerResponse) => void;

/** An HTTP server that reads whole requests, keeps them, and answers as told. */
export async function upstreamThat(
  answer: Answer = (_, response) => response.end('ok'),
  listener?: http.RequestListener,
): Promise<UpstreamServer> {
  const connections = new Set<net.Socket>();
  const received: ReceivedRequest[] = [];
  const numbers = new WeakMap<net.Socket, number>();
  const server = http.createServer((request, response) => {
    if (listener !== undefined) {
      listener(request, response);
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const whole: ReceivedRequest = {
        method: request.method!,
        url: request.url!,
        rawHeaders: request.rawHeaders,
        headers: request.headers,
        body: Buffer.concat(chunks),
        connection: numbers.get(request.socket)!,
      };
      received.push(whole);
      answer(whole, response);
    });
  });
  server.keepAliveTimeout = 30_000;
  const result = { url: '', port: 0, received, server, connections, connectionCount: 0 };
  server.on('connection', (socket) => {
    result.connectionCount += 1;
    numbers.set(socket, result.connectionCount);
    connections.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => connections.delete(socket));
  });
  const port = await listening(server);
  return Object.assign(result, { url: `http://127.0.0.1:${port}`, port });
}

/** A TCP server for what no HTTP server would say. `script` gets everything received so far, each time more comes. */
export async function rawUpstream(
  script: (received: string, socket: net.Socket) => void,
): Promise<{ url: string; connections: Set<net.Socket>; received: string[] }> {
  const connections = new Set<net.Socket>();
  const received: string[] = [];
  const server = net.createServer((socket) => {
    const index = received.push('') - 1;
    connections.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => connections.delete(socket));
    socket.on('data', (chunk) => {
      received[index] += chunk.toString('latin1');
      script(received[index]!, socket);
    });
  });
  server.on('connection', () => {});
  const port = await listening(server);
  onTestFinished(() => {
    for (const socket of connections) socket.destroy();
  });
  return { url: `http://127.0.0.1:${port}`, connections, received };
}

export async function listening(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    if (server instanceof http.Server) server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as net.AddressInfo).port;
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface RawAnswer {
  readonly text: string;
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Writes bytes and reads until the other side closes. The request has to make it do so. */
export async function rawExchange(port: number, bytes: string | Buffer): Promise<RawAnswer> {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  await withPatience(closed(socket), 'the connection to be closed');
  return parsed(Buffer.concat(chunks).toString('latin1'));
}

export function parsed(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  return {
    text,
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0),
    head: end === -1 ? text : text.slice(0, end),
    body: end === -1 ? '' : text.slice(end + 4),
  };
}

export function closed(socket: net.Socket): Promise<void> {
  return socket.destroyed
    ? Promise.resolve()
    : new Promise((resolve) => {
        socket.once('close', () => resolve());
      });
}

export interface Answered {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** A request by Node's own client. */
export function ask(
  port: number,
  options: http.RequestOptions & { readonly body?: string | Buffer } = {},
): Promise<Answered> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, agent: false, ...rest }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          rawHeaders: response.rawHeaders,
          body: Buffer.concat(chunks),
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Resolves when the condition holds; looks at each turn of the event loop, and fails when it takes too long. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export async function withPatience<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const impatience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain for ${what}`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, impatience]);
  } finally {
    clearTimeout(timer);
  }
}
