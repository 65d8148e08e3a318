// What nodes share through a store, on a real one: restrictions as one set, learning as one model.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RestrictionBook } from '../../src/admin/restriction-book.ts';
import { Learner } from '../../src/analysis/learning/learner.ts';
import { type CommonState, SharedLearning } from '../../src/analysis/learning/shared-learning.ts';
import { SharedRestrictions } from '../../src/analysis/response/shared-restrictions.ts';
import { Fault } from '../../src/core/fault.ts';
import type { Restriction } from '../../src/core/restriction.ts';
import type { Store, Subscriber } from '../../src/core/store.ts';
import { EmbeddedStore } from '../../src/stores/embedded/embedded-store.ts';
import { rememberingLog } from '../stores/quiet-log.ts';
import { simulatedTraffic } from '../support/traffic/simulated-api.ts';

let folder: string;
let real: EmbeddedStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shared-'));
  real = new EmbeddedStore({ folder, fileBytesMax: 1 << 28, log: rememberingLog() });
});

afterEach(async () => {
  await real.close();
  rmSync(folder, { recursive: true });
});

/** One node's view of the common store, with a line that can be cut. */
class Line {
  isCut = false;
  readonly #subscribers: Subscriber[] = [];
  #emptied: () => void = () => {};
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  readonly document: Store['document'] = (...args) => this.#through(() => this.#store.document(...args));
  readonly documents: Store['documents'] = (...args) => this.#through(() => this.#store.documents(...args));
  readonly put: Store['put'] = (...args) => this.#through(() => this.#store.put(...args));
  readonly publish: Store['publish'] = (...args) => this.#through(() => this.#store.publish(...args));

  readonly subscribe: Store['subscribe'] = (channel, subscriber) => {
    this.#subscribers.push(subscriber);
    return this.#store.subscribe(channel, {
      onMessage: (text) => {
        if (!this.isCut) subscriber.onMessage(text);
      },
      onListening: () => {
        if (!this.isCut) subscriber.onListening();
      },
    });
  };

  readonly onEmptied: Store['onEmptied'] = (listener) => {
    this.#emptied = listener;
    return () => {};
  };

  mend(): void {
    this.isCut = false;
    for (const subscriber of this.#subscribers) subscriber.onListening();
  }

  empty(): void {
    this.#emptied();
  }

  async #through<T>(work: () => Promise<T>): Promise<T> {
    if (this.isCut) throw new Fault('STORE_DOWN', 'gateway', 503);
    return work();
  }
}

interface Node {
  readonly line: Line;
  readonly book: RestrictionBook;
  readonly shared: SharedRestrictions;
}

function node(name: string): Node {
  const line = new Line(real);
  const book = new RestrictionBook(join(folder, name), []);
  const shared = new SharedRestrictions({ store: line, node: name, book, now: Date.now });
  book.onChange((change, origin) => {
    if (origin === 'here') shared.tell(change);
  });
  shared.start();
  return { line, book, shared };
}

function restriction(id: string, parts: Partial<Restriction> = {}): Omit<Restriction, 'id'> {
  return {
    actor: { kind: 'ip', id },
    action: 'block',
    requestsPerMinuteMax: undefined,
    reason: 'attack',
    createdBy: 'ann',
    createdAt: Date.now(),
    expiresAt: Date.now() + 600_000,
    ...parts,
  };
}

async function settled(...nodes: readonly Node[]): Promise<void> {
  for (let i = 0; i < 100; i++) {
    for (const { shared, line } of nodes) if (!line.isCut) await shared.flush();
    await new Promise((turn) => setTimeout(turn, 5));
    if (nodes.every(({ shared, line }) => line.isCut || shared.waiting === 0)) return;
  }
}

const addresses = ({ book }: Node): string[] => book.live(Date.now()).map((one) => one.actor.id);

describe('restrictions of several nodes', () => {
  it('hold on the other at once, and are undone there too', async () => {
    const [a, b] = [node('a'), node('b')];
    const { id } = a.book.add(restriction('203.0.113.1'));
    await settled(a, b);
    expect(addresses(b)).toEqual(['203.0.113.1']);
    b.book.remove(id);
    await settled(a, b);
    expect(addresses(a)).toEqual([]);
  });

  it('of both sides hold after a partition, and what was undone meanwhile stays undone', async () => {
    const [a, b] = [node('a'), node('b')];
    const { id } = a.book.add(restriction('203.0.113.1'));
    await settled(a, b);
    b.line.isCut = true;
    b.book.remove(id);
    b.book.add(restriction('203.0.113.2'));
    a.book.add(restriction('203.0.113.3'));
    await settled(a);
    expect(addresses(b)).toEqual(['203.0.113.2']);
    b.line.mend();
    await settled(a, b);
    expect(addresses(a).sort()).toEqual(['203.0.113.2', '203.0.113.3']);
    expect(addresses(b).sort()).toEqual(['203.0.113.2', '203.0.113.3']);
    const late = node('late');
    await settled(late);
    expect(addresses(late).sort()).toEqual(['203.0.113.2', '203.0.113.3']);
  });

  it('keep the newer one of an actor', async () => {
    const [a, b] = [node('a'), node('b')];
    const now = Date.now();
    a.line.isCut = true;
    a.book.add(restriction('203.0.113.1', { reason: 'older', createdAt: now - 1_000 }));
    b.book.add(restriction('203.0.113.1', { reason: 'newer', createdAt: now }));
    await settled(b);
    a.line.mend();
    await settled(a, b);
    for (const one of [a, b]) expect(one.book.live(now).map(({ reason }) => reason)).toEqual(['newer']);
  });

  it('fill a store again that lost everything', async () => {
    const a = node('a');
    a.book.add(restriction('203.0.113.1'));
    await settled(a);
    const stored = await real.document('restriction', 'ip:203.0.113.1');
    await real.remove('restriction', 'ip:203.0.113.1', stored!.version);
    a.line.empty();
    await settled(a);
    expect((await real.document('restriction', 'ip:203.0.113.1'))?.value).toMatchObject({ isUndone: false });
  });

  it('leave out what is none', async () => {
    await real.put('restriction', 'x', { restriction: { id: 7 } }, 0, { ttlMs: 60_000, sizeMax: 10 });
    const a = node('a');
    await settled(a);
    await real.publish('restrictions', 'no JSON');
    await vi.waitFor(() => expect(a.shared.counts.ignored).toBe(2));
    expect(addresses(a)).toEqual([]);
  });
});

describe('learning of several nodes', () => {
  const TRAFFIC = [...simulatedTraffic({ seed: 5, transactions: 6_000, days: 2 })];

  function sharing(name: string, added = new Map<string, number>(), common?: () => Promise<CommonState | undefined>) {
    const learner = new Learner({ isShared: true });
    const line = new Line(real);
    const shared = new SharedLearning({
      store: line,
      node: name,
      learner,
      added,
      ...(common === undefined ? {} : { common }),
    });
    shared.start();
    return { learner, line, shared };
  }

  it('is one model, with a node that was away and one that came late', async () => {
    const nodes = ['a', 'b', 'c'].map((name) => sharing(name));
    for (const [i, record] of TRAFFIC.entries()) {
      nodes[i % 3]!.learner.take(record);
      if (i === 2_000) nodes[1]!.line.isCut = true;
      if (i === 4_000) nodes[1]!.line.mend();
      if (i % 1_000 === 999) for (const one of nodes) await one.shared.publish();
    }
    for (const one of nodes) await one.shared.publish();
    for (const one of nodes) await one.shared.catchUp();
    const late = sharing('late');
    await late.shared.catchUp();
    const alone = new Learner();
    for (const record of TRAFFIC) alone.take(record);
    const truth = alone.endpoints();
    expect(truth.length).toBeGreaterThan(20);
    for (const { learner, shared } of [...nodes, late]) {
      const together = learner.endpoints();
      expect(together.map(({ id }) => id)).toEqual(truth.map(({ id }) => id));
      const samples = (list: typeof truth): number => list.reduce((sum, one) => sum + one.samples, 0);
      expect(Math.abs(samples(together) - samples(truth))).toBeLessThanOrEqual(0.02 * samples(truth));
      expect(shared.counts).toMatchObject({ missed: 0, ignored: 0 });
    }
  });

  it('takes what all have in common once, as soon as it can be read, and only what came after it from the others', async () => {
    const a = sharing('a');
    for (const record of TRAFFIC.slice(0, 500)) a.learner.take(record);
    await a.shared.publish();
    const kept = { dump: JSON.parse(JSON.stringify(a.learner.dump())), added: a.shared.added };
    for (const record of TRAFFIC.slice(500, 700)) a.learner.take(record);
    await a.shared.publish();
    let isAway = true;
    const late = sharing('late', undefined, async () => {
      if (isAway) throw new Fault('STORE_DOWN', 'gateway', 503);
      return kept;
    });
    await late.shared.begin();
    await late.shared.catchUp();
    expect(late.shared.hasBegun).toBe(false);
    expect(late.learner.endpoints()).toEqual([]);
    isAway = false;
    await late.shared.catchUp();
    await late.shared.catchUp();
    const samples = ({ learner }: typeof a): number => learner.endpoints().reduce((sum, one) => sum + one.samples, 0);
    expect(samples(late)).toBe(samples(a));
  });

  it('adds nothing twice: not what was heard and read, and not after a restart', async () => {
    const a = sharing('a');
    for (const record of TRAFFIC.slice(0, 500)) a.learner.take(record);
    await a.shared.publish();
    const b = sharing('b');
    await b.shared.catchUp();
    await b.shared.catchUp();
    expect(b.shared.counts.added).toBe(1);
    const restarted = sharing('b2', new Map(b.shared.added));
    await restarted.shared.catchUp();
    expect(restarted.shared.counts.added).toBe(0);
  });
});
