// The analyst's end of packed records. Every record and field that comes out has all its members in one order, whatever it holds:
// records of one shape cost who reads them a fraction of what twenty shapes cost.
// Invariant: a list that is none of a record's is refused with a RangeError, and its length bounds the work that it causes.
import { ACTOR_KINDS, type Actor, SharedActor } from '../core/actor.ts';
import type {
  AuthenticationScheme,
  Observation,
  ObservedBody,
  ObservedClaim,
  ObservedField,
} from '../core/observation.ts';
import type { Coverage, Mode, TransactionRecord } from '../core/record.ts';
import { OF_ACTOR, OF_BODY, OF_FIELD, OF_OBSERVATION, OF_RECORD, TYPES } from './layout.ts';
import { oneOf, TEXT_CHARS_MAX } from './texts-of-frame.ts';

const NONE: readonly never[] = [];

/** Records of one frame, in their order. */
export class Unpacking {
  readonly #texts: string[] = [];
  #list: readonly unknown[] = NONE;
  #at = 0;

  /** @throws RangeError for what is no record */
  next(packed: unknown): TransactionRecord {
    if (!Array.isArray(packed)) throw new RangeError('no packed record');
    this.#list = packed;
    this.#at = 0;
    const holds = this.#number();
    const id = this.#written();
    const receivedAt = this.#number();
    const durationMs = this.#number();
    const clientAddress = this.#written();
    const method = this.#text();
    const host = this.#text();
    const path = this.#written();
    const endpoint = this.#text();
    const route = this.#text();
    const mode = this.#text() as Mode;
    const status = this.#number();
    const requestBodyBytes = this.#number();
    const responseBodyBytes = this.#number();
    const action = this.#text() as TransactionRecord['action'];
    const enforced = this.#text() as TransactionRecord['enforced'];
    const rule = this.#text();
    const confidence = this.#number();
    const coverage = this.#text() as Coverage;
    const policyVersion = this.#text();
    const actors = this.#actors();
    const upstreamMs = (holds & OF_RECORD.upstreamMs) === 0 ? undefined : this.#number();
    const findings = (holds & OF_RECORD.findings) === 0 ? NONE : this.#findings();
    const uninspected = (holds & OF_RECORD.uninspected) === 0 ? NONE : this.#listed();
    const fault = (holds & OF_RECORD.fault) === 0 ? undefined : this.#text();
    const observation = (holds & OF_RECORD.observation) === 0 ? undefined : this.#observation();
    if (this.#at !== this.#list.length) throw new RangeError('more than a record');
    const record = {
      id,
      receivedAt,
      durationMs,
      upstreamMs,
      clientAddress,
      method,
      host,
      path,
      endpoint,
      route,
      mode,
      status,
      requestBodyBytes,
      responseBodyBytes,
      actors,
      action,
      enforced,
      rule,
      confidence,
      findings,
      coverage,
      uninspected,
      fault,
      policyVersion,
      observation,
    } satisfies { readonly [N in keyof TransactionRecord]-?: unknown };
    return record as TransactionRecord;
  }

  #actors(): Actor[] {
    const actors: Actor[] = [];
    for (let left = this.#count(); left > 0; left--) {
      const holds = this.#number();
      actors.push(sharedActor(holds, this.#written()));
    }
    return actors;
  }

  #observation(): Observation {
    const holds = this.#number();
    const userAgent = this.#text();
    const authentication = this.#listed() as readonly AuthenticationScheme[];
    const country = (holds & OF_OBSERVATION.country) === 0 ? undefined : this.#text();
    const network = (holds & OF_OBSERVATION.network) === 0 ? undefined : this.#number();
    const upgrade = (holds & OF_OBSERVATION.upgrade) === 0 ? undefined : this.#text();
    const graphqlOperation = (holds & OF_OBSERVATION.graphqlOperation) === 0 ? undefined : this.#text();
    const claims = (holds & OF_OBSERVATION.claims) === 0 ? NONE : this.#claims();
    const query = (holds & OF_OBSERVATION.query) === 0 ? NONE : this.#fields();
    const headers = (holds & OF_OBSERVATION.headers) === 0 ? undefined : this.#fields();
    const path = (holds & OF_OBSERVATION.path) === 0 ? undefined : this.#fields();
    const request = (holds & OF_OBSERVATION.request) === 0 ? undefined : this.#body();
    const response = (holds & OF_OBSERVATION.response) === 0 ? undefined : this.#body();
    const account = (holds & OF_OBSERVATION.account) === 0 ? undefined : this.#written();
    const responseHeaders = (holds & OF_OBSERVATION.responseHeaders) === 0 ? NONE : this.#headerLines();
    const observation = {
      authentication,
      isCredentialInUrl: (holds & OF_OBSERVATION.isCredentialInUrl) !== 0,
      userAgent,
      country,
      network,
      isEncrypted: (holds & OF_OBSERVATION.isEncrypted) !== 0,
      upgrade,
      graphqlOperation,
      claims,
      query,
      headers,
      path,
      request,
      response,
      account,
      responseHeaders,
    } satisfies { readonly [N in keyof Observation]-?: unknown };
    return observation as Observation;
  }

  #claims(): ObservedClaim[] {
    const claims: ObservedClaim[] = [];
    for (let left = this.#count(); left > 0; left--) {
      const hasWord = this.#number() !== 0;
      const name = this.#text();
      const hash = this.#written();
      claims.push({ name, hash, word: hasWord ? this.#text() : undefined });
    }
    return claims;
  }

  #body(): ObservedBody {
    const holds = this.#number();
    const mediaType = this.#text();
    const records = this.#number();
    const dataTypes = (holds & OF_BODY.dataTypes) === 0 ? NONE : this.#dataTypes();
    const fields = this.#fields();
    return { mediaType, fields, records, dataTypes, isTruncated: (holds & OF_BODY.isTruncated) !== 0 };
  }

  #fields(): ObservedField[] {
    const fields: ObservedField[] = [];
    for (let left = this.#count(); left > 0; left--) {
      const holds = this.#number();
      const pointer = this.#text();
      const type = known(TYPES[holds >> OF_FIELD.typeFromBit]);
      const format = (holds & OF_FIELD.format) === 0 ? undefined : this.#text();
      const length = (holds & OF_FIELD.length) === 0 ? undefined : this.#number();
      const number = (holds & OF_FIELD.number) === 0 ? undefined : this.#number();
      const hasWord = (holds & OF_FIELD.word) !== 0;
      const hash = (holds & OF_FIELD.hash) === 0 ? undefined : hasWord ? this.#text() : this.#written();
      fields.push({ pointer, type, format, length, number, hash, word: hasWord ? this.#text() : undefined });
    }
    return fields;
  }

  #findings(): TransactionRecord['findings'] {
    const value = this.#list[this.#at++];
    if (!Array.isArray(value)) throw new RangeError('no findings');
    return value as TransactionRecord['findings'];
  }

  #dataTypes(): (readonly [string, number])[] {
    const pairs: (readonly [string, number])[] = [];
    for (let left = this.#count(); left > 0; left--) pairs.push([this.#text(), this.#number()]);
    return pairs;
  }

  #headerLines(): (readonly [string, string])[] {
    const pairs: (readonly [string, string])[] = [];
    for (let left = this.#count(); left > 0; left--) pairs.push([this.#text(), this.#text()]);
    return pairs;
  }

  #listed(): string[] {
    const listed: string[] = [];
    for (let left = this.#count(); left > 0; left--) listed.push(this.#text());
    return listed;
  }

  /** Of what follows, each of which takes a place of the list at least. */
  #count(): number {
    const count = this.#number();
    if (!(count >= 0 && count <= this.#list.length - this.#at)) throw new RangeError('more than the list holds');
    return count;
  }

  /** Null for what JSON has no number for, such as infinity. */
  #number(): number {
    const value = this.#list[this.#at++];
    if (typeof value !== 'number' && value !== null) throw new RangeError('no number');
    return value as number;
  }

  /** One that is always written out. */
  #written(): string {
    const value = this.#list[this.#at++];
    if (typeof value !== 'string') throw new RangeError('no text');
    return value;
  }

  #text(): string {
    const value = this.#list[this.#at++];
    if (typeof value === 'number') return known(this.#texts[value]);
    if (typeof value !== 'string') throw new RangeError('no text');
    if (value.length > TEXT_CHARS_MAX) return value;
    const text = oneOf(value);
    this.#texts.push(text);
    return text;
  }
}

/** A power of two. One that is met again is the same object unless another one has taken its place meanwhile. */
const ACTORS_KEPT_MAX = 16_384;
const actorsKept: (SharedActor | undefined)[] = new Array<undefined>(ACTORS_KEPT_MAX).fill(undefined);

function sharedActor(holds: number, id: string): SharedActor {
  const kind = known(ACTOR_KINDS[holds >> OF_ACTOR.kindFromBit]);
  const isVerified = (holds & OF_ACTOR.isVerified) !== 0;
  let mixed = holds;
  for (let i = 0; i < id.length; i++) mixed = Math.imul(mixed ^ id.charCodeAt(i), 0x0100_0193);
  const place = (mixed ^ (mixed >>> 15)) & (ACTORS_KEPT_MAX - 1);
  const kept = actorsKept[place];
  if (kept !== undefined && kept.id === id && kept.kind === kind && kept.isVerified === isVerified) return kept;
  const actor = new SharedActor(kind, id, isVerified);
  actorsKept[place] = actor;
  return actor;
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new RangeError('nothing of this number');
  return value;
}
