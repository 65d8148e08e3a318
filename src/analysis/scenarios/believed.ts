// Which tokens and keys are identities. Anybody can make one up; one is believed when its signature was checked, or when a place
// accepted it that does not answer everybody. At a place that answers everybody alike it names nobody.
import { type Actor, actorKey } from '../../core/actor.ts';
import { hashOf } from '../../core/hash.ts';
import { isIdentifierField } from '../../core/identifier-field.ts';
import type { TransactionRecord } from '../../core/record.ts';
import { ExpiringTable } from './metrics/expiring-table.ts';

const PLACES_MAX = 10_000;
const TOKENS_MAX = 100_000;
const TOKEN_IDLE_MS = 24 * 3_600_000;
const REFUSED_MAX = 20_000;
const REFUSED_IDLE_MS = 3_600_000;
/** Answers to nobody from which on a place counts as open; one may be a slip of a deployment. */
const ANSWERED_MIN = 3;
/** An answer that says no with a 200, and what names the request instead of an object. */
const SAYS_NO = /\/(?:errors?|fault|exception|message|reason|detail)(?:\/|$)/i;
const OF_REQUEST = /request|trace|correlation|span/i;

interface Place {
  /** Answers to callers without a credential, or with one that was refused elsewhere. */
  answered: number;
  /** It has refused a credential: it looks at them, though it may answer without one as well. */
  isChecking: boolean;
}

export class Believed {
  /** Only places that answered nobody, or that refused: most do neither. */
  readonly #places = new Map<string, Place>();
  readonly #tokens = new ExpiringTable<true, number>(TOKENS_MAX, TOKEN_IDLE_MS);
  /** Refused at their first use, and accepted nowhere since. */
  readonly #refused = new ExpiringTable<true, number>(REFUSED_MAX, REFUSED_IDLE_MS);

  /** Whether the transaction's token or key names somebody; undefined when it has none that is known by name. */
  note(record: TransactionRecord, endpoint: string, isAccepted: boolean): 'believed' | 'unproven' | 'open' | undefined {
    const { observation, receivedAt: at } = record;
    const isRefused = record.action !== 'block' && (record.status === 401 || record.status === 403);
    const tokens = record.actors.filter(isToken);
    if (tokens.length === 0) {
      if (observation?.authentication.length === 0 && !observation.isCredentialInUrl) {
        if (isAccepted && givesSomething(record)) this.#answered(endpoint);
        else if (record.status === 401 && isRefused) this.#closed(endpoint);
      }
      return undefined;
    }
    if (tokens.some(({ isVerified }) => isVerified)) return 'believed';
    const keys = tokens.map((actor) => tokenOf(record, actor));
    const isKnown = keys.some((key) => this.#tokens.get(key, at) === true);
    if (isRefused) {
      if (!isKnown && record.status === 401) {
        this.#checking(endpoint);
        for (const key of keys) this.#refused.set(key, true, at);
      }
      return isKnown ? 'believed' : 'unproven';
    }
    if (isKnown) return 'believed';
    if (isAccepted && keys.some((key) => this.#refused.get(key, at)) && givesSomething(record))
      this.#answered(endpoint);
    if (this.#isOpen(endpoint)) return 'open';
    if (!isAccepted) return 'unproven';
    for (const key of keys) {
      this.#tokens.set(key, true, at);
      this.#refused.delete(key);
    }
    return 'believed';
  }

  sweep(now: number): void {
    this.#tokens.sweep(now);
    this.#refused.sweep(now);
  }

  size(): { entries: number; evicted: number } {
    return {
      entries: this.#places.size + this.#tokens.size + this.#refused.size,
      evicted: this.#tokens.evicted + this.#refused.evicted,
    };
  }

  dump(): readonly (readonly [string, number, boolean])[] {
    return [...this.#places].map(([endpoint, { answered, isChecking }]) => [endpoint, answered, isChecking]);
  }

  restore(dump: readonly (readonly [string, number, boolean])[]): void {
    for (const [endpoint, answered, isChecking] of dump.slice(0, PLACES_MAX)) {
      this.#places.set(endpoint, { answered, isChecking });
    }
  }

  #isOpen(endpoint: string): boolean {
    const place = this.#places.get(endpoint);
    return place !== undefined && !place.isChecking && place.answered >= ANSWERED_MIN;
  }

  #answered(endpoint: string): void {
    const place = this.#place(endpoint);
    if (place !== undefined) place.answered += 1;
  }

  /** Nobody is answered any more: it was mended. */
  #closed(endpoint: string): void {
    const place = this.#places.get(endpoint);
    if (place !== undefined) place.answered = 0;
  }

  #checking(endpoint: string): void {
    const place = this.#place(endpoint);
    if (place !== undefined) place.isChecking = true;
  }

  #place(endpoint: string): Place | undefined {
    let place = this.#places.get(endpoint);
    if (place === undefined && this.#places.size < PLACES_MAX) {
      place = { answered: 0, isChecking: false };
      this.#places.set(endpoint, place);
    }
    return place;
  }
}

/** A session of a visitor without a login is an identity all the same: a shop gives one to everybody. */
export function isToken({ kind }: Actor): boolean {
  return kind === 'subject' || kind === 'api-key';
}

/** A subject is believed by its token: its name can be written into another one. */
function tokenOf({ observation }: TransactionRecord, actor: Actor): number {
  const token = actor.kind === 'subject' ? observation?.claims.find(({ name }) => name === 'token') : undefined;
  return hashOf(token?.hash ?? actorKey(actor));
}

/** Data or objects, and no error in a good status. Operations of GraphQL say no with a 200 in too many ways. */
function givesSomething({ observation }: TransactionRecord): boolean {
  const response = observation?.response;
  if (response === undefined || observation?.account !== undefined || observation?.graphqlOperation !== undefined)
    return false;
  if (response.fields.some(({ pointer }) => SAYS_NO.test(pointer))) return false;
  if (response.dataTypes.length > 0) return true;
  return response.fields.some((field) => isIdentifierField(field) && !OF_REQUEST.test(field.pointer));
}
