// W4: the engine never throws, by contract. If it does all the same, wherever it is called from, it costs one transaction, never the
// worker, never a byte that is held for ever, and it is counted.
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { DEFAULT_LIMITS } from '../../src/core/limits.ts';
import { InspectorThatThrows } from './inspectors.ts';
import { ask, gateway, until, upstreamThat } from './world.ts';

const HOOKS = [
  'begin',
  'requestHead',
  'requestBody',
  'requestBodyOverLimit',
  'upstreamHeaders',
  'responseHead',
  'responseBody',
  'responseBodyOverLimit',
  'downstreamHeaders',
  'complete',
];
const HOOKS_OF_UPGRADES = ['begin', 'requestHead', 'upstreamHeaders', 'responseHead', 'downstreamHeaders', 'complete'];
const BODY_BYTES = 2_000;

/** Bodies in the direction that the hook is about are longer than allowed. */
function limitsFor(hook: string): typeof DEFAULT_LIMITS {
  return {
    ...DEFAULT_LIMITS,
    ...(hook === 'requestBodyOverLimit' ? { requestBodyBytesMax: BODY_BYTES / 2 } : {}),
    ...(hook === 'responseBodyOverLimit' ? { responseBodyBytesMax: BODY_BYTES / 2 } : {}),
  };
}

describe('an inspector that throws against its contract', () => {
  it.each(HOOKS.flatMap((hook) => [[hook, 'enforce'] as const, [hook, 'monitor'] as const]))(
    'in %s, in %s mode, costs one transaction and not the worker',
    async (hook, mode) => {
      const upstream = await upstreamThat((_, response) => response.end('y'.repeat(BODY_BYTES)));
      const inspector = new InspectorThatThrows(hook, { mode, limits: limitsFor(hook) });
      const { plane, port } = await gateway([upstream.url], inspector);
      const post = { method: 'POST', path: '/a', body: 'x'.repeat(BODY_BYTES) };
      const answers = await Promise.allSettled([ask(port, post), ask(port, post)]);
      for (const answer of answers) {
        if (answer.status === 'fulfilled') expect([200, 500, 503]).toContain(answer.value.status);
      }
      await until(() => plane.counters.activeTransactions === 0, 'no transaction to be active');
      expect(plane.counters.inspectionErrors).toBe(2);
      expect(plane.counters.heldBytes).toBe(0);
    },
  );

  it.each(HOOKS_OF_UPGRADES)('in %s of an upgrade, leaves no socket and no worker behind', async (hook) => {
    const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    onTestFinished(() => sockets.close());
    await new Promise((resolve) => sockets.once('listening', resolve));
    const { port: upstream } = sockets.address() as { port: number };
    const { plane, port } = await gateway([`http://127.0.0.1:${upstream}`], new InspectorThatThrows(hook));
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
    socket.on('open', () => socket.close());
    await new Promise<void>((resolve) => {
      socket.on('error', () => {});
      socket.once('close', () => resolve());
    });
    await until(() => plane.counters.inspectionErrors === 1, 'the error to be counted');
    await until(() => plane.counters.activeTransactions === 0, 'no transaction to be active');
    await until(() => sockets.clients.size === 0, 'the upstream to be left');
  });
});
