// Builds an Observation from what inspection has in its hands when a transaction is complete.
// Invariants: bounded whatever the message; identifiers leave as keyed hashes; the observer's own memory is one counter for
// each of at most ENDPOINTS_MAX endpoints. Response bodies of endpoints seen often are read whole only now and then; their
// identifiers, data types, account and authentication always are.
import { type Actor, OPAQUE_TOKEN } from '../core/actor.ts';
import type { BodyView, RequestView } from '../core/detector.ts';
import { numberOfHash, pairOf } from '../core/hash.ts';
import type { AuthenticationScheme, Observation, ObservedClaim, ObservedField } from '../core/observation.ts';
import { claimWords } from '../core/role.ts';
import { formatOf } from '../core/text-format.ts';
import { headerValue, type RawHeaders, type ResponseHead } from '../core/transaction.ts';
import { observeBody } from './observe-body.ts';
import { FIELDS_MAX, ID_FORMATS, NO_DATA, type SeenData } from './observe-bounds.ts';
import { KeyedHash } from './observe-hash.ts';

const ENDPOINTS_MAX = 10_000;
/** After so many responses of an endpoint, one in SAMPLE_EVERY is read whole. */
const WHOLE_RESPONSES = 500;
const SAMPLE_EVERY = 8;
const USER_AGENT_CHARS_MAX = 200;
const HEADER_CHARS_MAX = 200;
const HEADERS_MAX = 24;
const SEGMENTS_MAX = 24;
const ACCOUNT_CHARS_MAX = 254;

const IDENTITY_CLAIMS = [
  'sub',
  'user_id',
  'uid',
  'email',
  'tenant',
  'tenant_id',
  'tid',
  'org',
  'org_id',
  'account_id',
  'client_id',
];
const URL_CREDENTIAL =
  /^(?:access_?token|auth(?:_?token)?|token|jwt|api_?key|apikey|secret|password|session(?:_?id)?|sid|sig)$/i;
const OTHER_CREDENTIALS = ['x-auth-token', 'x-access-token', 'x-api-token', 'x-session-token', 'x-amz-security-token'];
const LOGIN_COOKIE = /sess|sid\b|auth|token|jwt|login|remember|identity|\.aspnet/i;
const COOKIE_CHARS_READ_MAX = 4_096;
const PASSWORD_NAME = /^(?:pass(?:word|wd|phrase|code)?|pwd|pin)$/i;
const ACCOUNT_NAME = /^(?:user(?:_?name|_?id)?|login|e?mail(?:_?address)?|account|identifier|phone)$/i;

/** `X-Org-Id`, `tenant-id`; not ids of requests, devices, sessions and clients. */
const WHOSE_DATA =
  /^(?:x-)?(?:[a-z]+-)?(?:account|company|customer|merchant|org|organi[sz]ation|project|store|team|tenant|user|workspace)-?(?:id|uuid|guid|key|number|no)$/i;
const NAMED_IN_HEADERS_MAX = 4;

/** Response headers that posture reads. */
const WATCHED_HEADERS = new Set([
  'access-control-allow-credentials',
  'access-control-allow-origin',
  'allow',
  'cache-control',
  'content-security-policy',
  'deprecation',
  'permissions-policy',
  'pragma',
  'ratelimit',
  'ratelimit-limit',
  'ratelimit-policy',
  'referrer-policy',
  'retry-after',
  'server',
  'set-cookie',
  'strict-transport-security',
  'sunset',
  'www-authenticate',
  'x-content-type-options',
  'x-frame-options',
  'x-powered-by',
  'x-rate-limit-limit',
  'x-ratelimit-limit',
]);

/** What inspection knows of one transaction. */
export interface Observed {
  readonly view: RequestView;
  readonly segments: readonly string[];
  readonly isEncrypted: boolean;
  readonly country: string | undefined;
  readonly requestData: SeenData | undefined;
  readonly response: ResponseHead | undefined;
  readonly responseBody: BodyView | undefined;
  readonly responseData: SeenData | undefined;
}

export class Observer {
  readonly #hash: KeyedHash;
  readonly #responses = new Map<string, number>();

  /** `secret` is the installation's: all its workers and nodes share it, so that they know each other's identifiers. */
  constructor(secret: Buffer) {
    this.#hash = new KeyedHash(secret);
  }

  observe(one: Observed): Observation {
    const { view, response } = one;
    const body = view.body;
    const request =
      body === undefined || body.format === 'empty'
        ? undefined
        : observeBody(body, one.requestData ?? NO_DATA, this.#hash, true);
    const isWhole = one.responseBody === undefined || this.#isWhole(`${view.endpoint.id} ${response?.status ?? 0}`);
    return {
      authentication: authenticationOf(view),
      isCredentialInUrl: view.query.some(([name, value]) => value !== '' && URL_CREDENTIAL.test(name)),
      userAgent: (headerValue(view.rawHeaders, 'user-agent') ?? '').slice(0, USER_AGENT_CHARS_MAX),
      country: one.country,
      network: undefined,
      isEncrypted: one.isEncrypted,
      upgrade: headerValue(view.rawHeaders, 'upgrade')?.toLowerCase() === 'websocket' ? 'websocket' : undefined,
      graphqlOperation: body === undefined ? undefined : operationOf(body),
      claims: this.#claims(view),
      query: this.#query(view.query),
      ...this.#namedInHeaders(view.rawHeaders),
      path: this.#path(one.segments),
      request,
      response:
        one.responseBody === undefined
          ? undefined
          : observeBody(one.responseBody, one.responseData ?? NO_DATA, this.#hash, isWhole),
      account: request === undefined ? undefined : accountOf(request.fields, body!),
      responseHeaders: response === undefined ? [] : watchedHeaders(response.rawHeaders),
    };
  }

  #isWhole(endpoint: string): boolean {
    const seen = this.#responses.get(endpoint) ?? 0;
    if (seen > 0 || this.#responses.size < ENDPOINTS_MAX) this.#responses.set(endpoint, seen + 1);
    return seen < WHOLE_RESPONSES || seen % SAMPLE_EVERY === 0;
  }

  #claims({ token, rawHeaders }: RequestView): ObservedClaim[] {
    if (token === undefined) return [];
    const claims: ObservedClaim[] = [];
    for (const name of IDENTITY_CLAIMS) {
      const value = Object.hasOwn(token.claims, name) ? token.claims[name] : undefined;
      if (typeof value === 'string' || typeof value === 'number') {
        claims.push({ name, hash: this.#hash.of(String(value).slice(0, 256)), word: undefined });
      }
    }
    const signed = headerValue(rawHeaders, 'authorization');
    // The end of a JWT is its signature: the same in the hands of a thief, another after every refresh.
    if (signed !== undefined) claims.push({ name: 'token', hash: this.#hash.of(signed.slice(-64)), word: undefined });
    for (const [name, word] of claimWords(token.claims)) claims.push({ name, hash: this.#hash.of(word), word });
    return claims;
  }

  /** What the path names, as learning knows it: the parameters of the template together. */
  objectOf(template: string, segments: readonly string[]): number | undefined {
    let object: number | undefined;
    const names = template.split('/');
    for (let i = 1; i < names.length; i++) {
      const segment = segments[i - 1];
      if (segment === undefined || !names[i]!.startsWith('{')) continue;
      const hash = numberOfHash(this.#hash.of(segment));
      object = object === undefined ? hash : pairOf(object, hash);
    }
    return object;
  }

  /** The last parameter of the path, as learning knows it. */
  lastIdOf(template: string, segments: readonly string[]): number | undefined {
    const names = template.split('/');
    const at = names.findLastIndex((name) => name.startsWith('{'));
    const segment = at === -1 ? undefined : segments[at - 1];
    return segment === undefined || segment === '' || segment.length > 64
      ? undefined
      : numberOfHash(this.#hash.of(segment));
  }

  #query(query: RequestView['query']): ObservedField[] {
    const fields: ObservedField[] = [];
    for (const [name, value] of query) {
      if (fields.length >= FIELDS_MAX) break;
      const pointer = `/${name.slice(0, 128).replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const ids = listedIds(value);
      if (ids === undefined) fields.push(this.#text(pointer, value));
      else for (const id of ids.slice(0, FIELDS_MAX - fields.length)) fields.push(this.#text(pointer, id));
    }
    return fields;
  }

  #namedInHeaders(rawHeaders: RawHeaders): { readonly headers?: readonly ObservedField[] } {
    let headers: ObservedField[] | undefined;
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
      if (!WHOSE_DATA.test(rawHeaders[i]!)) continue;
      headers ??= [];
      headers.push(this.#text(`/${rawHeaders[i]!.toLowerCase()}`, rawHeaders[i + 1]!));
      if (headers.length >= NAMED_IN_HEADERS_MAX) break;
    }
    return headers === undefined ? {} : { headers };
  }

  #path(segments: readonly string[]): ObservedField[] {
    return segments.slice(0, SEGMENTS_MAX).map((segment, i) => this.#text(`/${i}`, segment));
  }

  #text(pointer: string, value: string): ObservedField {
    const format = formatOf(value);
    const isNumber = format === 'numeric' && value.length < 16;
    return {
      pointer,
      type: isNumber ? 'integer' : 'string',
      format,
      length: value.length,
      number: isNumber ? Number(value) : undefined,
      hash: value === '' || value.length > 64 ? undefined : this.#hash.of(value),
      word: undefined,
    };
  }
}

const LISTED_MIN = 3;
const LIST_CHARS_MAX = 8_192;

/** `?ids=17,18,19` names three objects, as `?id=17&id=18&id=19` does; of anything else than ids of one kind a list is a text. */
function listedIds(value: string): readonly string[] | undefined {
  if (value.length > LIST_CHARS_MAX || !value.includes(',')) return undefined;
  const parts = value.split(',', FIELDS_MAX);
  if (parts.length < LISTED_MIN) return undefined;
  const format = formatOf(parts[0]!);
  if (format === undefined || !ID_FORMATS.has(format)) return undefined;
  return parts.every((part) => formatOf(part) === format) ? parts : undefined;
}

function authenticationOf({ rawHeaders, actors, token }: RequestView): AuthenticationScheme[] {
  const schemes: AuthenticationScheme[] = [];
  const authorization = headerValue(rawHeaders, 'authorization');
  const scheme = authorization?.slice(0, authorization.indexOf(' ')).toLowerCase();
  if (scheme === 'bearer' || scheme === 'basic' || scheme === 'digest') schemes.push(scheme);
  if (token !== undefined) schemes.push('jwt');
  const has = (kind: Actor['kind']): boolean => actors.some((actor) => actor.kind === kind);
  // An opaque token is the bearer that was named already.
  if (actors.some(({ kind, id }) => kind === 'api-key' && !id.startsWith(OPAQUE_TOKEN))) schemes.push('api-key');
  if (has('session')) schemes.push('cookie');
  if (schemes.length === 0 && hasOtherCredential(rawHeaders, authorization)) schemes.push('other');
  return schemes;
}

/** What is meant as a credential though nobody configured it: a request with it is not called anonymous. */
function hasOtherCredential(rawHeaders: RawHeaders, authorization: string | undefined): boolean {
  if (authorization !== undefined && authorization !== '') return true;
  if (OTHER_CREDENTIALS.some((name) => headerValue(rawHeaders, name) !== undefined)) return true;
  const cookie = headerValue(rawHeaders, 'cookie');
  return cookie !== undefined && LOGIN_COOKIE.test(cookie.slice(0, COOKIE_CHARS_READ_MAX));
}

const OPERATION = /(?:^|[\s}])(query|mutation|subscription)(?:\s+([_A-Za-z]\w{0,63}))?[\s({@]/;
const FIRST_FIELD = /\{\s*(?:[_A-Za-z]\w{0,63}\s*:\s*)?([_A-Za-z]\w{0,63})/;

/** `query listOrders`; an operation without a name is called by its first field. */
function operationOf(body: BodyView): string | undefined {
  const first = body.graphql[0];
  if (first === undefined) return undefined;
  const text = first.query.slice(0, 4_096);
  const operation = OPERATION.exec(text);
  const kind = operation?.[1] ?? 'query';
  const name = first.operationName?.slice(0, 64) ?? operation?.[2] ?? FIRST_FIELD.exec(text)?.[1];
  return name === undefined || !/^\w+$/.test(name) ? undefined : `${kind} ${name}`;
}

/** A password and a name next to it. The hash is of the name as it was written. */
function accountOf(fields: readonly ObservedField[], body: BodyView): string | undefined {
  if (body.bytes.length > 4_096) return undefined;
  const nameOf = (field: ObservedField): string => field.pointer.slice(field.pointer.lastIndexOf('/') + 1);
  if (!fields.some((field) => PASSWORD_NAME.test(nameOf(field)))) return undefined;
  const account = fields.find(
    (field) => ACCOUNT_NAME.test(nameOf(field)) && field.hash !== undefined && (field.length ?? 0) <= ACCOUNT_CHARS_MAX,
  );
  return account?.hash;
}

function watchedHeaders(rawHeaders: RawHeaders): (readonly [string, string])[] {
  const watched: (readonly [string, string])[] = [];
  for (let i = 0; i + 1 < rawHeaders.length && watched.length < HEADERS_MAX; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    if (!WATCHED_HEADERS.has(name)) continue;
    const value = rawHeaders[i + 1]!;
    watched.push([name, (name === 'set-cookie' ? withoutCookieValue(value) : value).slice(0, HEADER_CHARS_MAX)]);
  }
  return watched;
}

/** `sid=…; HttpOnly; Secure`: the flags without the secret. */
function withoutCookieValue(line: string): string {
  const equals = line.indexOf('=');
  const semicolon = line.indexOf(';');
  return `${line.slice(0, Math.max(equals, 0))}=…${semicolon === -1 ? '' : line.slice(semicolon)}`;
}
