// A simulated API and the people who use it: records as workers hand them over, in order of time, the same for the same seed.
// What is true of it (templates, owners, private endpoints, schemas) is stated here and nowhere derived from what is learned.
import type { Actor } from '../../../src/core/actor.ts';
import type { ObservedBody, ObservedField } from '../../../src/core/observation.ts';
import type { TransactionRecord } from '../../../src/core/record.ts';
import { formatOf } from '../../../src/core/text-format.ts';
import { viewBody } from '../../../src/decoding/body.ts';
import { parseContentType } from '../../../src/decoding/content-type.ts';
import { templateByClasses } from '../../../src/inspection/endpoints.ts';
import { observeBody } from '../../../src/inspection/observe-body.ts';
import { NO_DATA } from '../../../src/inspection/observe-bounds.ts';
import { KeyedHash } from '../../../src/inspection/observe-hash.ts';

const HASH = new KeyedHash(Buffer.from('simulated-secret'));
const JSON_TYPE = parseContentType('application/json');
const HOUR_MS = 3_600_000;
export const START = Date.UTC(2026, 0, 5);

/** Numbers from 0 to 1 (mulberry32, Ettinger). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

type Style = 'numeric' | 'uuid' | 'prefixed' | 'slug' | 'hash';

interface Resource {
  readonly host: string;
  readonly base: string;
  readonly style: Style;
  /** Each object belongs to one person, and only that one reads it. */
  readonly isPrivate: boolean;
  readonly kinds: readonly string[];
  readonly extra: (id: number) => Record<string, unknown>;
}

const SHOP = 'shop.test';
const BANK = 'bank.test';
const RESOURCES: readonly Resource[] = [
  {
    host: SHOP,
    base: '/api/v1/products',
    style: 'slug',
    isPrivate: false,
    kinds: ['toy', 'book'],
    extra: (id) => ({ price: 1 + (id % 90) }),
  },
  {
    host: SHOP,
    base: '/api/v1/orders',
    style: 'numeric',
    isPrivate: true,
    kinds: ['open', 'paid', 'sent'],
    extra: (id) => ({ total: id % 400, lines: [{ sku: `s-${id}1`, count: 2 }] }),
  },
  {
    host: SHOP,
    base: '/api/v1/carts',
    style: 'uuid',
    isPrivate: true,
    kinds: ['live'],
    extra: () => ({ coupon: null }),
  },
  {
    host: SHOP,
    base: '/api/v1/invoices',
    style: 'prefixed',
    isPrivate: true,
    kinds: ['due', 'settled'],
    extra: (id) => ({ due: '2026-02-01', amount: id / 8 }),
  },
  {
    host: SHOP,
    base: '/api/v1/reviews',
    style: 'numeric',
    isPrivate: false,
    kinds: ['shown', 'hidden'],
    extra: (id) => ({ stars: id % 5 }),
  },
  {
    host: BANK,
    base: '/v2/accounts',
    style: 'numeric',
    isPrivate: true,
    kinds: ['giro', 'savings'],
    extra: (id) => ({ balance: id % 999 }),
  },
  {
    host: BANK,
    base: '/v2/cards',
    style: 'hash',
    isPrivate: true,
    kinds: ['debit', 'credit'],
    extra: () => ({ locked: false }),
  },
  {
    host: BANK,
    base: '/v2/branches',
    style: 'slug',
    isPrivate: false,
    kinds: ['office', 'counter'],
    extra: () => ({ open: '2026-01-05T09:00:00Z' }),
  },
];
const SINGLES: readonly (readonly [method: string, host: string, path: string])[] = [
  ['GET', SHOP, '/api/v1/me'],
  ['PUT', SHOP, '/api/v1/me'],
  ['GET', SHOP, '/api/v1/products/featured/list.json'],
  ['GET', SHOP, '/api/v1/status'],
  ['GET', BANK, '/v2/me'],
  ['GET', BANK, '/v2/rates'],
  ['POST', BANK, '/v2/transfers'],
  ['GET', BANK, '/healthz'],
];

const ACTORS = 500;
const OBJECTS_PER_RESOURCE = ACTORS;

/** `GET shop.test/api/v1/orders/{id}`: 4 for each of 8 resources and 8 single ones. */
export const TRUE_ENDPOINTS: readonly string[] = [
  ...RESOURCES.flatMap(({ host, base }) => [
    `GET ${host}${base}`,
    `POST ${host}${base}`,
    `GET ${host}${base}/{id}`,
    `PATCH ${host}${base}/{id}`,
  ]),
  ...SINGLES.map(([method, host, path]) => `${method} ${host}${path}`),
].sort();

export const PRIVATE_ENDPOINTS: readonly string[] = RESOURCES.filter((one) => one.isPrivate)
  .flatMap(({ host, base }) => [`GET ${host}${base}/{id}`, `PATCH ${host}${base}/{id}`])
  .sort();

/** Enumerations of `/kind` by endpoint. */
export const TRUE_KINDS: ReadonlyMap<string, readonly string[]> = new Map(
  RESOURCES.map(({ host, base, kinds }) => [`GET ${host}${base}/{id}`, [...kinds].sort()]),
);

export interface TrafficOptions {
  readonly seed: number;
  readonly transactions: number;
  readonly days: number;
  /** Share of transactions that probe paths which are not there. */
  readonly probes?: number;
  /** Those who probe, when it is not everybody now and then. */
  readonly probers?: number;
  /** People; each has one object of every private resource. */
  readonly actors?: number;
}

export function* simulatedTraffic({
  seed,
  transactions,
  days,
  probes = 0.03,
  probers,
  actors = ACTORS,
}: TrafficOptions): Generator<TransactionRecord> {
  const random = randomOf(seed);
  const pick = (count: number): number => Math.floor(random() * count);
  for (let n = 0; n < transactions; n++) {
    const at = START + Math.floor((n / transactions) * days * 24 * HOUR_MS);
    const person = pick(actors);
    if (random() < probes) {
      const prober = probers === undefined ? person : pick(probers);
      yield recordOf(n, at, prober, 'GET', SHOP, PROBES[pick(PROBES.length)]! + pick(5_000), 404, undefined, {
        error: 'not found',
      });
      continue;
    }
    if (random() < 0.1) {
      const [method, host, path] = SINGLES[pick(SINGLES.length)]!;
      const sent = method === 'GET' ? undefined : { amount: pick(500), currency: 'EUR' };
      yield recordOf(n, at, person, method, host, path, 200, sent, singleAnswer(path, person));
      continue;
    }
    yield resourceRecord(n, at, person, RESOURCES[pick(RESOURCES.length)]!, random());
  }

  function resourceRecord(n: number, at: number, person: number, resource: Resource, way: number): TransactionRecord {
    const { host, base, isPrivate } = resource;
    // Of a private resource each person has one object.
    const object = isPrivate ? person : pick(OBJECTS_PER_RESOURCE);
    const one = (id: number): Record<string, unknown> => ({
      id: idOf(resource, id),
      kind: resource.kinds[id % resource.kinds.length],
      ...(isPrivate ? { owner: subjectOf(person) } : {}),
      ...(id % 3 === 0 ? { remark: `remark ${id}` } : {}),
      ...resource.extra(id),
    });
    const path = `${base}/${idOf(resource, object)}`;
    if (way < 0.15)
      return recordOf(n, at, person, 'GET', host, base, 200, undefined, { page: 1, items: [one(object)] });
    if (way < 0.25)
      return recordOf(
        n,
        at,
        person,
        'POST',
        host,
        base,
        201,
        { kind: resource.kinds[0], amount: object % 50 },
        one(object),
      );
    if (way < 0.45)
      return recordOf(
        n,
        at,
        person,
        'PATCH',
        host,
        path,
        200,
        { kind: resource.kinds[object % resource.kinds.length] },
        one(object),
      );
    if (way < 0.47) return recordOf(n, at, person, 'GET', host, path, 503, undefined, { error: 'busy' });
    return recordOf(n, at, person, 'GET', host, path, 200, undefined, one(object));
  }
}

const PROBES = ['/wp-admin/', '/.env', '/backup', '/api/v1/orders/99999', '/cgi-bin/x', '/admin/config.php?'];

function singleAnswer(path: string, person: number): Record<string, unknown> {
  if (path.endsWith('/me')) return { id: person, owner: subjectOf(person), plan: 'basic' };
  return { ok: true, at: '2026-01-05T10:00:00Z' };
}

function subjectOf(person: number): string {
  return `sub-${1_000 + person}`;
}

function idOf({ style, base }: Resource, id: number): string {
  const random = randomOf(id * 7_919 + base.length);
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
  switch (style) {
    case 'numeric':
      return String(10_000 + id);
    case 'uuid':
      return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
    case 'prefixed':
      return `inv_${id}x${hex(6)}`;
    case 'hash':
      return `${hex(31)}7`;
    case 'slug':
      return `${WORDS[id % 10]}-${WORDS[Math.floor(id / 10) % 10]}-${WORDS[Math.floor(id / 100)]}`;
    default:
      return style satisfies never;
  }
}

const WORDS = ['red', 'blue', 'tiny', 'large', 'soft', 'round', 'wooden', 'paper', 'silver', 'glass'];

function bodyOf(value: Record<string, unknown> | undefined): ObservedBody | undefined {
  if (value === undefined) return undefined;
  return observeBody(viewBody(Buffer.from(JSON.stringify(value)), JSON_TYPE), NO_DATA, HASH, true);
}

function recordOf(
  n: number,
  at: number,
  person: number,
  method: string,
  host: string,
  path: string,
  status: number,
  sent: Record<string, unknown> | undefined,
  answer: Record<string, unknown>,
): TransactionRecord {
  const segments = path.slice(1).split('/');
  const subject: Actor = { kind: 'subject', id: subjectOf(person), isVerified: true };
  const address: Actor = {
    kind: 'ip',
    id: `198.51.${100 + Math.floor(person / ACTORS)}.${person % 250}`,
    isVerified: true,
  };
  const fields: ObservedField[] = segments.map((segment, i) => ({
    pointer: `/${i}`,
    type: 'string',
    format: formatOf(segment),
    length: segment.length,
    number: undefined,
    hash: HASH.of(segment),
    word: undefined,
  }));
  return {
    id: `t-${n}`,
    receivedAt: at,
    durationMs: 5 + (n % 40),
    upstreamMs: 4,
    clientAddress: address.id,
    method,
    host,
    path,
    endpoint: `${method} ${host}${templateByClasses(segments)}`,
    route: 'default',
    mode: 'monitor',
    status,
    requestBodyBytes: sent === undefined ? 0 : JSON.stringify(sent).length,
    responseBodyBytes: JSON.stringify(answer).length,
    actors: [subject, address],
    action: 'allow',
    enforced: 'allow',
    rule: '',
    confidence: 0,
    findings: [],
    coverage: 'inspected',
    uninspected: [],
    fault: undefined,
    policyVersion: '1',
    observation: {
      authentication: ['bearer', 'jwt'],
      isCredentialInUrl: false,
      userAgent: 'app/1',
      country: person % 9 === 0 ? 'FR' : 'SE',
      network: undefined,
      isEncrypted: true,
      upgrade: undefined,
      graphqlOperation: undefined,
      claims: [{ name: 'sub', hash: HASH.of(subjectOf(person)), word: undefined }],
      query: [],
      path: fields,
      request: bodyOf(sent),
      response: bodyOf(answer),
      account: undefined,
      responseHeaders: [],
    },
  };
}
