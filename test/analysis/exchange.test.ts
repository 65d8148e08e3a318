import { beforeEach, describe, expect, it } from 'vitest';
import { Exchange } from '../../src/analysis/exchange.ts';
import { StateKeeper } from '../../src/analysis/state-keeper.ts';
import type { Trace } from '../../src/analysis/trace.ts';
import { Fault } from '../../src/core/fault.ts';
import { customer, live, login, ordersOf, readOrder } from './shop.ts';
import { StoreInMemory } from './store-in-memory.ts';
import { DAY, finding, HOUR, type Person, SECOND, World } from './world.ts';

const THIEF: Person = { address: '89.208.58.114', country: 'RU', userAgent: 'python-requests/2.31' };

interface Node {
  readonly world: World;
  readonly exchange: Exchange;
}

let store: StoreInMemory;
let nodes: [Node, Node];

function node(name: string): Node {
  const traces: Trace[] = [];
  const world = new World(1, [], { onTrace: (trace) => traces.push(trace) });
  const exchange = new Exchange({ store, node: name, analysis: world.analysis });
  exchange.start();
  const offer = exchange.flush.bind(exchange);
  exchange.flush = async () => {
    for (const trace of traces.splice(0)) exchange.offer(trace);
    await offer();
  };
  return { world, exchange };
}

beforeEach(() => {
  store = new StoreInMemory();
  nodes = [node('n1'), node('n2')];
});

async function second(): Promise<void> {
  for (const { exchange } of nodes) await exchange.flush();
  for (const { world } of nodes) world.pass(SECOND);
}

describe('two nodes', () => {
  it('count one attack over both, to the same incident', async () => {
    for (let i = 0; i < 24; i++) {
      login(nodes[i % 2]!.world, THIEF, `stranger${i}@mail.example`, false);
      await second();
    }
    const [a, b] = nodes.map(({ world }) => world.incidents());
    expect(a!.map(({ detection }) => detection)).toEqual(['credential-stuffing']);
    expect(b!.map(({ id, count, figures }) => ({ id, count, figures }))).toEqual(
      a!.map(({ id, count, figures }) => ({ id, count, figures })),
    );
  });

  it('know what the other gave out, and whose it is', async () => {
    for (let n = 0; n < 60; n++) {
      const orders = ordersOf(n);
      const items = orders.map((id) => ({ id: String(id) }));
      nodes[n % 2]!.world.send(customer(n), 'GET', '/api/orders', { answer: { items } });
      await second();
      for (const order of orders) {
        for (const again of [0, 1]) {
          nodes[(n + again) % 2]!.world.send(customer(n), 'GET', `/api/orders/${order}`, {});
          await second();
        }
      }
    }
    for (const { world } of nodes) expect(world.titles()).toEqual([]);
    readOrder(nodes[0].world, customer(3), ordersOf(8)[0]!, 'nobody');
    await second();
    for (const { world } of nodes) expect(world.titles()).toEqual(['BOLA - object of another user']);
  });

  it('hear what people decided at the other', async () => {
    for (let i = 0; i < 3; i++) {
      const sent = { action: 'block', findings: [finding('injection-sql')] } as const;
      nodes[i % 2]!.world.send(THIEF, 'GET', '/api/search', sent);
      await second();
    }
    const { id } = nodes[0].world.incidents()[0]!;
    await nodes[0].exchange.tellEdit(id, { by: 'ann', status: 'in-progress', assignee: 'bob' }, nodes[0].world.now);
    expect(nodes[1].world.analysis.incident(id)).toMatchObject({ status: 'in-progress', assignee: 'bob' });
    const waiting = nodes.map(({ world }) => world.analysis.proposals('waiting')[0]);
    expect(waiting[0]?.id).toBe(waiting[1]?.id);
    await nodes[0].exchange.tellDecision(waiting[0]!.id, false, 'ann', nodes[0].world.now);
    expect(nodes[1].world.analysis.proposal(waiting[0]!.id)?.status).toBe('declined');
  });

  it('do once what is claimed, and do it rather twice than never', async () => {
    const claims = async (what: string): Promise<boolean[]> => [
      await nodes[0].exchange.claim(what, HOUR),
      await nodes[1].exchange.claim(what, HOUR),
    ];
    expect(await claims('notify soc inc-1')).toEqual([true, false]);
    store.isDown = true;
    expect(await claims('notify soc inc-2')).toEqual([true, true]);
  });

  it('go on alone while the store is down, and count what the other missed', async () => {
    store.isDown = true;
    for (let i = 0; i < 8; i++) {
      login(nodes[0].world, THIEF, 'ann', false);
      await second();
    }
    expect(nodes[0].world.titles()).toEqual(['Brute force - password guessing']);
    expect(nodes[0].exchange.lost.messages).toBe(8);
  });

  it('leave out what they do not understand', async () => {
    await store.publish('analysis', 'no JSON');
    await store.publish('analysis', '{"kind":"later","node":"n9"}');
    await store.publish('analysis', '{"kind":"traces","node":"n9","traces":[{"at":"noon"}]}');
    expect(nodes[0].exchange.lost.ignored).toBe(3);
  });
});

describe('the kept state', () => {
  const world = new World(7);

  it('comes back whole after a restart: the next attack is known as one', async () => {
    live(world, 48);
    const keeper = new StateKeeper(store, 'n1');
    expect(await keeper.load()).toBeUndefined();
    expect(await keeper.save(world.analysis.dump())).toBe(true);
    expect(await keeper.saveText(world.analysis.dumpText())).toBe(true);
    const next = new World(8);
    next.now = world.now + DAY;
    next.analysis.restore((await new StateKeeper(store, 'n1').load()) as ReturnType<World['analysis']['dump']>);
    readOrder(next, customer(4), ordersOf(9)[0]!, customer(9).subject!);
    expect(next.titles()).toEqual(['BOLA - answer belongs to somebody else']);
  });

  it('takes incidents from whichever was kept last, the whole or they alone', () => {
    const before = structuredClone(world.analysis.dump());
    readOrder(world, customer(4), ordersOf(9)[0]!, customer(9).subject!);
    const cases = structuredClone(world.analysis.dumpOfCases());
    const after = structuredClone(world.analysis.dump());
    const [incident] = world.analysis.incidents().items;
    world.analysis.changeIncident(incident!.id, { by: 'ann', status: 'resolved' }, world.now);
    const judged = world.analysis.dump();
    const titlesOf = (...[whole, alone]: Parameters<World['analysis']['restore']>): readonly string[] => {
      const next = new World(8);
      // What was restored lives on.
      next.analysis.restore(structuredClone(whole), structuredClone(alone));
      return next.analysis.incidents().items.map(({ title, status }) => `${title}: ${status}`);
    };
    const found = 'BOLA - answer belongs to somebody else';
    expect(titlesOf(before)).toEqual([]);
    expect(titlesOf(before, cases)).toEqual([`${found}: open`]);
    expect(titlesOf(after, cases)).toEqual([`${found}: open`]);
    expect(titlesOf(judged, cases)).toEqual([`${found}: resolved`]);
    // It was killed before the whole was kept for the first time.
    expect(titlesOf(undefined, cases)).toEqual([`${found}: open`]);
  });

  it('is made piece by piece, with time for others in between, and is the same', async () => {
    const pieces = [...world.analysis.dumpText()];
    expect(pieces.length).toBeGreaterThan(10);
    expect(JSON.parse(pieces.join(''))).toEqual(JSON.parse(JSON.stringify(world.analysis.dump())));
    const keeper = new StateKeeper(store, 'n1');
    await keeper.load();
    let turns = 0;
    const others = setInterval(() => {
      turns += 1;
    }, 0);
    const ages = function* (): Generator<string> {
      yield '["x';
      for (let i = 0; i < 40; i++) {
        const until = performance.now() + 3;
        while (performance.now() < until);
        // Characters of two code units: whichever the parts, one would be cut.
        yield '\u{1F600}'.repeat(20_000);
      }
      yield '"]';
    };
    expect(await keeper.saveText(ages())).toBe(true);
    clearInterval(others);
    // 120 ms of work, 20 ms each.
    expect(turns).toBeGreaterThanOrEqual(5);
    expect(await keeper.load()).toEqual([`x${'\u{1F600}'.repeat(800_000)}`]);
  });

  it('is the one before when a save breaks off', async () => {
    const keeper = new StateKeeper(store, 'n1');
    await keeper.load();
    await keeper.save({ what: 'first'.repeat(200_000) });
    const put = store.put.bind(store);
    store.put = async (kind, id, ...rest) => {
      if (id.endsWith('b1')) throw new Fault('STORE_DOWN', 'gateway', 503);
      return put(kind, id, ...rest);
    };
    await expect(keeper.save({ what: 'other'.repeat(200_000) })).rejects.toMatchObject({ code: 'STORE_DOWN' });
    expect(await keeper.load()).toEqual({ what: 'first'.repeat(200_000) });
  });

  it('is not overwritten by one that could not read it', async () => {
    const earlier = new StateKeeper(store, 'n1');
    await earlier.load();
    await earlier.save({ what: 'earlier' });
    const later = new StateKeeper(store, 'n1');
    store.isDown = true;
    await expect(later.load()).rejects.toMatchObject({ code: 'STORE_DOWN' });
    store.isDown = false;
    expect(await later.save({ what: 'nothing' })).toBe(false);
    expect(await later.load()).toEqual({ what: 'earlier' });
    expect(await later.save({ what: 'both' })).toBe(true);
  });

  it('is none when a part of it was changed', async () => {
    const keeper = new StateKeeper(store, 'n1');
    await keeper.load();
    await keeper.save({ what: 'it' });
    store.documents.set('analysis-state n1.a0', { id: 'n1.a0', version: 1, value: '{"what":"at"}' });
    expect(await keeper.load()).toBeUndefined();
  });
});
