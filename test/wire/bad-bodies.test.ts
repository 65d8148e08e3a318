// Goal 2: bodies that are not what their head says, through the real data plane. In enforce mode each gets the status it is listed with,
// and not a byte of it goes on; in monitor mode each arrives as it was sent.
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BAD_BODIES, type BadBody, GOOD_BODIES } from './corpus/bad-bodies.ts';
import { type Recorder, recorder } from './recorder.ts';
import { type RealGateway, realGateway } from './world.ts';

const CASES_MIN = 1_500;
const AT_ONCE = 25;
/** Monitor mode lets all of them pass, whatever they are; some of each kind show it. */
const ROWS: Readonly<Record<'enforce' | 'monitor', readonly BadBody[]>> = {
  enforce: BAD_BODIES,
  monitor: BAD_BODIES.filter((_, i) => i % 3 === 0),
};

describe.each(['enforce', 'monitor'] as const)('bad bodies in mode %s', (mode) => {
  let upstream: Recorder;
  let gateway: RealGateway;

  beforeAll(async () => {
    upstream = await recorder();
    gateway = await realGateway([upstream.url], mode);
  });
  afterAll(async () => {
    await gateway.plane.drain(0);
    await upstream.close();
  });

  it('get the status they are listed with', async () => {
    const wrong: string[] = [];
    const statuses = new Map<number, number>();
    const rows = ROWS[mode];
    await each(rows, async (row) => {
      const status = await send(gateway.port, row);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const expected = mode === 'enforce' ? row.status : 200;
      if (status !== expected) wrong.push(`${row.id} ${row.name}: ${status} instead of ${expected}`);
    });
    expect(wrong).toEqual([]);
    expect(BAD_BODIES.length).toBeGreaterThanOrEqual(CASES_MIN);
    const passing = rows.filter((row) => mode === 'monitor' || row.status === 200);
    // As they were sent, byte for byte: those that pass and no other.
    const sorted = (bodies: readonly string[]): string[] => [...bodies].sort();
    expect(sorted(upstream.requests.map(({ body }) => body))).toEqual(
      sorted(passing.map(({ body }) => body.toString('latin1'))),
    );
    expect(upstream.violations).toEqual([]);
    expect(gateway.plane.counters).toMatchObject({ activeTransactions: 0, heldBytes: 0, inspectionErrors: 0 });
    console.log(
      `bad bodies: ${rows.length} cases in mode ${mode}, all as listed: ${[...statuses]
        .sort(([a], [b]) => a - b)
        .map(([status, count]) => `${status} ${count}`)
        .join(', ')}`,
    );
  }, 120_000);

  it('stand beside good ones that pass', async () => {
    const refused: string[] = [];
    await each(GOOD_BODIES, async (row) => {
      const status = await send(gateway.port, row);
      if (status !== 200) refused.push(`${row.name}: ${status}`);
    });
    expect(refused).toEqual([]);
    expect(GOOD_BODIES.length).toBeGreaterThan(20);
  });
});

async function each(rows: readonly BadBody[], take: (row: BadBody) => Promise<void>): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < rows.length) await take(rows[next++]!);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

function send(port: number, row: BadBody): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      host: 'api.example',
      'content-length': row.body.length,
      ...(row.contentType === undefined ? {} : { 'content-type': row.contentType }),
      ...(row.contentEncoding === undefined ? {} : { 'content-encoding': row.contentEncoding }),
    };
    const sent = request({ port, method: 'POST', path: '/', headers, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode!));
    });
    sent.on('error', reject).end(row.body);
  });
}
