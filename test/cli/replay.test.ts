// `sallyport replay` as people run it: what would be blocked, what behaviour there was, in the exact form of the contract.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = resolve(import.meta.dirname, '../../dist/main.js');
const START = Date.UTC(2026, 1, 1);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-replay-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Output {
  readonly transactions: number;
  readonly findings: readonly Record<string, unknown>[];
  readonly incidents: readonly {
    detection: string;
    count: number;
    firstSeen: number;
    transactions: number[];
    result: string;
  }[];
  readonly wouldBlock: readonly number[];
}

/** Runs it in the scratch folder, where no configuration lies. */
async function replay(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, [MAIN, 'replay', ...args], { cwd: folder });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const code = await new Promise<number>((done) => child.once('close', done));
  return { code, out, err };
}

let files = 0;
function file(lines: readonly (object | string)[], name = 'a.ndjson'): string {
  files += 1;
  const path = join(folder, `${files}-${name}`);
  writeFileSync(path, `${lines.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n')}\n`);
  return path;
}

interface Sent {
  readonly ip?: string;
  readonly method?: string;
  readonly body?: unknown;
  readonly status?: number;
  readonly answer?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function at(
  seconds: number,
  url: string,
  { ip = '10.0.0.1', method = 'GET', body, status = 200, answer, headers }: Sent = {},
) {
  const json = { 'content-type': 'application/json' };
  return {
    ts: new Date(START + seconds * 1_000).toISOString(),
    client: { ip },
    request: {
      method,
      url,
      headers: { host: 'shop.example.com', ...(body === undefined ? {} : json), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
    response: { status, headers: json, body: JSON.stringify(answer ?? { id: 1, name: 'Tea' }) },
  };
}

describe('sallyport replay', { timeout: 60_000 }, () => {
  it('prints one object of the contract, with indexes of transactions, and names what is malformed', async () => {
    const path = file([
      at(0, '/api/products/1'),
      at(1, `/api/products?search=${encodeURIComponent("' OR 1=1--")}`, { ip: '203.0.113.9' }),
      '{"ts": broken',
      at(2, '/api/users/7', { answer: { name: 'Ann', ssn: '536-22-8754' } }),
      at(3, '/api//../../etc/passwd', { ip: '203.0.113.9', status: 404 }),
    ]);
    const { code, out, err } = await replay(path, '--format', 'json');
    expect(code).toBe(0);
    const output = JSON.parse(out) as Output;
    expect(Object.keys(output)).toEqual(['transactions', 'findings', 'incidents', 'wouldBlock']);
    expect(output.transactions).toBe(4);
    expect(output.findings).toEqual([
      { transaction: 1, id: 'injection-sql', phase: 'request-head', pointer: '/search', action: 'block' },
      {
        transaction: 2,
        id: 'forbidden-data-exposure',
        phase: 'response-body',
        pointer: '/ssn',
        dataType: 'us-ssn',
        action: 'mask',
      },
      { transaction: 3, id: 'protocol-violation', phase: 'request-head', pointer: '', action: 'block' },
    ]);
    expect(output.wouldBlock).toEqual([1, 3]);
    expect(output.incidents.find((one) => one.detection === 'injection-sql')).toMatchObject({
      transactions: [1],
      result: 'succeeded',
      firstSeen: START + 1_000,
    });
    expect(err).toContain(`${path}:3 malformed: not JSON`);
  });

  it('finds behaviour on the clock of the recording, out of order by a little, over several files', async () => {
    const logins = Array.from({ length: 60 }, (_, i) =>
      at(i * 2, '/api/login', {
        ip: '198.51.100.7',
        method: 'POST',
        status: 401,
        body: { email: `user${i}@example.com`, password: `x${i}` },
        answer: { error: 'no' },
      }),
    );
    // Neighbours change places.
    for (let i = 0; i + 1 < logins.length; i += 2) [logins[i], logins[i + 1]] = [logins[i + 1]!, logins[i]!];
    const first = file(logins.slice(0, 5));
    const second = file(logins.slice(5));
    const output = JSON.parse((await replay(first, second, '--format', 'json')).out) as Output;
    expect(output.incidents.map((one) => [one.detection, one.count])).toEqual([['credential-stuffing', 60]]);
    expect(output.wouldBlock).toEqual([]);

    // The same logins, one an hour: nobody stuffs so slowly, and a clock that ran while reading would not see the difference.
    const slow = logins.map((one, i) => ({ ...one, ts: new Date(START + i * 3_600_000).toISOString() }));
    const calm = JSON.parse((await replay(file(slow), '--format', 'json')).out) as Output;
    expect(calm.incidents.map((one) => one.detection)).not.toContain('credential-stuffing');
  });

  it('leaves ordinary traffic alone, whatever way its recorder writes it', async () => {
    const path = file([
      at(0, '/search?q=tea and coffee, 100% organic'),
      at(1, '/wiki/Café', { headers: { cookie: 'a=1; session=abc' } }),
      at(2, 'https://shop.example.com/a?next=/b#frag'),
      { request: { method: 'GET', url: '/no/host' } },
      at(3, '/api/notes', { method: 'POST', body: { text: "It's 5 o'clock -- or 1 = 1?" } }),
      at(4, '/upload', { method: 'POST', headers: { 'content-length': '999', 'transfer-encoding': 'chunked' } }),
    ]);
    const { out, err } = await replay(path, '--format', 'json');
    const output = JSON.parse(out) as Output;
    // The last one has two framings: that is what a smuggled request is made of.
    expect(output.wouldBlock).toEqual([5]);
    expect(output.findings.map((one) => [one.transaction, one.id])).toEqual([[5, 'protocol-violation']]);
    expect(err).toContain('1 transactions name no time');
  });

  it('says it in words, and which transactions would be blocked when asked', async () => {
    const path = file([at(0, "/api/products?search=1' UNION SELECT password FROM users--", { ip: '203.0.113.9' })]);
    const long = await replay(path, '--enforce-report');
    expect(long.out).toContain('1 transactions, 1 findings, 1 would be blocked, 1 incidents');
    expect(long.out).toContain('CRITICAL SQL injection (injection-sql, succeeded, 1 transactions)');
    expect(long.out).toMatch(/ {8}0 {2}403 {2}GET shop\.example\.com\/api\/products {2}injection-sql/);
  });

  it('keeps to the configuration: exceptions, identities, limits', async () => {
    const config = join(folder, 'sallyport.yaml.given');
    const policies = mkdtempSync(join(folder, 'policies-'));
    writeFileSync(
      join(policies, 'a.yaml'),
      'kind: exception\nid: search\ndetector: injection-sql\nmatch: { endpoint: "GET /api/products", pointer: /search }\nreason: a search over SQL\n',
    );
    writeFileSync(
      config,
      `policies: ${policies}\nidentity: { actors: [{ header: { name: x-user } }] }\nlimits: { targetBytesMax: 200 }\n`,
    );
    const path = file([
      at(0, `/api/products?search=${encodeURIComponent("' OR 1=1--")}`, { headers: { 'x-user': 'ann' } }),
      at(1, `/api/products?search=${'x'.repeat(300)}`),
    ]);
    const output = JSON.parse((await replay(path, '--config', config, '--format', 'json')).out) as Output;
    expect(output.findings).toEqual([
      { transaction: 1, id: 'protocol-violation', phase: 'request-head', pointer: '', action: 'block' },
    ]);
  });

  it('ends with 1 when a file cannot be read or nothing in it can', async () => {
    const missing = await replay(join(folder, 'nowhere.har'));
    expect(missing).toMatchObject({ code: 1, out: '' });
    expect(missing.err).toContain('nowhere.har: cannot be read (ENOENT)');
    const nonsense = await replay(file(['nonsense'], 'b.txt'));
    expect(nonsense.code).toBe(1);
    expect(nonsense.err).toContain('b.txt:1 malformed');
    expect((await replay(folder)).err).toContain('is a folder');
  });
});

describe('replay --learn', { timeout: 120_000 }, () => {
  const rows = (count: number): object[] =>
    Array.from({ length: count }, (_, i) => ({ id: i, name: `Tea ${i}`, price: 4.5, mail: `p${i}@example.org` }));
  const lines = Array.from({ length: 1_500 }, (_, i) => ({
    ts: new Date(START + i * 1_000).toISOString(),
    client: { ip: `10.0.${i % 40}.${1 + (i % 7)}` },
    request: {
      method: 'GET',
      url: `/api/orders?page=${i % 9}`,
      headers: { host: 'shop.example.com', cookie: `session=s${i % 200}` },
    },
    response: {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(rows(i === 1_490 ? 4_000 : 3 + (i % 5))),
    },
  }));

  it('holds an answer against those before it, and says nothing of the others', async () => {
    const path = file(lines);
    const plain = JSON.parse((await replay(path, '--format', 'json')).out) as Output;
    expect(plain.findings).toEqual([]);
    const learned = JSON.parse((await replay(path, '--format', 'json', '--learn')).out) as Output;
    expect(learned.findings.map(({ id, transaction }) => [transaction, id])).toEqual([
      [1_490, 'oversized-response'],
      [1_490, 'excessive-data-in-one-response'],
    ]);
  });

  it('names a learned file that cannot be read', async () => {
    const path = file([lines[0]!]);
    const broken = file(['{'], 'learned.json');
    expect(await replay(path, '--learned', broken)).toEqual({ code: 1, out: '', err: `${broken}: is not JSON\n` });
    expect(await replay(path, '--learned', 'nowhere.json')).toEqual({
      code: 1,
      out: '',
      err: 'nowhere.json: cannot be read (ENOENT)\n',
    });
  });
});
