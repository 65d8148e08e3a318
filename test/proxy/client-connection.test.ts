import * as http from 'node:http';
import { describe, expect, it } from 'vitest';
import { gateway, upstreamThat } from './world.ts';

const REQUESTS_PER_CONNECTION_MAX = 1_000;

describe('a connection that brings request after request', () => {
  it('ends with its thousandth answer, which says so, and no request is refused', async () => {
    const upstream = await upstreamThat();
    const { port } = await gateway([upstream.url]);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const closing: number[] = [];
    const sockets = new Set<unknown>();
    for (let i = 1; i <= REQUESTS_PER_CONNECTION_MAX + 5; i++) {
      const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
        const request = http.get({ port, agent }, resolve).once('error', reject);
        request.once('socket', (socket) => sockets.add(socket));
      });
      expect(response.statusCode).toBe(200);
      if (response.headers.connection === 'close') closing.push(i);
      response.resume();
      await new Promise((ended) => response.once('close', ended));
    }
    agent.destroy();
    expect(closing).toEqual([REQUESTS_PER_CONNECTION_MAX]);
    expect(sockets.size).toBe(2);
  });
});
