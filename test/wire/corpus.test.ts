// Every row of the corpus against the real data plane in enforce and in monitor mode: the exact status, and whether the
// upstream saw a byte. One gateway takes all rows of a mode one after another, as an edge would.
import * as net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parsed } from '../proxy/world.ts';
import { FRAMING_OF_CHUNKS_AND_LINES } from './corpus/a-chunks-and-lines.ts';
import { FRAMING } from './corpus/a-framing.ts';
import { TARGET } from './corpus/b-target.ts';
import { PATHS } from './corpus/c-path.ts';
import { HEADERS } from './corpus/d-headers.ts';
import { BODIES } from './corpus/i-bodies.ts';
import { UPGRADES } from './corpus/j-upgrade.ts';
import type { Row, Status } from './corpus/row.ts';
import { type Recorder, recorder } from './recorder.ts';
import { type RealGateway, realGateway } from './world.ts';

const SECTIONS = {
  A: [...FRAMING, ...FRAMING_OF_CHUNKS_AND_LINES],
  B: TARGET,
  C: PATHS,
  D: HEADERS,
  I: BODIES,
  J: UPGRADES,
} as const;
const ROWS_MIN = 600;
const ROW_MS = 30_000;

describe.each(['enforce', 'monitor'] as const)('bytes on the wire in mode %s', (mode) => {
  let upstream: Recorder;
  let gateway: RealGateway;
  let ran = 0;

  beforeAll(async () => {
    upstream = await recorder();
    gateway = await realGateway([upstream.url], mode);
  });

  it.each(Object.entries(SECTIONS))('section %s', async (_, rows) => {
    const wrong: string[] = [];
    for (const row of rows) {
      const complaint = await runRow(row);
      if (complaint.length > 0) wrong.push(`${row.id} ${row.name}: ${complaint.join('; ')}`);
      ran += 1;
    }
    expect(wrong).toEqual([]);
  });

  it('leaves no transaction open and every one accounted for', async () => {
    expect(gateway.plane.counters).toMatchObject({
      activeTransactions: 0,
      openUpgrades: 0,
      heldBytes: 0,
      inspectionErrors: 0,
    });
    expect(upstream.violations).toEqual([]);
    const of = (coverage: string): number => gateway.records.filter((record) => record.coverage === coverage).length;
    expect(of('inspected') + of('uninspected') + of('refused')).toBe(gateway.records.length);
    // Everything that is not a record was refused by the parser; each row is at least one of the two.
    expect(gateway.records.length + gateway.plane.counters.badRequestsOnWire).toBeGreaterThanOrEqual(ran);
  });

  afterAll(async () => {
    await gateway.plane.drain(0);
    await upstream.close();
    const total = Object.values(SECTIONS).reduce((sum, rows) => sum + rows.length, 0);
    expect(total).toBeGreaterThanOrEqual(ROWS_MIN);
    expect(ran).toBe(total);
    console.log(
      `wire corpus: ${ran} rows in mode ${mode} (${Object.entries(SECTIONS)
        .map(([id, rows]) => `${id} ${rows.length}`)
        .join(', ')})`,
    );
  });

  function statusesOf(status: Status): readonly number[] {
    if (typeof status === 'number') return [status];
    return 'length' in status ? status : [status[mode]];
  }

  async function runRow(row: Row): Promise<string[]> {
    const bytesBefore = upstream.bytes;
    const requestsBefore = upstream.requests.length;
    const text = await converse(gateway.port, row.bytes);
    const answer = parsed(text.replace(/^(?:HTTP\/1\.1 1\d\d [^\r]*\r\n\r\n)+/, ''));
    const requests = upstream.requests.slice(requestsBefore);
    const complaint: string[] = [];
    const allowed = statusesOf(row.status);
    const [status = 0] = allowed;
    if (!allowed.includes(answer.status)) complaint.push(`status ${answer.status} instead of ${allowed.join(' or ')}`);
    const lines = requests.map((request) => request.line);
    // What monitor mode lets pass of a refused row is the row itself, whatever it asks for.
    const expected = row.upstream.length > 0 || status >= 400 ? row.upstream : lines;
    if (JSON.stringify(lines) !== JSON.stringify(expected))
      complaint.push(`upstream saw ${JSON.stringify(lines).slice(0, 300)}`);
    if (status >= 400 && row.upstream.length === 0) {
      const leaked = upstream.bytes - bytesBefore;
      if (leaked > 0 && !(row.mayBegin && mode === 'monitor')) complaint.push(`${leaked} bytes went upstream`);
      if (!answer.head.toLowerCase().includes('connection: close')) complaint.push('the connection was not closed');
      if (/evil|smuggled/i.test(text)) complaint.push('the reply echoes the request');
    }
    const seen = requests
      .map((request) => `${request.head}\r\n`)
      .join('')
      .toLowerCase();
    for (const part of row.has) if (!seen.includes(part.toLowerCase())) complaint.push(`upstream lacks ${part}`);
    for (const part of row.lacks) if (seen.includes(part.toLowerCase())) complaint.push(`upstream has ${part}`);
    if (row.body !== undefined && requests.at(-1)?.body !== row.body) complaint.push('the body is another one');
    return complaint;
  }
});

/** Everything the gateway says until it closes the connection. */
function converse(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => {
      chunks.push(Buffer.from('\r\n(the connection stayed open)'));
      socket.destroy();
    }, ROW_MS);
    socket.on('error', () => {});
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString('latin1'));
    });
    socket.write(Buffer.from(bytes, 'latin1'));
  });
}
