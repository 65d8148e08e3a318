// L1–L4: whoever rotates addresses, tokens, paths or keys of JSON fills no memory and no metric. FAULTS=long uses the bounds
// that are shipped and a million actors, a thousand of them a second (CARDINALITY sets another number).
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { Learner } from '../../src/analysis/learning/learner.ts';
import { TotalsOfWorkers } from '../../src/records/totals.ts';
import { DURATION_BUCKETS_MS, WorkerCounter } from '../../src/records/worker-counts.ts';
import { registerMetrics, type Totals } from '../../src/telemetry/metrics.ts';
import { login } from '../analysis/shop.ts';
import { SECOND, World } from '../analysis/world.ts';
import { IS_LONG } from './world.ts';

const ACTORS = Number(process.env.CARDINALITY ?? (IS_LONG ? 1_000_000 : 12_000));
const ACTORS_MAX = IS_LONG ? 100_000 : 2_000;
const ACTORS_PER_SECOND = IS_LONG ? 1_000 : 100;
/** All that a million add. Before tables are full, one with three identities costs so much at most, in all of them. */
const WHOLE_MEGABYTES_MAX = 170;
const ACTOR_KILOBYTES_MAX = 5;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Objects and typed arrays. */
function megabytes(): number {
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
}

describe('attackers that are new each time', () => {
  it(
    `L1 L2 L3 ${ACTORS} actors, paths and keys: memory keeps its bound, a known actor its counts, and attackers are told as ever`,
    () => {
      const world = new World(1, [], { actorsMax: ACTORS_MAX });
      const learner = new Learner();
      const known = { subject: 'ann', address: '198.51.100.7' };
      const guesser = { address: '203.0.113.66', userAgent: 'python-requests/2.31' };
      const prober = { subject: 'eve', address: '203.0.113.77' };
      let requestsOfKnown = 0;
      const flood = (from: number, to: number): void => {
        for (let i = from; i < to; i++) {
          const person = {
            subject: `u${i}`,
            apiKey: `k${i}`,
            address: `2001:db8:${(i >> 16).toString(16)}:${(i & 0xffff).toString(16)}::1`,
            userAgent: `agent ${i}`,
          };
          const path = i % 10 === 0 ? `/api/v1/${i.toString(36)}x${i}` : '/api/v1/orders/7';
          const body = i % 20 === 0 ? { [`key${i}`]: i } : { a: 1 };
          const status = i % 10 === 0 ? 404 : 200;
          learner.take(world.send(person, 'POST', path, { body, status, answer: body }));
          if (i % ACTORS_PER_SECOND === 0) {
            requestsOfKnown += 1;
            world.send(known, 'GET', '/api/v1/orders/7');
            login(world, guesser, 'bob@example.com', false);
            world.send(prober, 'GET', `/api/v1/hidden-${'abcdefghijklmnopqrst'[requestsOfKnown % 20]}`, {
              status: 404,
            });
            world.pass(SECOND);
            world.events.length = 0;
          }
        }
      };
      const before = megabytes();
      flood(0, ACTORS / 2);
      const half = megabytes();
      const startedAt = performance.now();
      flood(ACTORS / 2, ACTORS);
      const us = ((performance.now() - startedAt) * 1_000) / (ACTORS / 2);
      const whole = megabytes();
      console.log(
        `cardinality: ${ACTORS} actors and addresses, ${ACTORS / 10} paths, ${ACTORS / 20} keys; ${before.toFixed(0)} MiB before, ${half.toFixed(0)} at half, ${whole.toFixed(0)} at the end, ${us.toFixed(0)} µs each`,
      );
      if (IS_LONG) expect(whole - before).toBeLessThan(WHOLE_MEGABYTES_MAX);
      else expect(((whole - half) * 1_024) / (ACTORS / 2)).toBeLessThan(ACTOR_KILOBYTES_MAX);
      const actors = world.analysis.actors({}, world.now, 0, ACTORS_MAX);
      expect(actors.total).toBeLessThanOrEqual(ACTORS_MAX);
      const ann = actors.items.find(({ actor }) => actor.id === 'ann');
      expect(ann?.transactions).toBe(requestsOfKnown);
      expect(learner.endpoints().length).toBeLessThan(100);
      const attacks = world.incidents().filter(({ module }) => module !== 'posture');
      expect(attacks.map(({ detection }) => detection).sort()).toEqual(['brute-force', 'vulnerability-scanning']);
    },
    IS_LONG ? 1_800_000 : 120_000,
  );

  it('L4 make no new series of metrics', async () => {
    const world = new World();
    const counter = new WorkerCounter();
    const totals = new TotalsOfWorkers();
    const registry = new Registry();
    registerMetrics(
      registry,
      () =>
        ({
          ...totals.totals(),
          workersServing: 1,
          workerDeaths: 0,
          quarantined: 0,
          policyReloads: 0,
          policyRefusals: 0,
          restrictions: 0,
          policyVersion: 'v',
          durationBoundsMs: DURATION_BUCKETS_MS,
        }) satisfies Totals,
    );
    const series = async (from: number): Promise<number> => {
      for (let i = from; i < from + 5_000; i++) {
        const person = { subject: `u${i}`, address: '198.51.100.7', userAgent: `a${i}` };
        counter.count(world.record(person, `M${i}`, `/x${i}/y`, { status: 200 + (i % 300) }));
      }
      const others = {
        recordsDropped: 0,
        recordingsDropped: 0,
        upstreamRetries: 0,
        badRequestsOnWire: 0,
        activeTransactions: 0,
      };
      totals.take({ worker: 1, records: [], counts: counter.counts(others) } as unknown as Parameters<
        typeof totals.take
      >[0]);
      return (await registry.metrics()).split('\n').filter((line) => !line.startsWith('#')).length;
    };
    const before = await series(0);
    expect(before).toBeGreaterThan(20);
    expect(await series(5_000)).toBe(before);
  }, 60_000);
});
