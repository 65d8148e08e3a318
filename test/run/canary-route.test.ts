// A canary by route on a running gateway: a share of the clients of one route sees the changed policy, other routes never do, and
// it is taken back for server errors, for what its inspection takes, or when a worker dies of it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PolicyLifeContext } from '../../src/admin/policy-life-context.ts';
import { answering, type ConfiguredGateway, startConfigured } from '../support/configured-gateway.ts';
import { type RunningGateway, until } from './gateway-process.ts';

let folder = '';
let gateway: RunningGateway;
let end: ConfiguredGateway['end'] | undefined;

beforeAll(async () => {
  ({ folder, gateway, end } = await startConfigured(
    (request, response) => {
      request.resume().on('end', () => {
        response.setHeader('content-type', 'application/json');
        // An upstream that does not get on with tags.
        if (request.headers['x-sallyport-tags'] !== undefined) response.statusCode = 500;
        response.end('{"a":1}');
      });
    },
    (upstream) => `mode: enforce
upstreams: { api: "${upstream}" }
workers: 1
log: { access: false }
policies: policies
identity: { trustedProxies: [127.0.0.1/32] }
routes:
  - { id: shop, path: /shop, upstream: api }
  - { id: rest, path: /, upstream: api }
rollout: { canary: { routes: [shop], share: 0.4, for: 10m, samplesMin: 80 } }
`,
  ));
}, 120_000);

afterAll(() => end?.());

async function versions(): Promise<Pick<PolicyLifeContext, 'live' | 'held' | 'canary'>> {
  return (await (await gateway.api('/policy-versions')).json()) as Awaited<ReturnType<typeof versions>>;
}

async function statusOf(path: string, client: number): Promise<number> {
  const headers = { 'x-forwarded-for': `203.0.113.${client}` };
  const answer = await fetch(`${gateway.url}${path}`, { headers });
  await answer.arrayBuffer();
  return answer.status;
}

function write(text: string): void {
  writeFileSync(join(folder, 'policies', 'a.yaml'), text);
}

const TAGS_ORDERS = `kind: data-type
id: order-code
title: Order code
tags: [order]
severity: low
patterns: ['ORD-[0-9]{6}']
---
kind: data-policy
id: tag-orders
match: { direction: request, dataTypes: [order-code] }
action: tag
`;

describe('a canary by route', { timeout: 240_000 }, () => {
  it('is seen by the same clients of its route only, and taken back for server errors', async () => {
    const { live } = await versions();
    write(TAGS_ORDERS);
    await until(async () => (await versions()).canary !== undefined);
    // The worker needs a moment to compile it.
    await until(async () => {
      for (let client = 101; client <= 110; client++)
        if ((await statusOf('/shop/order?code=ORD-123456', client)) === 500) return true;
      return false;
    });
    const failing = new Map<number, Set<number>>();
    const elsewhere = new Set<number>();
    // So few that nothing is concluded from them yet.
    for (let round = 0; round < 2; round++) {
      for (let client = 1; client <= 35; client++) {
        const status = await statusOf('/shop/order?code=ORD-123456', client);
        failing.set(client, (failing.get(client) ?? new Set()).add(status));
        if (client % 5 === 0) elsewhere.add(await statusOf('/order?code=ORD-123456', client));
      }
    }
    expect([...elsewhere]).toEqual([200]);
    const seen = [...failing.values()].map((statuses) => [...statuses]);
    expect(seen.every((statuses) => statuses.length === 1)).toBe(true);
    const share = seen.filter(([status]) => status === 500).length / seen.length;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.65);
    const { held, live: after } = await until(async () => {
      for (let client = 1; client <= 40; client++) await statusOf('/shop/order?code=ORD-123456', client);
      const now = await versions();
      return now.held !== undefined && now;
    });
    expect(after).toBe(live);
    expect(held).toMatchObject({ by: 'canary', reason: expect.stringContaining('server errors') });
    await until(async () => {
      for (let client = 1; client <= 20; client++)
        if ((await statusOf('/shop/order?code=ORD-123456', client)) !== 200) return false;
      return true;
    });
  });

  it('is taken back when a worker that has it dies', async () => {
    const { live } = await versions();
    write(TAGS_ORDERS.replace('order-code', 'order-number').replace('order-code', 'order-number'));
    await until(async () => (await versions()).canary !== undefined);
    process.kill(gateway.pids('gateway')[0]!, 'SIGKILL');
    const now = await until(async () => {
      const seen = await versions();
      return seen.held !== undefined && seen;
    });
    expect(now).toMatchObject({ live, held: { by: 'canary', reason: 'a worker that had it ended unexpectedly' } });
  });
});

/** Twenty types that are in every word, of which nothing follows. */
const SLOW = `kind: data-policy
id: words
match: { direction: request, dataTypes: ["tag:word"] }
action: allow
${Array.from(
  { length: 20 },
  (_, i) => `---
kind: data-type
id: word-${i}
title: Word ${i}
tags: [word]
severity: low
patterns: ['[a-h]{2,${i + 3}}']
`,
).join('')}`;

describe('a canary whose inspection takes long', { timeout: 240_000 }, () => {
  it('is taken back, and says by how much', async () => {
    const one = await startConfigured(
      answering('{"a":1}'),
      (upstream) => `mode: enforce
upstreams: { default: "${upstream}" }
workers: 1
log: { access: false }
policies: policies
identity: { trustedProxies: [127.0.0.1/32] }
routes: [{ id: notes, path: /, upstream: default }]
rollout: { canary: { routes: [notes], share: 0.5, for: 10m, samplesMin: 20 } }
`,
    );
    try {
      const lives = async (): Promise<Awaited<ReturnType<typeof versions>>> =>
        (await (await one.gateway.api('/policy-versions')).json()) as Awaited<ReturnType<typeof versions>>;
      const { live } = await lives();
      writeFileSync(join(one.folder, 'policies', 'slow.yaml'), SLOW);
      await until(async () => (await lives()).canary !== undefined);
      const body = JSON.stringify({ text: 'abc def ghi jkl '.repeat(4_000) });
      const after = await until(async () => {
        for (let client = 1; client <= 20; client++) {
          const headers = { 'x-forwarded-for': `203.0.113.${client}`, 'content-type': 'application/json' };
          await (await fetch(`${one.gateway.url}/notes`, { method: 'POST', headers, body })).arrayBuffer();
        }
        const now = await lives();
        return now.canary === undefined && now;
      });
      const reason = expect.stringMatching(/^inspection takes \d+\.\d ms for the slowest twentieth, .* \d+\.\d ms$/);
      expect(after).toMatchObject({ live, held: { by: 'canary', reason } });
    } finally {
      await one.end();
    }
  });
});
