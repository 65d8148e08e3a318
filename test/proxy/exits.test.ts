// Completion always runs, exactly once: a row for every way out of a transaction.
import * as net from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { Fault } from '../../src/core/fault.ts';
import { blocking, InspectorThatForwards, route } from './inspectors.ts';
import {
  ask,
  closed,
  closedPort,
  gateway,
  rawExchange,
  rawUpstream,
  until,
  upstreamSettings,
  upstreamThat,
} from './world.ts';

interface Exit {
  readonly name: string;
  readonly inspector: () => InspectorThatForwards;
  readonly upstream?: () => Promise<string>;
  readonly act: (port: number) => Promise<unknown>;
  readonly status: number;
  readonly fault: string | undefined;
  /** Calls between `begin` and `complete`. */
  readonly calls: readonly string[];
}

const GET = { method: 'GET', path: '/a' };
const POST = { method: 'POST', path: '/a', body: 'x'.repeat(2_000) };
const HEAD_PHASES = ['requestHead', 'responseHead', 'responseBody'];
const forwards = () => new InspectorThatForwards();

/** Sends a request and leaves as soon as the upstream is busy with it. */
async function leave(port: number, bytes: string): Promise<void> {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(bytes);
  socket.resume();
  await until(() => busy > 0, 'the upstream to have the request');
  socket.resetAndDestroy();
  await closed(socket);
}

let busy = 0;

async function upstreamThatIsSilent(): Promise<string> {
  busy = 0;
  const { url } = await rawUpstream(() => {
    busy += 1;
  });
  return url;
}

async function upstreamThatSays(text: string, ends: 'end' | 'reset' | 'stay'): Promise<string> {
  busy = 0;
  const { url } = await rawUpstream((received, socket) => {
    if (!received.includes('\r\n\r\n')) return;
    busy += 1;
    socket.write(text, 'latin1', () => {
      if (ends === 'end') socket.end();
      if (ends === 'reset') socket.resetAndDestroy();
    });
  });
  return url;
}

const EXITS: readonly Exit[] = [
  {
    name: 'an answer without a body',
    inspector: forwards,
    act: (port) => ask(port, { ...GET, method: 'HEAD' }),
    status: 200,
    fault: undefined,
    calls: ['requestHead', 'responseHead'],
  },
  {
    name: 'an answer',
    inspector: forwards,
    act: (port) => ask(port, GET),
    status: 200,
    fault: undefined,
    calls: HEAD_PHASES,
  },
  {
    name: 'an answer to a body',
    inspector: forwards,
    act: (port) => ask(port, POST),
    status: 200,
    fault: undefined,
    calls: ['requestHead', 'requestBody', 'responseHead', 'responseBody'],
  },
  {
    name: 'an answer to a body in monitor mode',
    inspector: () => new InspectorThatForwards({ route: route({ mode: 'monitor' }) }),
    act: (port) => ask(port, POST),
    status: 200,
    fault: undefined,
    calls: ['requestHead', 'requestBody', 'responseHead', 'responseBody'],
  },
  {
    name: 'an answer with inspection off',
    inspector: () => new InspectorThatForwards({ route: route({ mode: 'off' }) }),
    act: (port) => ask(port, POST),
    status: 200,
    fault: undefined,
    calls: ['requestHead', 'responseHead'],
  },
  {
    name: 'a block at the request head',
    inspector: () => new InspectorThatForwards({ requestHead: () => ({ kind: 'block', verdict: blocking() }) }),
    act: (port) => ask(port, GET),
    status: 403,
    fault: undefined,
    calls: ['requestHead'],
  },
  {
    name: 'a refused request head',
    inspector: forwards,
    act: (port) => rawExchange(port, 'GET / HTTP/1.1\r\nHost: a@b\r\n\r\n'),
    status: 400,
    fault: 'HOST_INVALID',
    calls: ['requestHead'],
  },
  {
    name: 'a block at the request body',
    inspector: () => new InspectorThatForwards({ requestBody: () => ({ kind: 'block', verdict: blocking() }) }),
    act: (port) => ask(port, POST),
    status: 403,
    fault: undefined,
    calls: ['requestHead', 'requestBody'],
  },
  {
    name: 'a request body over the limit',
    inspector: () => new InspectorThatForwards({ route: route({}, { requestBodyBytesMax: 1_000 }) }),
    act: (port) => ask(port, POST),
    status: 413,
    fault: 'BODY_OVER_LIMIT',
    calls: ['requestHead', 'requestBodyOverLimit'],
  },
  {
    name: 'a request body over the limit that may pass',
    inspector: () =>
      new InspectorThatForwards({
        route: route({ on: { ...route().on, bodyOverLimit: 'allow' } }, { requestBodyBytesMax: 1_000 }),
      }),
    act: (port) => ask(port, POST),
    status: 200,
    fault: undefined,
    calls: ['requestHead', 'requestBodyOverLimit', 'responseHead', 'responseBody'],
  },
  {
    name: 'a client that leaves while it sends its body',
    inspector: forwards,
    act: async (port) => {
      const socket = net.connect(port, '127.0.0.1');
      await new Promise<void>((resolve) =>
        socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc', () => resolve()),
      );
      socket.resetAndDestroy();
    },
    status: 0,
    fault: 'CLIENT_CLOSED',
    calls: ['requestHead'],
  },
  {
    name: 'a client that leaves before the answer',
    inspector: forwards,
    upstream: upstreamThatIsSilent,
    act: (port) => leave(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
    status: 0,
    fault: 'CLIENT_CLOSED',
    calls: ['requestHead'],
  },
  {
    name: 'a client that leaves during a streamed answer',
    inspector: () => new InspectorThatForwards({ route: route({ mode: 'off' }) }),
    upstream: () => upstreamThatSays('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc', 'stay'),
    act: (port) => leave(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
    status: -1,
    fault: 'CLIENT_CLOSED',
    calls: ['requestHead', 'responseHead'],
  },
  {
    name: 'a client that leaves during a held answer',
    inspector: forwards,
    upstream: () => upstreamThatSays('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc', 'stay'),
    act: (port) => leave(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
    status: 0,
    fault: 'CLIENT_CLOSED',
    calls: ['requestHead', 'responseHead?'],
  },
  {
    name: 'an upstream that nobody listens for',
    inspector: forwards,
    upstream: async () => `http://127.0.0.1:${await closedPort()}`,
    act: (port) => ask(port, GET),
    status: 502,
    fault: 'UPSTREAM_CONNECT_FAILED',
    calls: ['requestHead'],
  },
  {
    name: 'a route to an upstream that is not there',
    inspector: () => new InspectorThatForwards({ route: route({ upstream: 'elsewhere' }) }),
    act: (port) => ask(port, GET),
    status: 502,
    fault: 'UPSTREAM_UNKNOWN',
    calls: ['requestHead'],
  },
  {
    name: 'an upstream that does not answer in time',
    inspector: () => new InspectorThatForwards({ route: route({ timeouts: { headersMs: 50, bodyMs: 50 } }) }),
    upstream: upstreamThatIsSilent,
    act: (port) => ask(port, GET),
    status: 504,
    fault: 'UPSTREAM_TIMEOUT',
    calls: ['requestHead'],
  },
  {
    name: 'an upstream that resets',
    inspector: forwards,
    upstream: () => upstreamThatSays('', 'reset'),
    act: (port) => ask(port, POST),
    status: 502,
    fault: 'UPSTREAM_RESET',
    calls: ['requestHead', 'requestBody'],
  },
  {
    name: 'an upstream that says what is no HTTP',
    inspector: forwards,
    upstream: () => upstreamThatSays('HELO\r\n\r\n', 'stay'),
    act: (port) => ask(port, GET),
    status: 502,
    fault: 'UPSTREAM_RESPONSE_INVALID',
    calls: ['requestHead'],
  },
  {
    name: 'a status that is none',
    inspector: forwards,
    upstream: () => upstreamThatSays('HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n', 'stay'),
    act: (port) => ask(port, GET),
    status: 502,
    fault: 'UPSTREAM_RESPONSE_INVALID',
    calls: ['requestHead'],
  },
  {
    name: 'a held answer that ends too early',
    inspector: forwards,
    upstream: () => upstreamThatSays('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc', 'end'),
    act: (port) => ask(port, POST),
    status: 502,
    fault: 'UPSTREAM_R*',
    calls: ['requestHead', 'requestBody', 'responseHead'],
  },
  {
    name: 'a streamed answer that ends too early',
    inspector: () => new InspectorThatForwards({ route: route({ mode: 'off' }) }),
    upstream: () => upstreamThatSays('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc', 'end'),
    act: (port) => ask(port, GET).catch(() => undefined),
    status: 200,
    fault: 'UPSTREAM_R*',
    calls: ['requestHead', 'responseHead'],
  },
  {
    name: 'a refused response head',
    inspector: () =>
      new InspectorThatForwards({
        responseHead: () => ({ kind: 'refuse', fault: new Fault('RESPONSE_REFUSED', 'upstream', 502) }),
      }),
    act: (port) => ask(port, GET),
    status: 502,
    fault: 'RESPONSE_REFUSED',
    calls: ['requestHead', 'responseHead'],
  },
  {
    name: 'a blocked response body',
    inspector: () => new InspectorThatForwards({ responseBody: () => ({ kind: 'block', verdict: blocking() }) }),
    act: (port) => ask(port, GET),
    status: 403,
    fault: undefined,
    calls: HEAD_PHASES,
  },
  {
    name: 'a response body over the limit that may pass',
    inspector: () => new InspectorThatForwards({ route: route({}, { responseBodyBytesMax: 1 }) }),
    act: (port) => ask(port, GET),
    status: 200,
    fault: undefined,
    calls: ['requestHead', 'responseHead', 'responseBodyOverLimit'],
  },
  {
    name: 'a response body over the limit that is blocked',
    inspector: () =>
      new InspectorThatForwards({
        route: route({}, { responseBodyBytesMax: 1 }),
        responseBodyOverLimit: () => ({ kind: 'block', verdict: blocking() }),
      }),
    act: (port) => ask(port, GET),
    status: 403,
    fault: undefined,
    calls: ['requestHead', 'responseHead', 'responseBodyOverLimit'],
  },
  {
    name: 'a target that cannot be forwarded',
    inspector: forwards,
    act: (port) => rawExchange(port, 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n'),
    status: 400,
    fault: 'REQUEST_NOT_FORWARDABLE',
    calls: ['requestHead'],
  },
];

describe('every way out of a transaction', () => {
  let ran = 0;

  it.each(EXITS.map((exit) => [exit.name, exit] as const))('%s completes it once', async (_, exit) => {
    const inspector = exit.inspector();
    const url = exit.upstream === undefined ? (await upstreamThat()).url : await exit.upstream();
    const { plane, port } = await gateway(upstreamSettings([url]), inspector);
    await exit.act(port);
    const [completed] = await inspector.untilCompleted(1);
    await until(() => plane.counters.activeTransactions === 0, 'no transaction to be active');
    expect(inspector.completed).toHaveLength(1);
    if (exit.status >= 0) expect(completed!.status).toBe(exit.status);
    const fault = completed!.fault?.code;
    if (exit.fault?.endsWith('*')) expect(fault).toMatch(new RegExp(`^${exit.fault.slice(0, -1)}`));
    else expect(fault).toBe(exit.fault);
    const names = inspector.namesOf(completed!.id);
    const optional = exit.calls.find((name) => name.endsWith('?'))?.slice(0, -1);
    const wanted = exit.calls
      .map((name) => name.replace('?', ''))
      .filter((name) => name !== optional || names.includes(name));
    expect(names).toEqual(['begin', ...wanted, 'complete']);
    expect(plane.counters.heldBytes).toBe(0);
    expect(plane.counters.inspectionErrors).toBe(0);
    ran += 1;
  });

  afterAll(() => {
    expect(ran).toBe(EXITS.length);
  });
});
