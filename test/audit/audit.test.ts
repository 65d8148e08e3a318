import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AuditOptions, type AuditReport, audit } from '../../src/audit/audit.ts';
import { asHtml } from '../../src/audit/formats/html.ts';
import { asSarif } from '../../src/audit/formats/sarif.ts';
import { asText, planAsText } from '../../src/audit/formats/text.ts';
import { operationsOfDocument, operationsOfEndpoints } from '../../src/audit/inventory.ts';
import { AnswerReader } from '../../src/audit/reader.ts';
import { bundleOf } from '../../src/policy/bundle.ts';
import { startSampleApi } from '../../src/sample-api/server.ts';
import { shippedPolicies } from '../support/shipped-policies.ts';
import { operation } from './operation.ts';
import { serverThat, userOf } from './servers.ts';

const reader = new AnswerReader(bundleOf(shippedPolicies().documents, []).bundle);

function run(target: string, options: Partial<AuditOptions> = {}): Promise<AuditReport> {
  return audit({
    target,
    reader,
    operations: undefined,
    first: undefined,
    second: undefined,
    isActive: false,
    isDryRun: false,
    requestsMax: 500,
    requestsPerSecond: 1_000,
    secondsMax: 60,
    onAsked: () => {},
    ...options,
  });
}

describe('the sample API', () => {
  const ADMIN = [
    operation('GET /api/admin/users', { isAuthenticated: true }),
    operation('GET /api/admin/export'),
    operation('GET /api/users', { isAuthenticated: true }),
  ];
  const auditOf = async (isHardened: boolean): Promise<AuditReport> => {
    const api = await startSampleApi({ host: '127.0.0.1', port: 0, isHardened });
    try {
      const document = await (await fetch(`${api.url}/openapi.json`)).text();
      return await run(api.url, {
        operations: [...operationsOfDocument(document), ...ADMIN],
        first: await userOf(api.url, 'ann'),
        second: await userOf(api.url, 'bob'),
        isActive: true,
      });
    } finally {
      await api.close();
    }
  };

  it('with its flaws has every one of them told, at its place', async () => {
    const { findings, stopped } = await auditOf(false);
    expect(stopped).toBeUndefined();
    expect(findings.map(({ id, place }) => `${id} ${place.replace(/^[\d.:]+$/, 'host')}`).sort()).toEqual([
      'broken-object-authorization GET /api/orders/{id}',
      'debug-endpoint GET /debug/vars',
      'forbidden-data GET /api/admin/export',
      'forbidden-data GET /api/admin/users',
      'forbidden-data GET /api/users/{id}',
      'graphql-aliases POST /graphql',
      'graphql-batching POST /graphql',
      'graphql-depth POST /graphql',
      'graphql-introspection POST /graphql',
      'markup-injection GET /api/comments',
      'missing-authentication GET /api/admin/export',
      'missing-authentication GET /api/admin/users',
      'missing-authentication GET /api/users',
      'missing-authentication GET /api/users/{id}',
      'missing-rate-limit POST /api/login',
      'missing-security-headers host',
      'open-websocket GET /ws',
      'permissive-cors host',
      'statement-injection GET /api/products',
      'statement-injection GET /api/products/{id}',
      'verbose-errors GET /api/products/{id}',
    ]);
    expect(findings[0]).toMatchObject({ id: 'broken-object-authorization', severity: 'critical' });
  });

  it('hardened has nothing told', async () => {
    const { findings, requests } = await auditOf(true);
    expect(findings).toEqual([]);
    expect(requests).toBeGreaterThan(100);
  });
});

describe('an audit', () => {
  it('asks with safe methods only, unless it is told otherwise', async () => {
    const server = await serverThat((_, response) => response.writeHead(404).end());
    const operations = ['GET', 'POST', 'PUT', 'DELETE'].map((method) => operation(`${method} /things`));
    await run(server.url, { operations });
    const methods = new Set(server.asked.map((line) => line.split(' ')[0]));
    expect([...methods].sort()).toEqual(['GET', 'TRACE']);
    await run(server.url, { operations, isActive: true });
    expect(server.asked).toContain('DELETE /things');
    server.close();
  });

  it('sends nothing in a dry run, and lists what it would', async () => {
    const server = await serverThat((_, response) => response.end());
    const report = await run(server.url, { isDryRun: true });
    expect(server.asked).toEqual([]);
    expect(report.planned.length).toBeGreaterThan(40);
    expect(planAsText(report)).toMatch(/GET {5}\/\.env {2}\(forgotten: settings of the application\)/);
    server.close();
  });

  it('keeps its bounds: requests, and their rate', async () => {
    const server = await serverThat((_, response) => response.writeHead(404).end());
    const began = Date.now();
    const report = await run(server.url, { requestsMax: 20, requestsPerSecond: 50 });
    expect(report).toMatchObject({ requests: 20, stopped: '20 requests are the bound' });
    expect(Date.now() - began).toBeGreaterThanOrEqual(300);
    expect(server.asked.length).toBeLessThanOrEqual(20);
    server.close();
  });

  it('ends when nobody answers', async () => {
    const server = await serverThat((request) => request.socket.destroy());
    const report = await run(server.url);
    expect(report.stopped).toMatch(/no answer/);
    expect(report.requests).toBeLessThan(10);
    server.close();
  });

  it('follows no redirect to another host', async () => {
    const other = await serverThat((_, response) => response.end());
    const server = await serverThat((_, response) => response.writeHead(302, { location: other.url }).end());
    await run(server.url);
    expect(other.asked).toEqual([]);
    other.close();
    server.close();
  });

  it.each([
    ['a page in place of everything', (response: http.ServerResponse) => response.end('<html>App</html>')],
    ['JSON in place of everything', (response: http.ServerResponse) => response.end('{"ok":true}')],
  ])('is not taken in by %s', async (_, answer) => {
    const server = await serverThat((__, response) => {
      response.setHeader('x-content-type-options', 'nosniff');
      answer(response);
    });
    const { findings } = await run(server.url);
    expect(findings).toEqual([]);
    server.close();
  });

  it('listens to a stream that never ends for a moment only, and judges what came', async () => {
    const server = await serverThat((request, response) => {
      response.setHeader('x-content-type-options', 'nosniff');
      if (request.url !== '/feed') return response.writeHead(404).end();
      response.setHeader('content-type', 'text/event-stream');
      response.write('data: {"n":0}\n\n');
      const timer = setInterval(() => response.write('data: {"n":1}\n\n'), 20);
      return response.once('close', () => clearInterval(timer));
    });
    const begun = performance.now();
    const { findings } = await run(server.url, {
      operations: [operation('GET /feed', { isAuthenticated: true })],
      secondsMax: 600,
    });
    expect(performance.now() - begun).toBeLessThan(60_000);
    expect(findings.map(({ id }) => id)).toContain('missing-authentication');
    server.close();
  });

  it('finds a token that nobody verifies', async () => {
    const server = await serverThat((request, response) => {
      response.setHeader('x-content-type-options', 'nosniff');
      if (request.url !== '/me') response.writeHead(404);
      else if (!/^Bearer [\w-]+\.[\w-]+\./.test(request.headers.authorization ?? '')) response.writeHead(401);
      response.end('{"name":"Ann"}');
    });
    const claims = Buffer.from('{"sub":"7"}').toString('base64url');
    const report = await run(server.url, {
      operations: [operation('GET /me', { isAuthenticated: true })],
      first: { name: 'authorization', value: `Bearer eyJhbGciOiJIUzI1NiJ9.${claims}.c2lnbmF0dXJl` },
    });
    expect(report.findings.map(({ id }) => id)).toEqual(['token-not-verified']);
    server.close();
  });

  it('finds cookies, listings and files', async () => {
    const listing =
      '<html><head><title>Index of /files/</title></head><body><h1>Index of /files/</h1><hr><pre><a href="../">../</a>\n<a href="a.zip">a.zip</a></pre></body></html>';
    const server = await serverThat((request, response) => {
      response.setHeader('x-content-type-options', 'nosniff');
      if (request.url === '/') response.setHeader('set-cookie', 'sid=1; Path=/').end('{}');
      else if (request.url === '/.env') response.end('DB_PASSWORD=hunter2\n');
      else if (request.url === '/files/') response.setHeader('content-type', 'text/html').end(listing);
      else response.writeHead(404).end();
    });
    const ids = (await run(server.url)).findings.map(({ id }) => id).sort();
    // The listing is a page, and has no policy for pages.
    expect(ids).toEqual(['cookies-without-flags', 'directory-listing', 'exposed-file']);
    server.close();
  });
});

describe('the connection', () => {
  it('of a server that reads any request is told', async () => {
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { findings } = await run(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`);
    const framing = findings.find(({ id }) => id === 'ambiguous-framing');
    expect(framing?.evidence).toHaveLength(5);
    server.close();
  });

  it('with a certificate of its own and TLS 1.1 is told', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-audit-'));
    const key = join(folder, 'key.pem');
    const cert = join(folder, 'cert.pem');
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '5',
        '-subj',
        '/CN=localhost',
        '-keyout',
        key,
        '-out',
        cert,
      ],
      { stdio: 'ignore' },
    );
    const options = {
      key: readFileSync(key),
      cert: readFileSync(cert),
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    };
    const server = https.createServer(options as https.ServerOptions, (_, response) => response.writeHead(404).end());
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { findings } = await run(`https://127.0.0.1:${(server.address() as net.AddressInfo).port}`);
    expect(findings.map(({ id }) => id)).toEqual(['certificate', 'old-tls']);
    expect(findings[0]!.what).toMatch(/SELF_SIGNED/);
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
});

describe('an inventory', () => {
  it('of a document has paths with examples, and what needs credentials', () => {
    const document = `
openapi: 3.0.3
servers: [{ url: https://api.example.com/v2 }]
security: [{ token: [] }]
paths:
  /users/{id}:
    parameters: [{ $ref: "#/components/parameters/Id" }]
    get: {}
    delete: { security: [] }
  /files/{name}:
    get:
      parameters:
        - { name: name, in: path, schema: { type: string } }
        - { name: like, in: query, schema: { type: string } }
        - { name: since, in: query, schema: { type: string, format: date } }
  /files:
    post: { requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/File' } } } } }
  /live:
    get: { responses: { 101: { description: opened } } }
components:
  schemas: { File: { properties: { note: { type: string }, size: { type: integer }, kind: { type: string, enum: [a] } } } }
  parameters: { Id: { name: id, in: path, schema: { type: string, example: "u 7" } } }
`;
    expect(operationsOfDocument(document)).toEqual([
      operation('GET /v2/users/{id}', { path: '/v2/users/u%207', isAuthenticated: true }),
      operation('DELETE /v2/users/{id}', { path: '/v2/users/u%207', isAuthenticated: false }),
      operation('GET /v2/files/{name}', { isAuthenticated: true, query: ['like'] }),
      operation('POST /v2/files', { path: '/v2/files', isAuthenticated: true, fields: ['note'] }),
      operation('GET /v2/live', { isAuthenticated: true, isWebSocket: true }),
    ]);
    expect(() => operationsOfDocument('{"a":1}')).toThrow(/no OpenAPI document/);
  });

  it('of a gateway has paths that were asked, and what belongs to somebody or changes something must ask for credentials', () => {
    const learned = (id: string, more: object) => ({
      id: `${id.split(' ')[0]} api${id.split(' ')[1]}`,
      method: id.split(' ')[0]!,
      template: id.split(' ')[1]!,
      statuses: [['200', 90]] as [string, number][],
      operation: undefined,
      isWebSocket: false,
      ownership: { objects: 0, ownedShare: 0, isPrivate: false },
      authentication: [
        ['jwt', 90],
        ['none', 2],
      ] as [string, number][],
      ...more,
    });
    const paths = new Map([['GET api/users/{id}', '/users/9']]);
    const isPrivate = { ownership: { objects: 40, ownedShare: 1, isPrivate: true } };
    const operations = operationsOfEndpoints(
      [
        learned('GET /users/{id}', isPrivate),
        learned('GET /a/{id}', { ...isPrivate, authentication: [] }),
        learned('GET /prices', {}),
        learned('DELETE /carts', {}),
        learned('POST /search', {}),
        learned('POST /comments', { statuses: [['201', 9]] }),
        learned('GET /mostly-open', { ...isPrivate, authentication: [['none', 9]] }),
        learned('POST /graphql', { operation: 'query user' }),
        learned('POST /graphql', { operation: 'query orders' }),
      ],
      paths,
      new Map(),
    );
    expect(operations.map(({ method, path, isAuthenticated }) => [method, path, isAuthenticated])).toEqual([
      ['GET', '/users/9', true],
      ['GET', undefined, undefined],
      ['GET', '/prices', undefined],
      ['DELETE', '/carts', true],
      ['POST', '/search', undefined],
      ['POST', '/comments', true],
      ['GET', '/mostly-open', false],
      ['POST', '/graphql', undefined],
    ]);
  });
});

describe('a report', () => {
  const report: AuditReport = {
    target: 'https://api.example.com',
    startedAt: Date.UTC(2026, 10, 26),
    durationMs: 4_200,
    requests: 105,
    operations: 13,
    stopped: undefined,
    isSilent: false,
    planned: [],
    findings: [
      {
        id: 'missing-authentication',
        title: 'Answers without credentials',
        severity: 'high',
        owasp: ['API2:2023'],
        cwe: 'CWE-306',
        place: 'GET /api/users/{id}',
        what: 'It answered <script>alert(1)</script>.',
        why: 'Because.',
        whatToDo: 'Ask.',
        evidence: ['GET /x"><img src=x onerror=alert(1)> \u001b[31m→ 200'],
      },
    ],
  };

  it('as HTML escapes what came from the target, and loads nothing', () => {
    const html = asHtml(report);
    expect(html).not.toMatch(/<script|<img|<link|url\(|src=x onerror=alert\(1\)>/);
    expect(html).toContain('&#60;script&#62;alert(1)');
    expect(html).not.toContain('\u001b');
  });

  it('as text has no control characters', () => {
    expect(asText(report)).toMatch(/^HIGH {5}Answers without credentials {2}GET \/api\/users\/\{id\}$/m);
    expect(asText(report)).not.toContain('\u001b');
  });

  it('as SARIF has rules, levels and places', () => {
    const { version, runs } = JSON.parse(asSarif(report, '1.2.3'));
    expect(version).toBe('2.1.0');
    expect(runs[0].tool.driver).toMatchObject({ semanticVersion: '1.2.3' });
    expect(runs[0].tool.driver.rules[0]).toMatchObject({
      id: 'missing-authentication',
      properties: { 'security-severity': '8.0' },
    });
    expect(runs[0].results[0]).toMatchObject({ ruleId: 'missing-authentication', ruleIndex: 0, level: 'error' });
    const [location] = runs[0].results[0].locations;
    expect(URL.canParse(location.physicalLocation.artifactLocation.uri)).toBe(true);
  });
});
