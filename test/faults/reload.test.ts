// C1–C4: policies that change, well and badly, while requests are under way. RELOADS sets how many good changes there are.
import { chmodSync, readdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../run/gateway-process.ts';
import { measuredOn } from '../support/measured-on.ts';
import { booksOf, type FaultWorld, faultWorld, IS_LONG, PATIENCE_MS, pause, rssMegabytes } from './world.ts';

const RELOADS = Number(process.env.RELOADS ?? (IS_LONG ? 1_000 : 3));
const CLIENTS = IS_LONG ? 8 : 4;
const PAUSE_MS = IS_LONG ? 10 : 40;
const RULES = 'kind: data-type\nid: ticket-number\npattern: TKT-\\d{6}\nmatches: [TKT-123456]\nignores: [TKT-1]\n';
/** The request is tagged and the answer masked, both or neither. */
const both = (isOn: boolean, mark: number): string =>
  `${RULES}---\nkind: data-policy\nid: asked\ndescription: number ${mark}\nenabled: ${isOn}\n` +
  'match: { direction: request, dataTypes: [ticket-number] }\naction: tag\n' +
  `---\nkind: data-policy\nid: shown\nenabled: ${isOn}\n` +
  'match: { direction: response, dataTypes: [ticket-number] }\naction: mask\n';

describe('policies that change under load', () => {
  let world: FaultWorld;
  let requests = 0;

  beforeAll(async () => {
    world = await faultWorld();
    writeFileSync(join(world.policies, 'ours.yaml'), both(true, 0));
    await untilBoth();
    requests = world.seen.size;
  }, PATIENCE_MS);
  afterAll(() => world.end());

  async function untilBoth(): Promise<void> {
    await until(async () => (await ask(world).catch(() => '')) === 'both', PATIENCE_MS);
  }

  async function ask({ gateway, seen }: FaultWorld): Promise<string> {
    const answer = await fetch(`${gateway.url}/tickets/${seen.size}-${Math.random()}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"ticket":"TKT-123456"}',
    });
    if (answer.status !== 200) return `status ${answer.status}`;
    const { tags, ticket } = (await answer.json()) as { tags: string; ticket: string };
    const isTagged = tags !== '';
    const isMasked = ticket !== 'TKT-654321';
    return isTagged === isMasked ? (isTagged ? 'both' : 'neither') : `tagged ${isTagged}, masked ${isMasked}`;
  }

  /** Asks all the time, a few at once, until it is told to stop: enough for every change to meet requests, and no more, for a change
   *  is checked by a process that needs the same processors. */
  function load() {
    const outcomes = new Map<string, number>();
    let isOver = false;
    const loop = async (): Promise<void> => {
      while (!isOver) {
        const outcome = await ask(world).catch((error: Error) => error.message);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        await pause(PAUSE_MS);
      }
    };
    const loops = Array.from({ length: CLIENTS }, loop);
    return async () => {
      isOver = true;
      await Promise.all(loops);
      return outcomes;
    };
  }

  it(
    `C2 ${RELOADS} good changes: nothing is lost, and each transaction is judged by one version from its head to its answer`,
    async () => {
      const { gateway, metric, policies } = world;
      const first = await metric('sallyport_policy_reloads_total');
      const before = gateway.pids('gateway').map(rssMegabytes);
      const stop = load();
      for (let i = 1; i <= RELOADS; i++) {
        const reloads = await metric('sallyport_policy_reloads_total');
        const beside = join(policies, '.ours.new');
        writeFileSync(beside, both(i % 2 === 0, i));
        renameSync(beside, join(policies, 'ours.yaml'));
        await until(async () => (await metric('sallyport_policy_reloads_total')) > reloads, PATIENCE_MS);
      }
      const outcomes = await stop();
      const after = gateway.pids('gateway').map(rssMegabytes);
      const sent = [...outcomes.values()].reduce((sum, one) => sum + one, 0);
      console.log(
        `reloads: ${RELOADS} under ${sent} requests: ${JSON.stringify([...outcomes])}; workers ${before.map(Math.round).join(', ')} MiB before, ${after.map(Math.round).join(', ')} MiB after (${measuredOn()})`,
      );
      expect([...outcomes.keys()].sort()).toEqual(['both', 'neither']);
      expect((await metric('sallyport_policy_reloads_total')) - first).toBeGreaterThanOrEqual(RELOADS);
      if (RELOADS >= 100) for (const [i, mb] of after.entries()) expect(mb).toBeLessThan(before[i]! + 100);
      requests += sent;
    },
    PATIENCE_MS + RELOADS * 60_000,
  );

  it(
    'C1 twelve bad changes: the good policy stays, each refusal says where, and nothing is lost',
    async () => {
      const { gateway, metric, policies } = world;
      const reloads = await metric('sallyport_policy_reloads_total');
      writeFileSync(join(policies, 'ours.yaml'), both(true, -1));
      await until(async () => (await metric('sallyport_policy_reloads_total')) > reloads, PATIENCE_MS);
      await untilBoth();
      const version = async (): Promise<string> =>
        ((await (await gateway.api('/policies')).json()) as { version: string }).version;
      const good = await version();
      const pids = [...gateway.pids('gateway'), ...gateway.pids('analyst')];
      const bad = join(policies, 'bad.yaml');
      const faults: readonly (readonly [string, () => void])[] = [
        ['no YAML', () => writeFileSync(bad, 'kind: [unclosed\n')],
        ['another schema', () => writeFileSync(bad, 'kind: data-policy\nid: x\naction: explode\n')],
        ['an unknown key', () => writeFileSync(bad, 'kind: data-policy\nid: x\nactoin: mask\n')],
        ['a faulty pattern', () => writeFileSync(bad, 'kind: data-type\nid: x\npattern: "(a"\nmatches: [a]\n')],
        [
          'a pattern that is not linear',
          () => writeFileSync(bad, 'kind: data-type\nid: x\npattern: "(?=a)b"\nmatches: [b]\n'),
        ],
        [
          'a hundred megabytes',
          () => {
            writeFileSync(bad, '');
            truncateSync(bad, 100_000_000);
          },
        ],
        ['deep nesting', () => writeFileSync(bad, `a: ${'['.repeat(1_000)}`)],
        [
          'a bomb of aliases',
          () =>
            writeFileSync(
              bad,
              `a: &a [x]\n${Array.from({ length: 60 }, (_, i) => `b${i}: &b${i} [${i === 0 ? '*a,*a' : `*b${i - 1},*b${i - 1}`}]`).join('\n')}\n`,
            ),
        ],
        ['half of a document', () => writeFileSync(bad, both(true, 1).slice(0, 120))],
        ['a link to nowhere', () => symlinkSync('/nowhere/at-all.yaml', bad)],
        ['a folder of that name', () => writeFileSync(bad, '\0\0\0')],
        ['the same id twice', () => writeFileSync(bad, both(true, 2))],
      ];
      const stop = load();
      for (const [name, make] of faults) {
        const refusals = await metric('sallyport_policy_refusals_total');
        make();
        await until(async () => (await metric('sallyport_policy_refusals_total')) > refusals, PATIENCE_MS).catch(() => {
          throw new Error(`${name} was not refused`);
        });
        const { faults: said } = (await (await gateway.api('/policies')).json()) as { faults: { message: string }[] };
        expect(said.length, name).toBeGreaterThan(0);
        expect(await version(), name).toBe(good);
        rmSync(bad, { force: true });
        await until(async () => {
          const now = (await (await gateway.api('/policies')).json()) as { faults: unknown[] };
          return now.faults.length === 0;
        }, PATIENCE_MS);
      }
      // All files gone is a mistake, not a policy.
      const refusals = await metric('sallyport_policy_refusals_total');
      renameSync(join(policies, 'ours.yaml'), join(world.gateway.data, 'ours.yaml'));
      await until(async () => (await metric('sallyport_policy_refusals_total')) > refusals, PATIENCE_MS);
      const outcomes = await stop();
      const sent = [...outcomes.values()].reduce((sum, one) => sum + one, 0);
      console.log(`bad changes: ${faults.length + 1} under ${sent} requests: ${JSON.stringify([...outcomes])}`);
      expect([...outcomes.keys()]).toEqual(['both']);
      expect([...gateway.pids('gateway'), ...gateway.pids('analyst')]).toEqual(pids);
      expect(readdirSync(policies)).toEqual([]);
      chmodSync(policies, 0o700);
    },
    10 * PATIENCE_MS,
  );

  it(
    'the books add up in the end',
    async () => {
      await booksOf(world.gateway, world.seen.size);
      expect(await world.metric('sallyport_worker_deaths_total')).toBe(0);
      expect(requests).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );
});
