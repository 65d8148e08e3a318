// A small shop and its people, simulated: seeded randomness, a clock that only the simulation moves, records as workers send them.
import { createHash } from 'node:crypto';
import { Analysis, type AnalysisEvent, type AnalysisOptions } from '../../src/analysis/analysis.ts';
import type { Actor } from '../../src/core/actor.ts';
import type { PolicyDocument } from '../../src/core/document.ts';
import type { Finding } from '../../src/core/finding.ts';
import type { Incident } from '../../src/core/incident.ts';
import type { Observation, ObservedBody, ObservedField } from '../../src/core/observation.ts';
import type { TransactionRecord } from '../../src/core/record.ts';
import { templateByClasses } from '../../src/inspection/endpoints.ts';
import { shippedPolicies } from '../support/shipped-policies.ts';

export const HOST = 'shop.example.com';
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** A Monday, midnight. */
export const START = Date.UTC(2026, 10, 2);

const shipped = shippedPolicies().documents;

/** mulberry32: the same seed gives the same run. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

export function hashed(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The shop is well configured: posture has nothing to say of it. */
const CAREFUL = [
  ['strict-transport-security', 'max-age=31536000'],
  ['x-content-type-options', 'nosniff'],
  ['cache-control', 'no-store'],
  ['ratelimit-policy', '"default";q=1000;w=60'],
] as const;

/** Who sends: identities, address, client. */
export interface Person {
  readonly subject?: string;
  readonly session?: string;
  readonly apiKey?: string;
  readonly address: string;
  readonly role?: string;
  readonly tenant?: string;
  readonly userAgent?: string;
  readonly country?: string;
  readonly network?: number;
}

export interface Sent {
  readonly status?: number;
  readonly account?: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly mediaType?: string;
  readonly answer?: Readonly<Record<string, unknown>>;
  readonly sensitive?: number;
  readonly dataType?: string;
  readonly findings?: readonly Finding[];
  readonly action?: TransactionRecord['action'];
  readonly upstreamMs?: number;
  readonly answerBytes?: number;
  readonly setsCookie?: boolean;
}

export class World {
  now = START;
  readonly random: () => number;
  readonly events: AnalysisEvent[] = [];
  readonly analysis: Analysis;
  readonly documents: readonly PolicyDocument[];
  #transactions = 0;
  #tickedAt = START;

  constructor(seed = 1, documents: readonly PolicyDocument[] = [], options: Partial<AnalysisOptions> = {}) {
    this.random = randomOf(seed);
    this.documents = [...shipped, ...documents];
    this.analysis = new Analysis(
      { version: 'test', documents: this.documents },
      { ...options, onEvent: (event) => this.events.push(event) },
    );
  }

  /** One transaction, now. */
  send(person: Person, method: string, path: string, sent: Sent = {}): TransactionRecord {
    const record = this.record(person, method, path, sent);
    this.analysis.take(record);
    return record;
  }

  record(person: Person, method: string, path: string, sent: Sent = {}): TransactionRecord {
    const segments = path.split('/').slice(1);
    this.#transactions += 1;
    return {
      id: `t${this.#transactions}`,
      receivedAt: this.now,
      durationMs: (sent.upstreamMs ?? 20) + 1,
      upstreamMs: sent.upstreamMs ?? 20,
      clientAddress: person.address,
      method,
      host: HOST,
      path,
      endpoint: `${method} ${HOST}${templateByClasses(segments)}`,
      route: 'shop',
      mode: 'enforce',
      status: sent.status ?? (sent.action === 'block' ? 403 : 200),
      requestBodyBytes: 100,
      responseBodyBytes: sent.answerBytes ?? 1_000,
      actors: actorsOf(person),
      action: sent.action ?? (sent.findings === undefined ? 'allow' : 'tag'),
      enforced: sent.action ?? 'allow',
      rule: 'test',
      confidence: 0,
      findings: sent.findings ?? [],
      coverage: 'inspected',
      uninspected: [],
      fault: undefined,
      policyVersion: 'test',
      observation: observationOf(person, segments, sent),
    };
  }

  /** Moves the clock, and ticks as the analyst does. */
  pass(ms: number): void {
    this.now += ms;
    while (this.#tickedAt + 10 * SECOND <= this.now) {
      this.#tickedAt += 10 * SECOND;
      this.analysis.tick(this.#tickedAt);
    }
  }

  between(min: number, max: number): number {
    return min + Math.floor(this.random() * (max - min + 1));
  }

  incidents(): Incident[] {
    return this.analysis.incidents({}, 0, 1_000).items;
  }

  /** Titles of the incidents, sorted. */
  titles(): string[] {
    return this.incidents()
      .map(({ title }) => title)
      .sort();
  }
}

export function finding(detection: string, part: Partial<Finding> = {}): Finding {
  return {
    detection,
    phase: 'request-head',
    location: 'query',
    pointer: '/q',
    severity: 'high',
    confidence: 0.9,
    what: 'a test',
    action: 'block',
    policy: { kind: 'detector', id: detection, file: 'test.yaml', line: 1 },
    owasp: [],
    ...part,
  };
}

function actorsOf({ subject, session, apiKey, address }: Person): Actor[] {
  const actors: Actor[] = [{ kind: 'ip', id: address, isVerified: true }];
  if (subject !== undefined) actors.push({ kind: 'subject', id: subject, isVerified: true });
  if (apiKey !== undefined) actors.push({ kind: 'api-key', id: apiKey, isVerified: false });
  if (session !== undefined) actors.push({ kind: 'session', id: session, isVerified: false });
  return actors;
}

function observationOf(person: Person, segments: readonly string[], sent: Sent): Observation {
  const claims = [];
  if (person.subject !== undefined) claims.push({ name: 'sub', hash: hashed(person.subject), word: undefined });
  if (person.tenant !== undefined) claims.push({ name: 'tenant', hash: hashed(person.tenant), word: undefined });
  if (person.role !== undefined) claims.push({ name: 'role', hash: hashed(person.role), word: person.role });
  return {
    authentication: [
      ...(person.subject === undefined ? [] : (['jwt'] as const)),
      ...(person.apiKey === undefined ? [] : (['api-key'] as const)),
      ...(person.session === undefined ? [] : (['cookie'] as const)),
    ],
    isCredentialInUrl: false,
    userAgent: person.userAgent ?? 'ShopApp/4.2 (iPhone)',
    country: person.country,
    network: person.network,
    isEncrypted: true,
    upgrade: undefined,
    graphqlOperation: undefined,
    claims,
    query: Object.entries(sent.query ?? {}).map(([name, value]) => fieldOf(`/${name}`, value)),
    headers: Object.entries(sent.headers ?? {}).map(([name, value]) => fieldOf(`/${name}`, value)),
    path: segments.map((segment, i) => fieldOf(`/${i}`, segment)),
    request: sent.body === undefined ? undefined : bodyOf(sent.body, 0, sent.mediaType),
    response: bodyOf(sent.answer ?? {}, sent.sensitive ?? 0, undefined, sent.dataType),
    account: sent.account === undefined ? undefined : hashed(sent.account),
    responseHeaders: [...CAREFUL, ...(sent.setsCookie ? [['set-cookie', 'sid=…; HttpOnly; Secure'] as const] : [])],
  };
}

function bodyOf(
  body: Readonly<Record<string, unknown>>,
  sensitive: number,
  mediaType: string | undefined,
  dataType = 'email',
): ObservedBody {
  const fields: ObservedField[] = [];
  let records = 1;
  for (const [name, value] of Object.entries(body)) {
    if (!Array.isArray(value)) fields.push(fieldOf(`/${name}`, value));
    else {
      records = value.length;
      for (const item of value) {
        if (typeof item !== 'object') fields.push(fieldOf(`/${name}/*`, item));
        else
          for (const [inner, one] of Object.entries(item as object)) fields.push(fieldOf(`/${name}/*/${inner}`, one));
      }
    }
  }
  const dataTypes = sensitive > 0 ? ([[dataType, sensitive]] as const) : [];
  return { mediaType: mediaType ?? 'application/json', fields, records, dataTypes, isTruncated: false };
}

function fieldOf(pointer: string, value: unknown): ObservedField {
  const text = String(value);
  const isText = typeof value === 'string';
  const isNumber = typeof value === 'number';
  return {
    pointer,
    type: isText ? 'string' : isNumber ? (Number.isInteger(value) ? 'integer' : 'number') : 'boolean',
    format: isText && /^\d+$/.test(text) ? 'numeric' : undefined,
    length: isText ? text.length : undefined,
    number: isNumber ? value : isText && /^\d{1,15}$/.test(text) ? Number(text) : undefined,
    hash: hashed(text),
    word: isText && /^[A-Za-z_-]{1,32}$/.test(text) ? text : undefined,
  };
}
