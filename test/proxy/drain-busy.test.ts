// G2: a request that reached a kept connection while the process had no processor is answered, although the connection looks idle
// when its time is over.
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { InspectorThatForwards } from './inspectors.ts';
import { gateway, upstreamThat, withPatience } from './world.ts';

/** Has one answer on a kept connection, and asks once more after `ms` by a clock of its own thread. */
const CLIENT = `
const { parentPort, workerData: { port } } = require('node:worker_threads');
const socket = require('node:net').connect(port, '127.0.0.1');
const ask = () => socket.write('GET / HTTP/1.1\\r\\nHost: api.example\\r\\n\\r\\n');
let text = '';
socket.on('connect', ask);
socket.on('data', (chunk) => {
  text += chunk.toString('latin1');
  if (text.includes('ready')) parentPort.postMessage(text);
  if (text.includes('ready')) text = '';
});
socket.on('error', () => {});
socket.on('close', () => parentPort.postMessage('closed ' + text));
parentPort.on('message', (ms) => setTimeout(ask, ms));
`;

it('answers what came while it stood still, before it closes connections that look idle', async () => {
  const upstream = await upstreamThat((_, response) => response.end('ready'));
  const { plane, port } = await gateway([upstream.url], new InspectorThatForwards());
  const client = new Worker(CLIENT, { eval: true, workerData: { port } });
  onTestFinished(() => void client.terminate());
  await withPatience(once(client, 'message'), 'the first answer');
  client.postMessage(1_100);
  const drained = plane.drain(5_000);
  await wait(800);
  // No processor from before the connection's time is over until after the request came.
  for (const until = performance.now() + 600; performance.now() < until; );
  const [answer] = (await withPatience(once(client, 'message'), 'the second answer')) as [string];
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer.toLowerCase()).toContain('connection: close');
  await drained;
});
