// One attacker, three ways, over two nodes that count as one, among people who live on: what is found, when each identity is
// stopped by the shipped response plans, and that nobody else is.
import { describe, expect, it } from 'vitest';
import type { AnalysisEvent } from '../../src/analysis/analysis.ts';
import { Exchange } from '../../src/analysis/exchange.ts';
import type { Trace } from '../../src/analysis/trace.ts';
import { actorKey } from '../../src/core/actor.ts';
import type { TransactionRecord } from '../../src/core/record.ts';
import { CUSTOMERS, customer, ordersOf, visit } from './shop.ts';
import { StoreInMemory } from './store-in-memory.ts';
import { finding, HOUR, MINUTE, type Person, SECOND, type Sent, World } from './world.ts';

interface Node {
  readonly world: World;
  readonly exchange: Exchange;
  readonly traces: Trace[];
}

/** Two nodes behind a load balancer that takes turns; a restriction holds at both as soon as one wants it. */
class Cluster {
  readonly store = new StoreInMemory();
  readonly restricted = new Map<string, number>();
  readonly nodes: readonly Node[];
  #turn = 0;

  constructor() {
    this.nodes = ['n1', 'n2'].map((name) => {
      const traces: Trace[] = [];
      const world = new World(name === 'n1' ? 31 : 32, [], { onTrace: (trace) => traces.push(trace) });
      const exchange = new Exchange({ store: this.store, node: name, analysis: world.analysis });
      exchange.start();
      return { world, exchange, traces };
    });
  }

  get now(): number {
    return this.nodes[0]!.world.now;
  }

  /** True when it was let through. */
  async send(person: Person, method: string, path: string, sent: Sent = {}): Promise<boolean> {
    const { world } = this.nodes[this.#turn++ % 2]!;
    const free = world.record(person, method, path, sent);
    const isRestricted = free.actors.some((actor) => (this.restricted.get(actorKey(actor)) ?? 0) > this.now);
    const record = isRestricted ? turnedAway(free) : free;
    world.analysis.take({ ...record, id: `${record.id}-${this.#turn}` });
    await this.pass(0);
    return !isRestricted;
  }

  async pass(ms: number): Promise<void> {
    for (const { world } of this.nodes) world.pass(ms);
    for (const { exchange, traces } of this.nodes) {
      for (const trace of traces.splice(0)) exchange.offer(trace);
      await exchange.flush();
    }
    for (const { world } of this.nodes) {
      for (const event of world.events.splice(0)) this.#heed(event, world);
    }
  }

  #heed(event: AnalysisEvent, world: World): void {
    if (event.kind !== 'wish' || event.wish.kind !== 'restrict') return;
    const { proposal, expiresAt } = event.wish;
    this.restricted.set(actorKey(proposal.actor), expiresAt);
    world.analysis.madeRestriction(proposal, `r-${proposal.id}`, this.now);
  }
}

function turnedAway(record: TransactionRecord): TransactionRecord {
  const policy = { kind: 'restriction', id: 'r', file: '', line: 0 };
  return { ...record, status: 403, action: 'block', findings: [finding('restricted-actor', { policy })] };
}

/** A day of ordinary visits on both nodes. */
async function live(cluster: Cluster, hours: number): Promise<void> {
  const end = cluster.now + hours * HOUR;
  let turn = 0;
  while (cluster.now < end) {
    const { world } = cluster.nodes[turn++ % 2]!;
    const before = world.now;
    visit(world, world.between(1, CUSTOMERS));
    const other = cluster.nodes[turn % 2]!.world;
    other.pass(world.now - before);
    await cluster.pass(world.between(10, 90) * SECOND);
  }
}

describe('a campaign over two nodes', () => {
  it('is three incidents, each identity is stopped, and nobody else is', async () => {
    const cluster = new Cluster();
    await live(cluster, 30);
    const partner: Person = {
      apiKey: 'key:partner',
      address: '185.60.112.9',
      country: 'NL',
      userAgent: 'partner-sync/2.0',
    };
    for (let i = 0; i < 120; i++) {
      await cluster.send(partner, 'GET', '/api/partner/stock', { sensitive: 1 });
      await cluster.pass(MINUTE);
    }
    for (const { world } of cluster.nodes) expect(world.titles()).toEqual([]);

    const passed = { stuffing: 0, walk: 0, export: 0 };
    const source: Person = { address: '89.208.58.114', country: 'RU', userAgent: 'python-requests/2.31' };
    for (let i = 0; i < 200; i++) {
      const sent = { account: `stranger${i}@mail.example`, status: 401 };
      if (await cluster.send(source, 'POST', '/api/login', sent)) passed.stuffing += 1;
      await cluster.pass(2 * SECOND);
    }
    const mallory: Person = { ...customer(5), address: '45.9.20.7' };
    for (let i = 0; i < 60; i++) {
      const victim = 10 + (i % 40);
      const order = ordersOf(victim)[i % 5]!;
      const answer = { id: String(order), owner: customer(victim).subject! };
      if (await cluster.send(mallory, 'GET', `/api/orders/${order}`, { answer, sensitive: 3 })) passed.walk += 1;
      await cluster.pass(3 * SECOND);
    }
    const thief: Person = { ...partner, address: '103.4.8.15', country: 'VN', network: 45899, userAgent: 'curl/8.4' };
    for (let i = 0; i < 120; i++) {
      if (i % 4 === 0) await cluster.send(partner, 'GET', '/api/partner/stock', { sensitive: 1 });
      if (await cluster.send(thief, 'GET', '/api/partner/customers', { query: { page: i }, sensitive: 200 })) {
        passed.export += 1;
      }
      await cluster.pass(SECOND);
    }
    await live(cluster, 1);

    for (const { world } of cluster.nodes) {
      expect(world.titles()).toEqual([
        'BOLA - answer belongs to somebody else',
        'Credential stuffing',
        'Stolen credential',
      ]);
    }
    expect([...cluster.restricted.keys()].sort()).toEqual([
      'api-key:key:partner',
      'ip:89.208.58.114',
      `subject:${mallory.subject}`,
    ]);
    expect(passed.stuffing).toBeLessThan(25);
    expect(passed.walk).toBeLessThan(15);
    expect(passed.export).toBeLessThan(25);
    const { actors } = cluster.nodes[0]!.world.analysis.incidents({ detection: 'stolen-credential' }).items[0]!;
    expect(actors[0]).toMatchObject({ kind: 'api-key', id: 'key:partner' });
  });
});
