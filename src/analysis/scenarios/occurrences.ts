// Makes occurrences of records: strongest identity, object of the path, role, whether a login failed.
import { type Actor, type ActorKind, actorKey } from '../../core/actor.ts';
import { hashOf, numberOfHash, pairOf } from '../../core/hash.ts';
import type { Observation, ObservedField } from '../../core/observation.ts';
import type { TransactionRecord } from '../../core/record.ts';
import { roleOfWords } from '../../core/role.ts';
import { askedInBody, isIdentifierName } from './asked-in-body.ts';
import { Believed, isToken } from './believed.ts';
import { Crowds } from './crowds.ts';
import { GraphqlPlaces } from './graphql-places.ts';
import { identifiersOf, type OccurredActor, type Occurrence, type ParameterValue } from './occurrence.ts';
import { accountOfCode, isWrongCode } from './one-time-codes.ts';
import { Publicity } from './publicity.ts';

const STRENGTH: Readonly<Record<ActorKind, number>> = { subject: 5, 'api-key': 4, session: 3, header: 2, ip: 1 };
const TURNED_AWAY: ReadonlySet<string> = new Set(['restricted-actor', 'denied-actor']);
const PLACES_REMEMBERED_MAX = 10_000;
const PARAMETERS_MAX = 12;
/** A batch of ids is looked at so far. */
const BODY_PARAMETERS_MAX = 24;
/** Logins with a cookie or token in the answer, from which on one without is taken for a failure. */
const GRANTS_MIN = 5;
const LOGIN_ENDPOINTS_MAX = 1_000;
/** Of a request whose body was not read. */
const LOGIN_PATH = /\/(?:log-?in|sign-?in|authenticate|auth|oauth\/token|token|sessions?)\/?$/i;
const GRANT_NAME = /(?:token|session|jwt|sid|access|auth)[a-z_]*$/i;

const NO_FIELDS: readonly ObservedField[] = [];

/** Where a parameter stands in the path. */
interface Position {
  readonly at: number;
  /** `path:id` */
  readonly name: string;
  readonly pointer: string;
}

interface Place {
  /** One text for all its transactions: tables that are asked for it again and again find it by being the same. */
  readonly endpoint: string;
  readonly hash: number;
  readonly positions: readonly Position[];
}

export interface OccurrenceSource {
  readonly endpointOf: (record: TransactionRecord) => string;
  readonly isSuspect: (actorKey: string) => boolean;
}

export class Occurrences {
  readonly #source: OccurrenceSource;
  readonly #crowds = new Crowds();
  readonly #believed = new Believed();
  readonly #places = new Map<string, Place>();
  readonly #grants = new Map<string, number>();
  readonly #publicity = new Publicity();
  readonly #graphql = new GraphqlPlaces();

  constructor(source: OccurrenceSource) {
    this.#source = source;
  }

  of(record: TransactionRecord): Occurrence {
    const { observation } = record;
    const place = this.#placeOf(this.#source.endpointOf(record));
    const path = place.endpoint;
    const isAccepted = record.action !== 'block' && record.status >= 200 && record.status < 400;
    const belief = this.#believed.note(record, path, isAccepted);
    const claims = belief === 'open' ? [] : (observation?.claims ?? []);
    const actors = this.#actors(record, belief);
    const principal = actors.length > 1 && actors[0]!.actor.kind !== 'ip' ? actors[0]!.key : undefined;
    const who = principal ?? actors[0]?.key ?? '';
    const endpoint = this.#graphql.placeOf(path, observation?.graphqlOperation, who, isAccepted, record.receivedAt);
    const parameters = this.#parameters(record, place.positions);
    const attacks = attacksOf(record);
    const object = objectOf(parameters);
    const network = networkOf(record.clientAddress, observation?.network);
    const userAgent = observation?.userAgent ?? '';
    const responseFields = observation?.response?.fields ?? NO_FIELDS;
    const codeOf = accountOfCode(record.method, endpoint, observation?.request?.fields ?? NO_FIELDS, principal);
    const isLogin =
      observation?.account !== undefined ||
      codeOf !== undefined ||
      (record.method === 'POST' && LOGIN_PATH.test(record.path));
    return {
      transactionId: record.id,
      at: record.receivedAt,
      endpoint,
      route: record.route,
      status: record.status,
      action: record.action,
      isTurnedAway: record.action === 'block' && record.findings.some(({ detection }) => TURNED_AWAY.has(detection)),
      isAccepted,
      actors,
      principal,
      principalHash: principal === undefined ? 0 : actors[0]!.hash,
      endpointHash: endpoint === path ? place.hash : hashOf(endpoint),
      networkHash: hashOf(network),
      clientHash: hashOf(userAgent),
      role: roleOf(claims, principal !== undefined),
      isClean: attacks.length === 0 && !actors.some(({ key }) => this.#source.isSuspect(key)),
      object,
      isPublicPlace: isAccepted && object !== undefined && this.#publicity.note(endpoint, object, who),
      parameters,
      isLogin,
      account: observation?.account ?? codeOf,
      isFailedLogin:
        codeOf !== undefined && observation?.account === undefined
          ? isWrongCode(record.status)
          : isLogin && this.#isFailedLogin(record, endpoint, isAccepted),
      sensitiveValues: isAccepted ? valuesThatLeft(record) : 0,
      dataTypes: observation?.response?.dataTypes ?? [],
      records: observation?.response?.records ?? 0,
      userAgent,
      country: observation?.country,
      network,
      findings: record.findings,
      enforced: record.enforced,
      attacks,
      isCredentialEmpty: belief === 'open' || (belief === 'unproven' && record.status === 401),
      claims,
      requestFields: observation?.request?.fields ?? NO_FIELDS,
      requestMediaType: observation?.request?.mediaType ?? '',
      responseFields,
      identifiers: identifiersOf(responseFields),
      durationMs: record.durationMs,
      upstreamMs: record.upstreamMs,
      responseBodyBytes: record.responseBodyBytes,
      record,
    };
  }

  sweep(now: number): void {
    this.#crowds.sweep(now);
    this.#believed.sweep(now);
    this.#graphql.sweep(now);
  }

  /** Addresses whose callers are counted, and tokens that are believed. */
  size(): { entries: number; evicted: number } {
    const [crowds, believed] = [this.#crowds.size(), this.#believed.size()];
    return { entries: crowds.entries + believed.entries, evicted: crowds.evicted + believed.evicted };
  }

  dump(): unknown {
    return {
      publicity: this.#publicity.dump(),
      grants: [...this.#grants],
      graphql: this.#graphql.dump(),
      believed: this.#believed.dump(),
    };
  }

  restore(dump: unknown): void {
    const { publicity, grants, graphql, believed } = dump as {
      publicity: unknown;
      grants: [string, number][];
      graphql?: readonly string[];
      believed?: ReturnType<Believed['dump']>;
    };
    this.#believed.restore(believed ?? []);
    this.#graphql.restore(graphql ?? []);
    this.#publicity.restore(publicity);
    for (const [endpoint, count] of grants) this.#grants.set(endpoint, count);
  }

  /** Without a token that names nobody; one that is not proven yet hides no address among others. */
  #actors({ actors, receivedAt }: TransactionRecord, belief: ReturnType<Believed['note']>): OccurredActor[] {
    const named = belief === 'open' ? actors.filter((actor) => !isToken(actor)) : actors;
    const sorted = inOrder(named) ? named : [...named].sort((a, b) => STRENGTH[b.kind] - STRENGTH[a.kind]);
    const strongest = belief === 'unproven' ? sorted.find((actor) => !isToken(actor)) : sorted[0];
    let identity: number | undefined;
    const occurred: OccurredActor[] = [];
    for (const actor of sorted) {
      const key = actorKey(actor);
      const hash = hashOf(key);
      if (actor === strongest && actor.kind !== 'ip') identity = hash;
      const share = actor.kind === 'ip' ? this.#crowds.shareOf(hash, identity, receivedAt) : 1;
      occurred.push({ actor, key, hash, share });
    }
    return occurred;
  }

  #parameters({ path, observation }: TransactionRecord, positions: readonly Position[]): ParameterValue[] {
    const values: ParameterValue[] = [];
    if (positions.length > 0) {
      const segments = path.split('/');
      for (const { at, name, pointer } of positions) {
        const segment = segments[at];
        if (segment === undefined || values.length >= PARAMETERS_MAX) break;
        const observed = observation?.path?.find((field) => field.pointer === pointer);
        values.push({
          name,
          hash: observed?.hash === undefined ? hashOf(segment) : numberOfHash(observed.hash),
          number: /^\d{1,15}$/.test(segment) ? Number(segment) : undefined,
        });
      }
    }
    if (observation === undefined) return values;
    for (const field of observation.query) {
      if (values.length >= PARAMETERS_MAX) break;
      if (field.hash === undefined) continue;
      values.push({ name: `query:${field.pointer.slice(1)}`, hash: numberOfHash(field.hash), number: field.number });
    }
    const fields = observation.request?.fields;
    if (fields !== undefined && fields.length > 0) values.push(...askedInBody(fields, BODY_PARAMETERS_MAX));
    for (const { pointer, hash, number } of observation.headers ?? NO_FIELDS) {
      if (hash !== undefined) values.push({ name: `header:${pointer.slice(1)}`, hash: numberOfHash(hash), number });
    }
    return values;
  }

  /** What an endpoint's id says by itself, found once. */
  #placeOf(endpoint: string): Place {
    let place = this.#places.get(endpoint);
    if (place === undefined) {
      place = { endpoint, hash: hashOf(endpoint), positions: positionsOf(endpoint) };
      if (this.#places.size >= PLACES_REMEMBERED_MAX) this.#places.clear();
      this.#places.set(endpoint, place);
    }
    return place;
  }

  #isFailedLogin(record: TransactionRecord, endpoint: string, isAccepted: boolean): boolean {
    const { observation } = record;
    if (record.status >= 500 || record.status === 0) return false;
    if (observation?.account === undefined) return record.status === 401 || record.status === 403;
    if (!isAccepted) return true;
    const isGranted =
      observation.responseHeaders.some(([name]) => name.toLowerCase() === 'set-cookie') ||
      (observation.response?.fields.some(isGrant) ?? false);
    const grants = this.#grants.get(endpoint) ?? 0;
    if (!isGranted) return grants >= GRANTS_MIN;
    if (grants < GRANTS_MIN && (grants > 0 || this.#grants.size < LOGIN_ENDPOINTS_MAX)) {
      this.#grants.set(endpoint, grants + 1);
    }
    return false;
  }
}

function positionsOf(endpoint: string): Position[] {
  const found: { readonly at: number; readonly name: string }[] = [];
  for (const [at, segment] of endpoint.slice(endpoint.indexOf('/')).split('/').entries()) {
    if (segment.startsWith('{') && segment.endsWith('}')) found.push({ at, name: segment.slice(1, -1) || 'id' });
  }
  // Two `{id}` of one template are two parameters.
  const isAlone = (name: string): boolean => found.filter((one) => one.name === name).length === 1;
  return found.map(({ at, name }) => ({
    at,
    name: `path:${isAlone(name) ? name : `${name}@${at}`}`,
    pointer: `/${at - 1}`,
  }));
}

/** Strongest first. */
function inOrder(actors: readonly Actor[]): boolean {
  for (let i = 1; i < actors.length; i++) if (STRENGTH[actors[i]!.kind] > STRENGTH[actors[i - 1]!.kind]) return false;
  return true;
}

function isGrant(field: ObservedField): boolean {
  return field.type === 'string' && (field.length ?? 0) >= 8 && GRANT_NAME.test(field.pointer);
}

function attacksOf(record: TransactionRecord): string[] {
  const attacks: string[] = [];
  for (const finding of record.findings) {
    if (finding.policy.kind !== 'detector' || finding.action === 'allow') continue;
    if (finding.phase.startsWith('request') && !attacks.includes(finding.detection)) attacks.push(finding.detection);
  }
  return attacks;
}

/** Sensitive values of the response that were not masked on the way out. */
function valuesThatLeft(record: TransactionRecord): number {
  const dataTypes = record.observation?.response?.dataTypes;
  if (dataTypes === undefined || dataTypes.length === 0) return 0;
  const masked =
    record.action === 'mask'
      ? new Set(record.findings.filter((finding) => finding.action === 'mask').map((finding) => finding.dataType))
      : undefined;
  let count = 0;
  for (const [type, values] of dataTypes) if (!masked?.has(type)) count += values;
  return count;
}

function roleOf(claims: Observation['claims'], isAuthenticated: boolean): string {
  const words: (readonly [string, string])[] = [];
  for (const { name, word } of claims) if (word !== undefined) words.push([name, word]);
  return roleOfWords(words, isAuthenticated);
}

/** All path parameters together; without any, the first of query, body or headers that is called like an identifier. */
function objectOf(parameters: readonly ParameterValue[]): number | undefined {
  let object: number | undefined;
  for (const { name, hash } of parameters) {
    if (name.startsWith('path:')) object = object === undefined ? hash : pairOf(object, hash);
  }
  return object ?? parameters.find(({ name }) => !name.endsWith('*') && isIdentifierName(name))?.hash;
}

/** The autonomous system when it is known, else the /16 of an IPv4 address or the /32 of an IPv6 one. */
function networkOf(address: string, network: number | undefined): string {
  if (network !== undefined) return `AS${network}`;
  const separator = address.includes(':') ? ':' : '.';
  const first = address.indexOf(separator);
  const second = first === -1 ? -1 : address.indexOf(separator, first + 1);
  return second === -1 ? address : address.slice(0, second);
}
