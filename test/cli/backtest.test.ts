// `sallyport backtest`: what a change of policy would do to traffic that is known, and an exit code that a pipeline understands.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runBacktest } from '../../src/cli/backtest.ts';
import type { ComparisonReport } from '../../src/inspection/policy-comparison.ts';
import { openRecorder } from '../../src/recorder/open-recorder.ts';

let folder = '';
let written: string[] = [];
let said: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-backtest-'));
  written = [];
  said = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  vi.spyOn(console, 'error').mockImplementation((text: string) => void said.push(text));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

function policies(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, 'a.yaml'), text);
  return path;
}

function traffic(): string {
  const line = (url: string, ip: string, body: object) =>
    JSON.stringify({
      ts: '2026-03-01T10:00:00Z',
      client: { ip },
      request: { method: 'GET', url, headers: { host: 'shop.example.com' } },
      response: { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    });
  const path = join(folder, 'traffic.ndjson');
  const lines = [
    line('/api/users/7', '203.0.113.1', { ssn: '536-22-8754' }),
    line('/api/users/8', '203.0.113.2', { ssn: '536-22-8755' }),
    line('/api/products', '203.0.113.1', { name: 'Tea' }),
    line("/api/search?q=' OR 1=1--", '203.0.113.9', {}),
  ];
  writeFileSync(path, lines.join('\n'));
  return path;
}

const LIVE = 'kind: data-policy\nid: a\nmatch: { direction: response, dataTypes: [us-ssn] }\naction: mask\n';
const STRICTER = LIVE.replace('mask', 'block');
const EXCEPTED = `${LIVE}---\nkind: exception\nid: x\ndetector: injection-sql\nmatch: { endpoint: "GET /api/search" }\nreason: a search over SQL\n`;

describe('sallyport backtest', { timeout: 120_000 }, () => {
  it('ends with 2 when the candidate blocks more, and says what, where and whom', async () => {
    const code = await runBacktest({
      candidate: policies('candidate', STRICTER),
      policies: policies('live', LIVE),
      traffic: [traffic()],
      format: 'json',
    });
    expect(code).toBe(2);
    const report = JSON.parse(written.join('')) as ComparisonReport;
    expect(report.transactions).toBe(4);
    expect(report.newlyBlocked.count).toBe(2);
    expect(report.newlyBlocked.byEndpoint).toMatchObject([{ name: 'GET shop.example.com/api/users/{id}', count: 2 }]);
    expect(report.newlyBlocked.byActor.map(({ name, count }) => [name, count])).toEqual([
      ['ip:203.0.113.1', 1],
      ['ip:203.0.113.2', 1],
    ]);
    expect(report.newlyBlocked.examples[0]).toMatchObject({
      transaction: 'backtest-0',
      path: '/api/users/7',
      findings: [
        { id: 'forbidden-data-exposure', pointer: '/ssn', action: 'block', policy: expect.stringMatching(/a\.yaml:1/) },
      ],
    });
    expect(report.noLongerBlocked.count).toBe(0);
    expect(JSON.stringify(report)).not.toContain('536-22');
  });

  it('ends with 0 when it only blocks less, and tells it in words', async () => {
    const code = await runBacktest({
      candidate: policies('candidate', EXCEPTED),
      policies: policies('live', LIVE),
      traffic: [traffic()],
      format: 'text',
    });
    expect(code).toBe(0);
    expect(written.join('')).toMatch(/newly blocked +0\n +no longer blocked +1/);
    expect(written.join('')).toContain('injection-sql at request-head /q: block, detector injection-sql');
  });

  it('runs on what the recorder kept, in the period that was asked for', async () => {
    const data = join(folder, 'data');
    const recorder = openRecorder({
      data,
      recorder: { enabled: true, share: 1, bytesMax: 1 << 30, ageMax: 86_400_000 },
    } as Parameters<typeof openRecorder>[0])!;
    for (const [at, n] of [
      [Date.now() - 7_200_000, 1],
      [Date.now(), 2],
    ] as const) {
      recorder.offer({
        at,
        clientAddress: '203.0.113.1',
        request: {
          method: 'GET',
          url: `/api/users/${n}`,
          rawHeaders: ['Host', 'shop.example.com'],
          body: Buffer.alloc(0),
          isDecoded: false,
        },
        response: {
          status: 200,
          rawHeaders: ['content-type', 'application/json'],
          body: Buffer.from('{"ssn":"536-22-8754"}'),
          isDecoded: false,
        },
      });
    }
    await recorder.close();
    const options = {
      candidate: policies('candidate', STRICTER),
      policies: policies('live', LIVE),
      data,
      format: 'json',
    };
    expect(await runBacktest({ ...options, since: '1h' })).toBe(2);
    expect(JSON.parse(written.join(''))).toMatchObject({ transactions: 1, newlyBlocked: { count: 1 } });
  });

  it('says what is missing or wrong', async () => {
    const live = policies('live', LIVE);
    const run = (given: object) =>
      runBacktest({ candidate: live, data: join(folder, 'data'), format: 'text', ...given });
    expect(await run({ candidate: join(folder, 'nowhere') })).toBe(1);
    expect(said.at(-1)).toContain('is not a folder');
    expect(await run({})).toBe(1);
    expect(said.at(-1)).toContain('nothing was recorded');
    expect(await run({ candidate: policies('broken', 'kind: data-policy\nid: b\nactoin: mask\n') })).toBe(1);
    expect(said.at(-1)).toMatch(/a\.yaml:3:1 .*did you mean/);
  });
});
