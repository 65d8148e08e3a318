// The audit as people run it: `node dist/main.js audit …`, with right and wrong arguments, against the sample API and a TLS server.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { afterAll, describe, expect, it } from 'vitest';
import { startSampleApi } from '../../src/sample-api/server.ts';

const MAIN = resolve(import.meta.dirname, '../../dist/main.js');
/** As OASIS publishes it, in draft 4 of JSON Schema without what later drafts read differently. */
const SARIF = join(import.meta.dirname, 'sarif-2.1.0-rtm.5.json');

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function sallyport(...args: readonly string[]): Promise<Run> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, SALLYPORT_ADMIN_TOKEN: 'a-token-for-tests-only-0123456789' },
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.once('close', (code) => done({ code, out, err }));
  });
}

const folder = mkdtempSync(join(tmpdir(), 'sallyport-audit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([false, true])('the sample API (hardened: %s)', (isHardened) => {
  it('asked on the command line has its flaws told in SARIF that the official schema accepts', async () => {
    const api = await startSampleApi({ host: '127.0.0.1', port: 0, isHardened });
    const { code, out } = await sallyport('audit', api.url, '--rate', '1000', '--active', '--format', 'sarif');
    await api.close();
    const ajv = new Ajv.default({ strict: false, allErrors: true, unicodeRegExp: false });
    addFormats.default(ajv);
    const { $schema, id, ...schema } = JSON.parse(readFileSync(SARIF, 'utf8'));
    expect([$schema, id]).toEqual([expect.stringContaining('draft-04'), expect.stringContaining('sarif-2.1.0')]);
    const validate = ajv.compile(schema);
    validate(JSON.parse(out));
    expect(validate.errors).toBeNull();
    const [run] = (JSON.parse(out) as { runs: { results: { ruleId: string }[] }[] }).runs;
    const told = run!.results.map(({ ruleId }) => ruleId).sort();
    expect(code).toBe(isHardened ? 0 : 2);
    if (isHardened) expect(told).toEqual([]);
    else {
      expect(told).toEqual([
        'debug-endpoint',
        'forbidden-data',
        'graphql-aliases',
        'graphql-batching',
        'graphql-depth',
        'graphql-introspection',
        'missing-authentication',
        'missing-rate-limit',
        'missing-security-headers',
        'open-websocket',
        'permissive-cors',
        // Of a search, and of the number of a product.
        'statement-injection',
        'statement-injection',
        'verbose-errors',
      ]);
    }
  });
});

describe('`sallyport audit`', () => {
  it.each([
    [['audit'], /missing required argument/],
    [['audit', 'nothing'], /is no URL/],
    [['audit', 'http://127.0.0.1:1'], /does not answer: .*ECONNREFUSED/],
    [['audit', 'http://127.0.0.1:1', '--format', 'pdf'], /one of text, json, sarif, html/],
    [['audit', 'http://127.0.0.1:1', '--rate', '0'], /a whole number from 1 on/],
    [['audit', 'http://127.0.0.1:1', '--user-a', '@/not/there'], /\/not\/there cannot be read \(ENOENT\)/],
    [['audit', 'http://127.0.0.1:1', '--user-a', 'token'], /--user-a is a header line/],
    [['audit', 'http://127.0.0.1:1', '--openapi', '/not/there'], /\/not\/there cannot be read/],
    [['audit', 'http://127.0.0.1:1', '--openapi', 'http://127.0.0.1:1/x'], /cannot be fetched \(ECONNREFUSED\)/],
    [['audit', 'http://127.0.0.1:1', '--openapi', MAIN], /main\.js: /],
    [['audit', 'http://127.0.0.1:1', '--admin', 'http://127.0.0.1:1'], /ECONNREFUSED/],
    [['audit', 'http://127.0.0.1:1', '--out', '/not/there/a.html'], /there is no folder \/not\/there/],
    [
      ['report', '--out', join(folder, 'x.html'), '--admin', 'http://127.0.0.1:1'],
      /cannot be reached \(ECONNREFUSED\)/,
    ],
    [['report', '--out', join(folder, 'x.html'), '--since', 'monday'], /is no period/],
  ])('%j ends with 1 and one sentence', async (args, said) => {
    const { code, err } = await sallyport(...args);
    expect(err).toMatch(said);
    expect(err).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
  });

  it('looks at a server with a certificate of its own, tells it, and obeys --fail-on', async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const args = 'req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN=localhost'.split(' ');
    execFileSync('openssl', [...args, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const server = https.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) =>
      response.writeHead(404).end(),
    );
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const text = await sallyport('audit', url, '--rate', '1000');
    expect(text).toMatchObject({ code: 2, out: expect.stringMatching(/HIGH {5}The certificate is not to be trusted/) });
    const html = await sallyport(
      'audit',
      url,
      '--rate',
      '1000',
      '--fail-on',
      'never',
      '--format',
      'html',
      '--out',
      join(folder, 'a.html'),
    );
    expect(html).toMatchObject({ code: 0, out: '' });
    expect(readFileSync(join(folder, 'a.html'), 'utf8')).toMatch(/^<!doctype html>[\s\S]*SELF_SIGNED/);
    const plan = await sallyport('audit', url, '--dry-run');
    expect(plan).toMatchObject({ code: 0, out: expect.stringMatching(/TLS {5}certificate[\s\S]*GET {5}\/\.env/) });
    server.closeAllConnections();
    server.close();
  });
});
