import { describe, expect, it } from 'vitest';
import type { LearnedEndpoint } from '../../src/core/learned-endpoint.ts';
import { type DriftInput, driftOf } from '../../src/openapi/drift/drift.ts';
import { outlineOf } from '../../src/openapi/outline.ts';
import { readRouteList } from '../../src/openapi/route-lists/read-route-list.ts';
import { contractOf } from './held.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2027, 0, 1);
const RANGE = { p50: 0, p99: 0, p999: 0, count: 0 };

const CURRENT = `openapi: 3.1.0
info: { title: Shop, version: "2" }
paths:
  /users/{id}:
    get: { parameters: [{ name: fields, in: query, schema: { type: string } }] }
    delete: { deprecated: true }
  /orders: { get: {}, post: {} }
components: { securitySchemes: { key: { type: apiKey, in: query, name: api_key } } }`;
const PREVIOUS = `openapi: 3.0.3
info: { title: Shop, version: "1" }
paths: { "/users/{user}": { get: {} }, /carts: { get: {} } }`;

function endpoint(id: string, more: Partial<LearnedEndpoint> = {}): LearnedEndpoint {
  const [method = '', place = ''] = id.split(' ');
  const slash = place.indexOf('/');
  return {
    id,
    method,
    host: place.slice(0, slash),
    template: place.slice(slash),
    source: 'learned',
    why: [],
    firstSeen: NOW - 60 * DAY,
    lastSeen: NOW - DAY,
    samples: 100,
    principals: 10,
    statuses: [['200', 100]],
    authentication: [],
    countries: [],
    hours: [],
    operation: undefined,
    isWebSocket: false,
    query: undefined,
    request: undefined,
    responses: [],
    requestBytes: RANGE,
    responseBytes: RANGE,
    records: RANGE,
    latencyMs: RANGE,
    dataTypes: [],
    requestsPerCaller: RANGE,
    failuresPerCaller: RANGE,
    ownership: { objects: 0, ownedShare: 0, isPrivate: false },
    ownerFields: [],
    maturity: { isReady: true, missing: [] },
    isFrozen: false,
    ...more,
  };
}

const query = (names: readonly string[], isNormal = true): LearnedEndpoint['query'] => ({
  samples: 100,
  mediaTypes: [],
  fieldsRefused: 0,
  fields: names.map((name) => ({
    pointer: `/${name}`,
    types: ['string'],
    format: undefined,
    isRequired: false,
    length: undefined,
    number: undefined,
    words: undefined,
    isNormal,
  })),
});

const drift = (endpoints: readonly LearnedEndpoint[], more: Partial<DriftInput> = {}): string[] =>
  driftOf({
    contracts: [outlineOf(contractOf(CURRENT)), { ...outlineOf(contractOf(PREVIOUS)), origin: 'previous' }],
    routeLists: [],
    endpoints,
    routeOf: (host) => (host === 'shop.test' ? 'r' : undefined),
    now: NOW,
    observedSince: NOW - 10 * DAY,
    ...more,
  }).map(
    ({ kind, endpoint: id, figures }) => `${kind} ${id}${figures.reason === undefined ? '' : ` ${figures.reason}`}`,
  );

describe('drift', () => {
  it('finds what is in traffic and in no document', () => {
    expect(drift([endpoint('GET shop.test/admin/export'), endpoint('PUT shop.test/orders')])).toEqual([
      'shadow GET shop.test/admin/export',
      'shadow PUT shop.test/orders',
    ]);
  });

  it('finds what was dropped or is deprecated, and still called', () => {
    expect(drift([endpoint('GET shop.test/carts'), endpoint('DELETE shop.test/users/{id}')])).toEqual([
      'zombie GET shop.test/carts dropped',
      'zombie DELETE shop.test/users/{id} deprecated',
    ]);
  });

  it('finds parameters that nobody wrote down', () => {
    const found = driftOf({
      contracts: [contractOf(CURRENT)],
      routeLists: [],
      endpoints: [endpoint('GET shop.test/users/{id}', { query: query(['fields', 'api_key', 'debug']) })],
      routeOf: () => 'r',
      now: NOW,
      observedSince: NOW,
    });
    expect(found).toMatchObject([{ kind: 'undocumented-parameter', figures: { parameters: 'debug', version: '2' } }]);
    expect(drift([endpoint('GET shop.test/orders', { query: query(['x'], false) })])).toEqual([]);
  });

  it('finds what a gateway does not manage', () => {
    const list = readRouteList('GET /users/{id}\n', '/l');
    const routeLists = 'list' in list ? [list.list] : [];
    // Browsers ask with OPTIONS before they send; no list of routes has that.
    const seen = ['GET shop.test/users/{userId}', 'OPTIONS shop.test/users/{userId}', 'GET shop.test/orders'];
    expect(
      drift(
        seen.map((id) => endpoint(id)),
        { routeLists },
      ),
    ).toEqual(['unmanaged GET shop.test/orders']);
  });

  it('finds what nobody calls any more, once traffic was seen long enough', () => {
    const old = { lastSeen: NOW - 40 * DAY };
    const endpoints = [endpoint('GET shop.test/orders', old), endpoint('GET shop.test/users/{id}')];
    expect(drift(endpoints)).toEqual(['stale GET shop.test/orders was in use']);
    expect(drift(endpoints, { observedSince: NOW - 90 * DAY })).toEqual([
      'stale GET shop.test/orders was in use',
      'stale GET */orders is documented',
      'stale POST */orders is documented',
    ]);
  });

  it('leaves alone what is documented, what never answered, what is rare, and hosts without documents', () => {
    expect(
      drift([
        endpoint('GET shop.test/users/{id}'),
        endpoint('HEAD shop.test/users/{id}'),
        endpoint('GET shop.test/users/me'),
        endpoint('OPTIONS shop.test/anything'),
        endpoint('GET shop.test/.env', { statuses: [['404', 900]] }),
        endpoint('GET shop.test/once', { samples: 1 }),
        endpoint('GET other.test/admin'),
      ]),
    ).toEqual([]);
  });
});
