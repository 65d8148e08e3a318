// Monitor mode: whatever inspection costs, the client has the whole answer before its copy is looked at, byte for byte.
import { createHash, randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { InspectorThatForwards, route } from './inspectors.ts';
import { gateway, upstreamThat } from './world.ts';

/** A client on a thread of its own: what it sees does not wait for anything here. */
const CLIENT = `
const { parentPort, workerData } = require('node:worker_threads');
const { createHash } = require('node:crypto');
const http = require('node:http');
const body = Buffer.from(workerData.body, 'base64');
const request = http.request({ port: workerData.port, path: '/a', method: 'POST', headers: { 'content-type': 'application/json', 'content-length': body.length } }, (response) => {
  const hash = createHash('sha256');
  response.on('data', (chunk) => hash.update(chunk));
  response.on('end', () => parentPort.postMessage({ at: Date.now(), hash: hash.digest('hex') }));
});
request.end(body);
`;

const SLOW_MS = 400;

function work(): void {
  const end = Date.now() + SLOW_MS;
  while (Date.now() < end);
}

it.each([
  ['small', 900],
  ['large', 300_000],
])('gives a %s answer before it inspects its copy', async (_, bytes) => {
  const sent = randomBytes(bytes);
  const answer = randomBytes(bytes);
  let judgedAt = 0;
  const inspector = new InspectorThatForwards({
    route: route({ mode: 'monitor' }),
    responseBody: () => {
      judgedAt = Date.now();
      work();
      return { kind: 'forward', replacement: undefined };
    },
  });
  const upstream = await upstreamThat((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(answer);
  });
  const { port } = await gateway([upstream.url], inspector);
  const client = new Worker(CLIENT, { eval: true, workerData: { port, body: sent.toString('base64') } });
  const got = await new Promise<{ at: number; hash: string }>((resolve, reject) => {
    client.once('message', resolve);
    client.once('error', reject);
  });
  await inspector.untilCompleted(1);
  await client.terminate();
  expect(got.hash).toBe(createHash('sha256').update(answer).digest('hex'));
  expect(upstream.received[0]!.body).toEqual(sent);
  expect(inspector.responseBodies[0]).toEqual(answer);
  expect(judgedAt).toBeGreaterThan(0);
  expect(got.at).toBeLessThan(judgedAt + SLOW_MS);
});
