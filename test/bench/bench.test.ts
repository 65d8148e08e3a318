import { describe, expect, it } from 'vitest';
import { cpuUsByPid } from '../../src/cli/bench/contestant.ts';
import { type Cell, median, SCENARIOS } from '../../src/cli/bench/measure.ts';
import { recordsJson, requestBytes } from '../../src/cli/bench/payloads.ts';
import { measurementsTable } from '../../src/cli/bench/report.ts';
import { ResponseFraming } from '../../src/cli/bench/response-framing.ts';

describe('payloads', () => {
  it.each([200, 1_024, 16_384, 131_072])('JSON of %i bytes is exactly that long and parses', (bytes) => {
    const text = recordsJson(bytes);
    expect(Buffer.byteLength(text)).toBe(bytes);
    expect(Array.isArray(JSON.parse(text))).toBe(true);
  });

  it('a POST declares the length it has, a GET has no body', () => {
    const [head, body] = requestBytes('POST', 16).toString().split('\r\n\r\n');
    expect(head).toContain('POST /16 HTTP/1.1\r\n');
    expect(head).toContain(`Content-Length: ${Buffer.byteLength(body!)}`);
    expect(requestBytes('GET', 1).toString()).toMatch(/\r\n\r\n$/);
  });
});

describe('the framing of responses', () => {
  const plain = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
  const chunked =
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n';
  const empty = 'HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n';

  it.each([1, 2, 3, 7, 1_000])('counts whole responses that arrive %i bytes at a time', (step) => {
    const framing = new ResponseFraming();
    const bytes = Buffer.from(plain + chunked + plain + chunked);
    let ended = 0;
    for (let at = 0; at < bytes.length; at += step) ended += framing.push(bytes.subarray(at, at + step));
    expect(ended).toBe(4);
    expect(framing.status).toBe(200);
  });

  it('counts nothing before the last byte', () => {
    const framing = new ResponseFraming();
    expect(framing.push(Buffer.from(chunked.slice(0, -1)))).toBe(0);
    expect(framing.push(Buffer.from('\n'))).toBe(1);
  });

  it('ends an empty response with its head, and says its status', () => {
    const framing = new ResponseFraming();
    expect(framing.push(Buffer.from(empty))).toBe(1);
    expect(framing.status).toBe(403);
  });

  it('refuses what it cannot frame', () => {
    expect(() => new ResponseFraming().push(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))).toThrow('not the response');
    expect(() => new ResponseFraming().push(Buffer.from('SSH-2.0-x\r\n\r\n'))).toThrow('not the response');
  });
});

describe('the figures', () => {
  const cell: Cell = {
    contestant: 'one',
    scenario: SCENARIOS[0]!.name,
    cpuUs: 40.4,
    busiestCpuUs: 40.4,
    spread: 0.1,
    requestsPerSecond: 1_234.5,
    p50Us: 1,
    p99Us: 2,
    failures: 3,
    failure: 'status 502',
  };

  it('the table names what is missing and what failed', () => {
    const missing = [{ contestant: 'nginx', why: 'apt-get install nginx' }];
    const text = measurementsTable({ cells: [cell], paces: [], missing }, SCENARIOS).join('\n');
    expect(text).toContain('| one | 40 (40) ± 5 % · 1235 | – | – | – |');
    expect(text).toContain('| nginx | missing: apt-get install nginx |');
    expect(text).toContain('3 failures (status 502)');
  });

  it('the median is one of the values', () => {
    expect(median([9, 1, 4])).toBe(4);
  });

  it.runIf(process.platform === 'linux')('CPU time of this process is counted and grows', () => {
    const before = cpuUsByPid(process.pid).get(process.pid)!;
    expect(before).toBeGreaterThan(0);
    while (process.cpuUsage().user + process.cpuUsage().system < before + 60_000);
    expect(cpuUsByPid(process.pid).get(process.pid)!).toBeGreaterThan(before);
  });
});
