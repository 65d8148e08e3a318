// Several URLs: connections kept, load shared, failures routed around, and never a request sent twice that had an effect.
import * as http from 'node:http';
import { describe, expect, it } from 'vitest';
import { leastPending, roundRobin } from '../../src/proxy/balancing.ts';
import { CircuitBreaker } from '../../src/proxy/circuit-breaker.ts';
import { RetryBudget } from '../../src/proxy/retry-budget.ts';
import type { UpstreamMember } from '../../src/proxy/upstream-member.ts';
import { InspectorThatForwards, route } from './inspectors.ts';
import { ask, closedPort, gateway, rawUpstream, until, upstreamSettings, upstreamThat } from './world.ts';

const NOTHING_LISTENS = async () => `http://127.0.0.1:${await closedPort()}`;

describe('connections to an upstream', () => {
  it('are kept for the next request', async () => {
    const upstream = await upstreamThat();
    const { port } = await gateway([upstream.url]);
    for (let i = 0; i < 20; i++)
      await ask(port, { method: i % 2 === 0 ? 'GET' : 'POST', ...(i % 2 ? { body: 'x' } : {}) });
    expect(upstream.connectionCount).toBe(1);
  });

  it('are no more than allowed, and what waits is served in turn', async () => {
    const upstream = await upstreamThat((_, response) => setImmediate(() => response.end('ok')));
    const { port } = await gateway(upstreamSettings([upstream.url], { connectionsMax: 2, waitingMax: 50 }));
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask(port)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(upstream.connectionCount).toBeLessThanOrEqual(2);
  });

  it('that are all taken, with enough waiting, make the next one a 503 at once', async () => {
    const { url } = await rawUpstream(() => {});
    const inspector = new InspectorThatForwards();
    const { port, plane } = await gateway(upstreamSettings([url], { connectionsMax: 2, waitingMax: 3 }), inspector);
    const hanging = Array.from({ length: 5 }, () => ask(port).catch(() => undefined));
    await until(() => plane.counters.activeTransactions === 5, 'five transactions');
    const answer = await ask(port);
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    await plane.drain(0);
    await Promise.all(hanging);
  });

  it('never carry a client’s Host as a promise about the certificate', async () => {
    const upstream = await upstreamThat();
    const { port } = await gateway([upstream.url]);
    await ask(port, { headers: { host: 'one.example' } });
    await ask(port, { headers: { host: 'two.example' } });
    expect(upstream.received.map(({ headers }) => headers.host)).toEqual(['one.example', 'two.example']);
    expect(upstream.connectionCount).toBe(1);
  });
});

describe('balancing', () => {
  const members = ['a', 'b', 'c'].map((origin) => ({ origin, pending: 0 }) as UpstreamMember);

  it('round robin takes each in turn', () => {
    const choose = roundRobin();
    expect(Array.from({ length: 7 }, () => choose(members).origin).join('')).toBe('abcabca');
  });

  it('least pending takes the least busy, and each in turn among equals', () => {
    const choose = leastPending();
    expect(new Set(Array.from({ length: 6 }, () => choose(members).origin))).toEqual(new Set(['a', 'b', 'c']));
    const busy = [{ pending: 5 }, { pending: 1 }, { pending: 3 }] as UpstreamMember[];
    expect(Array.from({ length: 4 }, () => choose(busy))).toEqual(Array(4).fill(busy[1]));
  });

  it('shares requests between URLs', async () => {
    const upstreams = [await upstreamThat(), await upstreamThat()];
    const { port } = await gateway(upstreams.map(({ url }) => url));
    for (let i = 0; i < 10; i++) await ask(port);
    expect(upstreams.map(({ received }) => received.length)).toEqual([5, 5]);
  });
});

describe('a URL that fails', () => {
  it('is a 502 in a moment when nobody listens there', async () => {
    const { port } = await gateway([await NOTHING_LISTENS()]);
    expect((await ask(port)).status).toBe(502);
  });

  it('is routed around, for a POST too when not a byte was sent, and no client notices', async () => {
    const good = await upstreamThat();
    for (const mode of ['enforce', 'off'] as const) {
      const { port, plane } = await gateway(
        [await NOTHING_LISTENS(), good.url],
        new InspectorThatForwards({ route: route({ mode }) }),
      );
      good.received.length = 0;
      // In `off` a body of this length is passed on while it arrives.
      const body = 'x'.repeat(200_000);
      for (let i = 0; i < 6; i++) expect((await ask(port, { method: 'POST', body })).status).toBe(200);
      expect(good.received.map((one) => one.body.length)).toEqual(Array(6).fill(200_000));
      expect(plane.counters.upstreamRetries).toBeGreaterThan(0);
    }
  });

  it('is asked again only for an idempotent method when the connection breaks before an answer', async () => {
    const attempts: string[] = [];
    const { url } = await rawUpstream((text, socket) => {
      if (!text.includes('\r\n\r\n')) return;
      attempts.push(text.slice(0, text.indexOf(' ')));
      socket.resetAndDestroy();
    });
    for (const method of ['GET', 'PUT', 'DELETE', 'POST', 'PATCH']) {
      // One of its own for each, or the circuit breaker would have seen enough.
      const { port } = await gateway([url]);
      attempts.length = 0;
      const withBody = method === 'GET' || method === 'DELETE' ? {} : { body: 'x' };
      expect((await ask(port, { method, ...withBody })).status).toBe(502);
      expect(attempts).toHaveLength(method === 'POST' || method === 'PATCH' ? 1 : 2);
    }
  });

  it('is not asked again after a part of its answer was seen', async () => {
    let attempts = 0;
    const { url } = await rawUpstream((text, socket) => {
      if (!text.endsWith('\r\n\r\n')) return;
      attempts += 1;
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc', () => socket.end());
    });
    const { port } = await gateway([url]);
    expect((await ask(port)).status).toBe(502);
    expect(attempts).toBe(1);
  });

  it('closes an idle connection just when it is used: a GET does not notice', async () => {
    let answered = 0;
    const { url } = await rawUpstream((text, socket) => {
      const requests = text.split('\r\n\r\n').length - 1;
      if (requests === 2) socket.resetAndDestroy();
      else {
        answered += 1;
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      }
    });
    const { port, plane } = await gateway([url]);
    expect((await ask(port)).status).toBe(200);
    expect((await ask(port)).status).toBe(200);
    expect(answered).toBe(2);
    expect(plane.counters.upstreamRetries).toBe(1);
  });

  it.each([0, 20])(
    'A16 answers what nobody asked, %i ms behind its answer: the next client never gets it',
    async (ms) => {
      const good = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood';
      const evil = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil';
      const { url, received } = await rawUpstream((text, socket) => {
        if (!text.endsWith('\r\n\r\n')) return;
        if (ms === 0) socket.write(good + evil);
        else socket.write(good, () => setTimeout(() => socket.write(evil), ms));
      });
      const { port } = await gateway([url]);
      for (let i = 0; i < 10; i++) {
        const answer = await ask(port);
        // Where both come at once, the first is believed or nothing is.
        if (answer.status === 200) expect(answer.body.toString()).toBe('good');
        else expect(answer.status).toBe(502);
        await new Promise((resolve) => setTimeout(resolve, 2 * ms));
      }
      expect(received.length).toBeGreaterThan(5);
    },
  );

  it('is left alone after five failures in a row, and the client is told when to come back', async () => {
    const { port, plane } = await gateway([await NOTHING_LISTENS()]);
    const statuses: number[] = [];
    for (let i = 0; i < 8; i++) statuses.push((await ask(port)).status);
    expect(statuses).toEqual([502, 502, 502, 502, 502, 503, 503, 503]);
    const answer = await ask(port);
    expect(answer.headers['retry-after']).toBe('1');
    expect(plane.counters.upstreamsUnavailable).toBe(4);
  });

  it('that never answers is a 504', async () => {
    const { url } = await rawUpstream(() => {});
    const inspector = new InspectorThatForwards({ route: route({ timeouts: { headersMs: 30, bodyMs: 30 } }) });
    const { port } = await gateway([url], inspector, { pace: { tickMs: 10 } });
    expect((await ask(port)).status).toBe(504);
  });

  it('that stops in the middle of its body is a 504 while the answer is held, and a cut one when it has begun', async () => {
    for (const mode of ['enforce', 'off'] as const) {
      const { url } = await rawUpstream(
        (_, socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'),
      );
      const inspector = new InspectorThatForwards({
        route: route({ mode, timeouts: { headersMs: 5_000, bodyMs: 30 } }),
      });
      const { port } = await gateway([url], inspector, { pace: { tickMs: 10 } });
      if (mode === 'enforce') expect((await ask(port)).status).toBe(504);
      else await expect(ask(port)).rejects.toThrow();
    }
  });

  it('is not called silent while the client still sends', async () => {
    const { url } = await rawUpstream((text, socket) => {
      if (text.endsWith('0\r\n\r\n')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
    const timeouts = { headersMs: 60, bodyMs: 60 };
    const inspector = new InspectorThatForwards({ route: route({ mode: 'off', timeouts }) });
    const { port } = await gateway([url], inspector, { pace: { tickMs: 10 } });
    const slow = http.request({ port, method: 'POST', headers: { 'transfer-encoding': 'chunked' } });
    const answer = new Promise<number | undefined>((resolve, reject) => {
      slow.once('response', (response) => resolve(response.resume().statusCode)).once('error', reject);
    });
    // Three times as long as the upstream may be silent.
    for (let i = 0; i < 6; i++) {
      slow.write('x'.repeat(100));
      await new Promise((turn) => setTimeout(turn, 30));
    }
    slow.end();
    expect(await answer).toBe(200);
  });
});

describe('a circuit breaker', () => {
  it('opens after five failures, asks once after the pause, and closes on success', () => {
    const breaker = new CircuitBreaker();
    for (let i = 0; i < 4; i++) breaker.failed(0);
    expect(breaker.lets(0)).toBe(true);
    breaker.failed(0);
    expect(breaker.lets(4_999)).toBe(false);
    expect(breaker.lets(5_000)).toBe(true);
    breaker.begin();
    expect(breaker.lets(5_000)).toBe(false);
    breaker.failed(5_000);
    expect(breaker.lets(9_999)).toBe(false);
    expect(breaker.lets(10_000)).toBe(true);
    breaker.begin();
    breaker.endedOtherwise();
    expect(breaker.lets(10_000)).toBe(true);
    breaker.begin();
    breaker.succeeded();
    expect(breaker.lets(10_000)).toBe(true);
    for (let i = 0; i < 4; i++) breaker.failed(10_000);
    expect(breaker.lets(10_000)).toBe(true);
  });

  it('forgets failures at a success', () => {
    const breaker = new CircuitBreaker();
    for (let i = 0; i < 100; i++) {
      breaker.failed(0);
      if (i % 4 === 3) breaker.succeeded();
    }
    expect(breaker.lets(0)).toBe(true);
  });
});

describe('a retry budget', () => {
  it('lets a tenth of the requests be repeated, once the first ten are spent', () => {
    const budget = new RetryBudget();
    let repeated = 0;
    for (let i = 0; i < 1_000; i++) {
      budget.earn();
      if (budget.spend()) repeated += 1;
    }
    expect(repeated).toBeGreaterThanOrEqual(105);
    expect(repeated).toBeLessThanOrEqual(111);
  });
});

describe('health checks', () => {
  it('take a URL out after failures in a row, and bring it back after successes', async () => {
    let isWell = true;
    let checks = 0;
    const sick = await upstreamThat((request, response) => {
      if (request.url === '/health') {
        checks += 1;
        response.statusCode = isWell ? 200 : 500;
      }
      response.end('sick');
    });
    const well = await upstreamThat((_, response) => response.end('well'));
    const { port } = await gateway(
      upstreamSettings([sick.url, well.url], {
        healthCheck: {
          path: '/health',
          intervalMs: 10,
          timeoutMs: 1_000,
          healthyAfter: 2,
          unhealthyAfter: 2,
          statusMax: 399,
        },
      }),
    );
    const answers = async () => {
      const bodies = new Set<string>();
      for (let i = 0; i < 6; i++) bodies.add((await ask(port)).body.toString());
      return [...bodies].sort();
    };
    expect(await answers()).toEqual(['sick', 'well']);
    isWell = false;
    const failing = checks;
    await until(() => checks >= failing + 4, 'checks to fail');
    expect(await answers()).toEqual(['well']);
    isWell = true;
    const recovering = checks;
    await until(() => checks >= recovering + 4, 'checks to succeed');
    expect(await answers()).toEqual(['sick', 'well']);
  });
});
