// Recordings that nobody's tool wrote: cut off, endless, nested without end, in another encoding, packed bombs. Whatever comes, the
// faults are named, what is good before and after is taken, and memory stays bounded.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { RecordedEntry } from '../../src/ingest/entry.ts';
import { readStream, readTransactions } from '../../src/ingest/read-transactions.ts';
import { captureOf } from './capture.ts';

const MIB = 1024 * 1024;
const RSS_GROWTH_MAX = 700 * MIB;
const GOOD = {
  startedDateTime: '2026-03-01T10:00:00Z',
  request: { method: 'GET', url: 'https://shop.example.com/good' },
};
const LINE = '{"request":{"method":"GET","url":"/good"}}\n';
const MONKEYS = '\n🐵🙈🙉\n';
const GOR = `1 ${'b'.repeat(40)} 1772359200123456789 0\nGET /good HTTP/1.1\r\nHost: a\r\n\r\n`;
const BURP =
  '<item><url>https://a/good</url><request base64="false"><![CDATA[GET /good HTTP/1.1\n\n]]></request></item>';
const ZAP = '==== 2 ==========\r\nGET https://a/good HTTP/1.1\r\nHost: a\r\n\r\n';
const LAUGHS = `<!DOCTYPE items [<!ENTITY a "ha">${[...'bcdefghij']
  .map((name, i) => `<!ENTITY ${name} "${`&${'abcdefghi'[i]};`.repeat(10)}">`)
  .join('')}]>`;

type Piece = string | Buffer | readonly [piece: string, times: number];
interface Row {
  readonly name: string;
  readonly file: string;
  readonly pieces: readonly Piece[];
  readonly good: number;
  readonly faults: readonly RegExp[];
}

const har = (...entries: readonly Piece[]): Piece[] => ['{"log":{"entries":[', ...entries, ']}}'];
const items = (...list: readonly Piece[]): Piece[] => ['<items>\n', ...list, '\n</items>'];
const long = (times: number): Piece => ['x'.repeat(MIB), times];
const deep: Piece[] = [
  ['['.repeat(1_000), 1_000],
  [']'.repeat(1_000), 1_000],
];
const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le');
const TOO_LONG = /^longer than \d+ bytes$/;
const TOO_DEEP = /^nested deeper than/;

const ROWS: readonly Row[] = [
  {
    name: 'NDJSON with a line of 1 GiB',
    file: 'a.ndjson',
    pieces: [LINE, long(1_024), '\n', LINE],
    good: 2,
    faults: [TOO_LONG],
  },
  {
    name: 'NDJSON nested a million deep',
    file: 'a.ndjson',
    pieces: [LINE, '{"request":{"method":"POST","url":"/","body":', ...deep, '}}\n', LINE],
    good: 2,
    faults: [TOO_DEEP],
  },
  { name: 'NDJSON cut off', file: 'a.ndjson', pieces: [LINE, LINE.slice(0, 20)], good: 1, faults: [/^not JSON/] },
  {
    name: 'NDJSON in UTF-16',
    file: 'a.ndjson',
    pieces: [utf16(LINE.repeat(2))],
    good: 0,
    faults: [/JSON/, /JSON/, /JSON/],
  },
  {
    name: 'NDJSON with bytes that are no UTF-8',
    file: 'a.ndjson',
    pieces: [Buffer.from('{"request":{"method":"GET","url":"/caf\xe9"}}\n', 'latin1')],
    good: 1,
    faults: [],
  },
  {
    name: 'NDJSON with times that no calendar has',
    file: 'a.ndjson',
    pieces: [
      '{"ts":1e300,"request":{"method":"GET","url":"/"}}\n{"ts":"+275000-01-01T00:00:00Z","request":{"method":"GET","url":"/"}}\n',
    ],
    good: 2,
    faults: [],
  },
  {
    name: 'a HAR with an entry of 80 MiB',
    file: 'a.har',
    pieces: har('{"request":{"method":"POST","url":"', long(80), '"}},', JSON.stringify(GOOD)),
    good: 1,
    faults: [TOO_LONG],
  },
  {
    name: 'a HAR nested a million deep',
    file: 'a.har',
    pieces: har('{"startedDateTime":"","request":', ...deep, '},', JSON.stringify(GOOD)),
    good: 1,
    faults: [TOO_DEEP],
  },
  {
    name: 'a HAR of HARs',
    file: 'a.har',
    pieces: har(['{"log":{"entries":[', 2_000], JSON.stringify(GOOD), [']}}', 2_000], ',', JSON.stringify(GOOD)),
    good: 1,
    faults: [TOO_DEEP],
  },
  {
    name: 'a HAR in UTF-16',
    file: 'a.har',
    pieces: [utf16(JSON.stringify({ log: { entries: [GOOD] } }))],
    good: 0,
    faults: [/^there is no log\.entries/],
  },
  {
    name: 'a HAR whose entries are none',
    file: 'a.har',
    pieces: har('null,7,"x",{},', JSON.stringify(GOOD)),
    good: 1,
    faults: [/object/, /object/, /object/, /request/],
  },
  {
    name: 'GoReplay with a payload of 80 MiB in short lines',
    file: 'a.gor',
    pieces: [
      `1 ${'a'.repeat(40)} 1772359200123456789 0\n`,
      [`${'a'.repeat(127)}\n`.repeat(MIB / 128), 80],
      MONKEYS,
      GOR,
      MONKEYS,
    ],
    good: 1,
    faults: [TOO_LONG],
  },
  {
    name: 'GoReplay with an id twice, and heads without sense',
    file: 'a.gor',
    pieces: [GOR, MONKEYS, GOR, MONKEYS, '1 x\n', MONKEYS, '9'.repeat(99)],
    good: 2,
    faults: [/begins with its type/, /begins with its type/],
  },
  {
    name: 'Burp with a billion laughs',
    file: 'a.xml',
    pieces: [LAUGHS, ...items('<item><request base64="false">GET /&j; HTTP/1.1\n\n</request></item>', BURP)],
    good: 2,
    faults: [/^not XML: .*entity/],
  },
  {
    name: 'Burp with a text of 80 MiB',
    file: 'a.xml',
    pieces: items('<item>\n<request>', long(80), '</request></item>\n', BURP),
    good: 1,
    faults: [TOO_LONG],
  },
  {
    name: 'Burp with an attribute of 80 MiB',
    file: 'a.xml',
    pieces: items('<item a="', long(80), '"></item>\n', BURP),
    good: 1,
    faults: [TOO_LONG],
  },
  {
    name: 'Burp nested a million deep',
    file: 'a.xml',
    pieces: items('<item>', ['<a>'.repeat(1_000), 1_000], BURP),
    good: 1,
    faults: [TOO_DEEP],
  },
  { name: 'Burp cut off', file: 'a.xml', pieces: ['<items>', BURP, BURP.slice(0, 60)], good: 1, faults: [/^not XML/] },
  {
    name: 'Burp in UTF-16',
    file: 'a.xml',
    pieces: [utf16(`<items>${BURP}</items>`)],
    good: 0,
    faults: [/JSON/, /JSON/, /JSON/],
  },
  {
    name: 'ZAP with a message of 80 MiB',
    file: 'zap.txt',
    pieces: ['==== 1 ==========\r\n', [`${'a'.repeat(127)}\n`.repeat(MIB / 128), 80], ZAP],
    good: 1,
    faults: [TOO_LONG],
  },
  {
    name: 'ZAP with a million empty lines in an answer',
    file: 'zap.txt',
    pieces: [
      '==== 1 ==========\r\nGET https://a/ HTTP/1.1\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
      ['\n'.repeat(1_000), 1_000],
      'x\r\n',
      ZAP,
    ],
    good: 2,
    faults: [],
  },
  {
    name: 'Envoy with entries that are none',
    file: 'als.json',
    pieces: ['{"http_logs":{"log_entry":[null,"x",{"request":{"path":"/good"}},{}]}}\n'],
    good: 1,
    faults: [/JSON object/, /JSON object/, /no path/],
  },
  {
    name: 'Envoy nested a million deep',
    file: 'tap.json',
    pieces: ['{"http_buffered_trace":', ...deep, '}\n', LINE],
    good: 1,
    faults: [TOO_DEEP],
  },
];

function* bytesOf(pieces: readonly Piece[]): Generator<Buffer> {
  for (const piece of pieces) {
    const [one, times] = Array.isArray(piece) ? (piece as readonly [string, number]) : [piece as string | Buffer, 1];
    const bytes = typeof one === 'string' ? Buffer.from(one) : one;
    for (let i = 0; i < times; i++) yield bytes;
  }
}

/** What was read, and by how much memory grew at most. */
async function held(entries: AsyncIterable<RecordedEntry>, onTurn: (peak: () => void) => void) {
  const before = process.memoryUsage.rss();
  let growth = 0;
  const peak = (): void => {
    growth = Math.max(growth, process.memoryUsage.rss() - before);
  };
  onTurn(peak);
  const found = { good: 0, faults: [] as string[], growth: 0 };
  for await (const entry of entries) {
    peak();
    if ('malformed' in entry) found.faults.push(entry.malformed);
    else {
      found.good += 1;
      expect(new Date(entry.transaction.at).toISOString()).toMatch(/^\d{4}-/);
    }
  }
  return { ...found, growth };
}

describe('a recording', { timeout: 120_000 }, () => {
  it.each(ROWS.map((row) => [row.name, row] as const))('%s', async (_, { file, pieces, good, faults }) => {
    let peak = (): void => {};
    async function* stream(): AsyncGenerator<Buffer> {
      for (const bytes of bytesOf(pieces)) {
        peak();
        yield bytes;
      }
    }
    const found = await held(readStream(stream(), file), (look) => {
      peak = look;
    });
    expect(found.faults).toEqual(faults.map((fault) => expect.stringMatching(fault)));
    expect(found.good).toBe(good);
    expect(found.growth).toBeLessThan(RSS_GROWTH_MAX);
  });
});

describe('a file', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-hostile-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const read = (name: string, content: Buffer) => {
    writeFileSync(join(folder, name), content);
    return held(readTransactions(join(folder, name)), () => {});
  };
  const hasTshark = spawnSync('tshark', ['--version']).status === 0 || process.env.CI !== undefined;

  it('that unpacks to hundreds of times its size is read as it unpacks', async () => {
    const member = gzipSync(Buffer.alloc(32 * MIB, 'x'));
    const bomb = Buffer.concat([gzipSync(LINE), ...Array<Buffer>(4).fill(member), gzipSync(`\n${LINE}`)]);
    expect(bomb.length).toBeLessThan(MIB);
    const found = await read('bomb.ndjson.gz', bomb);
    expect(found).toMatchObject({ good: 2, faults: [expect.stringMatching(TOO_LONG)] });
    expect(found.growth).toBeLessThan(RSS_GROWTH_MAX);
  });

  it.each([
    ['of which nothing was packed', gzipSync(LINE).subarray(0, 12), 0],
    [
      'that is damaged at the end',
      Buffer.concat([gzipSync(LINE.repeat(5_000)), Buffer.from('\u001f\u008b\b\0damaged', 'latin1')]),
      4_000,
    ],
  ])('%s says so', async (name, content, goodMin) => {
    const found = await read(`${name}.ndjson.gz`, content);
    expect(found).toMatchObject({ faults: [expect.stringMatching(/damaged or cut off/)] });
    expect(found.good).toBeGreaterThanOrEqual(goodMin);
  });

  it.skipIf(!hasTshark).each([
    ['cut off', (whole: Buffer) => whole.subarray(0, -10), 1],
    [
      'of which only the head is one',
      (whole: Buffer) => Buffer.concat([whole.subarray(0, 24), Buffer.alloc(4_000, 0xff)]),
      0,
    ],
  ])('that is a capture %s gives what was whole, and says so', async (name, change, good) => {
    const request = { from: 'client', text: 'GET /good HTTP/1.1\r\nHost: a\r\n\r\n' } as const;
    const answer = { from: 'server', text: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' } as const;
    const found = await read(`${name}.pcap`, change(captureOf([request, answer], 1_772_359_200)));
    expect(found).toMatchObject({ good, faults: [expect.stringMatching(/^tshark: /)] });
  });
});
