// Makes occurrences of records: strongest identity, object of the path, role, whether a login failed.
import { type ActorKind, actorKey } from '../../core/actor.ts';
import { hashOf, numberOfHash, pairOf } from '../../core/hash.ts';
import type { Observation, ObservedField } from '../../core/observation.ts';
import type { TransactionRecord } from '../../core/record.ts';
import { roleOfWords } from '../../core/role.ts';
import { askedInBody, isIdentifierName } from './asked-in-body.ts';
import { Believed, isToken } from './believed.ts';
import { Crowds } from './crowds.ts';
import { GraphqlPlaces } from './graphql-places.ts';
import type { OccurredActor, Occurrence, ParameterValue } from './occurrence.ts';
import { accountOfCode, isWrongCode } from './one-time-codes.ts';
import { Publicity } from './publicity.ts';

const STRENGTH: Readonly<Record<ActorKind, number>> = { subject: 5, 'api-key': 4, session: 3, header: 2, ip: 1 };
const TURNED_AWAY: ReadonlySet<string> = new Set(['restricted-actor', 'denied-actor']);
const TEMPLATES_REMEMBERED_MAX = 10_000;
const PARAMETERS_MAX = 12;
/** A batch of ids is looked at so far. */
const BODY_PARAMETERS_MAX = 24;
/** Logins with a cookie or token in the answer, from which on one without is taken for a failure. */
const GRANTS_MIN = 5;
const LOGIN_ENDPOINTS_MAX = 1_000;
/** Of a request whose body was not read. */
const LOGIN_PATH = /\/(?:log-?in|sign-?in|authenticate|auth|oauth\/token|token|sessions?)\/?$/i;
const GRANT_NAME = /(?:token|session|jwt|sid|access|auth)[a-z_]*$/i;

export interface OccurrenceSource {
  readonly endpointOf: (record: TransactionRecord) => string;
  readonly isSuspect: (actorKey: string) => boolean;
}

export class Occurrences {
  readonly #source: OccurrenceSource;
  readonly #crowds = new Crowds();
  readonly #believed = new Believed();
  readonly #parameterPositions = new Map<string, readonly (readonly [position: number, name: string])[]>();
  readonly #grants = new Map<string, number>();
  readonly #publicity = new Publicity();
  readonly #graphql = new GraphqlPlaces();

  constructor(source: OccurrenceSource) {
    this.#source = source;
  }

  of(record: TransactionRecord): Occurrence {
    const { observation } = record;
    const path = this.#source.endpointOf(record);
    const isAccepted = record.action !== 'block' && record.status >= 200 && record.status < 400;
    const belief = this.#believed.note(record, path, isAccepted);
    const claims = belief === 'open' ? [] : (observation?.claims ?? []);
    const actors = this.#actors(record, belief);
    const principal = actors.length > 1 && actors[0]!.actor.kind !== 'ip' ? actors[0]!.key : undefined;
    const who = principal ?? actors[0]?.key ?? '';
    const endpoint = this.#graphql.placeOf(path, observation?.graphqlOperation, who, isAccepted, record.receivedAt);
    const parameters = this.#parameters(record, path);
    const attacks = attacksOf(record);
    const object = objectOf(parameters);
    const codeOf = accountOfCode(record.method, endpoint, observation?.request?.fields ?? [], principal);
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
      userAgent: observation?.userAgent ?? '',
      country: observation?.country,
      network: networkOf(record.clientAddress, observation?.network),
      findings: record.findings,
      enforced: record.enforced,
      attacks,
      isCredentialEmpty: belief === 'open' || (belief === 'unproven' && record.status === 401),
      claims,
      requestFields: observation?.request?.fields ?? [],
      requestMediaType: observation?.request?.mediaType ?? '',
      responseFields: observation?.response?.fields ?? [],
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
    const sorted = named.length > 1 ? [...named].sort((a, b) => STRENGTH[b.kind] - STRENGTH[a.kind]) : named;
    const strongest = belief === 'unproven' ? sorted.find((actor) => !isToken(actor)) : sorted[0];
    const identity = strongest === undefined || strongest.kind === 'ip' ? undefined : actorKey(strongest);
    return sorted.map((actor) => {
      const key = actorKey(actor);
      const share = actor.kind === 'ip' ? this.#crowds.shareOf(key, identity, receivedAt) : 1;
      return { actor, key, share };
    });
  }

  #parameters(record: TransactionRecord, endpoint: string): ParameterValue[] {
    const values: ParameterValue[] = [];
    const positions = this.#positionsOf(endpoint);
    if (positions.length > 0) {
      const segments = record.path.split('/');
      for (const [position, name] of positions) {
        const segment = segments[position];
        if (segment === undefined || values.length >= PARAMETERS_MAX) break;
        const observed = record.observation?.path?.find((field) => field.pointer === `/${position - 1}`);
        values.push({
          name: `path:${name}`,
          hash: observed?.hash === undefined ? hashOf(segment) : numberOfHash(observed.hash),
          number: /^\d{1,15}$/.test(segment) ? Number(segment) : undefined,
        });
      }
    }
    for (const field of record.observation?.query ?? []) {
      if (values.length >= PARAMETERS_MAX) break;
      if (field.hash === undefined) continue;
      values.push({ name: `query:${field.pointer.slice(1)}`, hash: numberOfHash(field.hash), number: field.number });
    }
    const fields = record.observation?.request?.fields;
    if (fields !== undefined && fields.length > 0) values.push(...askedInBody(fields, BODY_PARAMETERS_MAX));
    for (const { pointer, hash, number } of record.observation?.headers ?? []) {
      if (hash !== undefined) values.push({ name: `header:${pointer.slice(1)}`, hash: numberOfHash(hash), number });
    }
    return values;
  }

  #positionsOf(endpoint: string): readonly (readonly [number, string])[] {
    let positions = this.#parameterPositions.get(endpoint);
    if (positions === undefined) {
      const template = endpoint.slice(endpoint.indexOf('/'));
      positions = template.split('/').flatMap((segment, position) => {
        const isParameter = segment.startsWith('{') && segment.endsWith('}');
        return isParameter ? [[position, segment.slice(1, -1) || 'id'] as const] : [];
      });
      // Two `{id}` of one template are two parameters.
      const names = positions.map(([, name]) => name);
      positions = positions.map(([position, name]) =>
        names.indexOf(name) === names.lastIndexOf(name) ? [position, name] : [position, `${name}@${position}`],
      );
      if (this.#parameterPositions.size >= TEMPLATES_REMEMBERED_MAX) this.#parameterPositions.clear();
      this.#parameterPositions.set(endpoint, positions);
    }
    return positions;
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
  const isV6 = address.includes(':');
  return address
    .split(isV6 ? ':' : '.')
    .slice(0, 2)
    .join(isV6 ? ':' : '.');
}
