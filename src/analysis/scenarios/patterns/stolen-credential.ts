// One credential in two hands: two countries or networks at once, a new client, endpoints it never used, use after logout.
// Any one of these has an innocent reason (a phone between networks, a VPN, an update), so several are asked for, and at least
// one that says it is another device or another place on earth.
import { type Actor, OPAQUE_TOKEN } from '../../../core/actor.ts';
import type { ScenarioDocument } from '../../../core/document.ts';
import { hashOf } from '../../../core/hash.ts';
import type { StolenCredentialPattern } from '../../../core/scenario.ts';
import { ExpiringTable } from '../metrics/expiring-table.ts';
import type { Occurrence } from '../occurrence.ts';
import type { Pattern, Signal } from '../signal.ts';
import { type HandSign, TokenHands } from './token-hands.ts';

const CREDENTIALS_MAX = 100_000;
const IDLE_MS = 30 * 24 * 3_600_000;
const CLIENTS_KEPT_MAX = 8;
const ENDPOINTS_KEPT_MAX = 64;
const PLACES_KEPT_MAX = 6;
const NEW_ENDPOINTS_MIN = 3;
/** Answers under way when the logout came. */
const LOGOUT_GRACE_MS = 5_000;
/** `DELETE /api/session`. */
const LOGOUT_BY_METHOD = /^DELETE \S*\/(?:sessions?|tokens?)(?:\/(?:me|current|\{\w+\}))?$/i;
const LOGOUT = /(?:^|[/_-])(?:log|sign)[_-]?(?:out|off)(?:$|[/_-])/i;

const SIGNS = {
  countries: 'two countries at once',
  networks: 'two networks at once',
  client: 'a client it never used',
  endpoints: 'endpoints it never used',
  logout: 'use after logout',
  hands: 'one token in two clients on two networks at once',
  afterwards: 'use after logout by another client on another network',
} as const;
type Sign = keyof typeof SIGNS;
/** What the sentence says already. */
const SAID_BY = { hands: 'networks', afterwards: 'logout' } as const;

interface Credential {
  uses: number;
  /** Hash → first seen. */
  readonly clients: Map<number, number>;
  readonly endpoints: Map<number, number>;
  /** The latest stays, newest last: a network (hash), its country, from and until. */
  places: { network: number; country: string | undefined; from: number; until: number }[];
  readonly signs: Map<Sign, number>;
  loggedOutAt: number | undefined;
  hasRaised: boolean;
}

export class StolenCredential implements Pattern {
  readonly #scenario: ScenarioDocument;
  readonly #pattern: StolenCredentialPattern;
  readonly #windowMs: number;
  readonly #hands: TokenHands;
  readonly #credentials = new ExpiringTable<Credential>(CREDENTIALS_MAX, IDLE_MS);

  constructor(scenario: ScenarioDocument, pattern: StolenCredentialPattern) {
    this.#scenario = scenario;
    this.#pattern = pattern;
    this.#windowMs = pattern.windowSeconds * 1_000;
    this.#hands = new TokenHands(this.#windowMs);
  }

  take(occurrence: Occurrence): Signal | undefined {
    if (occurrence.principal === undefined || !occurrence.isAccepted) return undefined;
    const raised: { actor: Actor; credential: Credential; signs: Sign[] }[] = [];
    for (const { actor, key } of occurrence.actors) {
      if (actor.kind === 'ip') continue;
      const credential = this.#credentials.get(key, occurrence.at) ?? this.#remember(key, occurrence.at);
      const signs = this.#signs(actor, credential, occurrence);
      const needed = isOfPerson(actor) ? this.#pattern.signalsForSubjectsMin : this.#pattern.signalsMin;
      const isElsewhere = signs.some((sign) => sign === 'countries' || sign === 'client' || sign === 'logout');
      const hand = this.#hand(actor, key, occurrence);
      if (hand !== undefined)
        raised.push({ actor, credential, signs: [hand, ...signs.filter((sign) => sign !== SAID_BY[hand])] });
      else if (signs.length >= needed && isElsewhere) raised.push({ actor, credential, signs });
    }
    const first = raised[0];
    if (first === undefined) return undefined;
    for (const { credential } of raised) this.#unlearn(credential, occurrence);
    const isFirst = !first.credential.hasRaised;
    first.credential.hasRaised = true;
    const places = first.credential.places;
    return {
      scenario: this.#scenario,
      actors: raised.map(({ actor }) => actor),
      groups: raised.map(({ actor }) => `${actor.kind}:${actor.id}`),
      endpoint: '*',
      at: occurrence.at,
      result: 'succeeded',
      count: 1,
      figures: {
        value: first.signs.length,
        threshold: isOfPerson(first.actor) ? this.#pattern.signalsForSubjectsMin : this.#pattern.signalsMin,
        signs: first.signs.map((sign) => SIGNS[sign]).join(', '),
        countries: [...new Set(places.flatMap(({ country }) => country ?? []))].join(', ') || 'unknown countries',
        networks: new Set(places.map(({ network }) => network)).size,
        windowSeconds: this.#pattern.windowSeconds,
        uses: first.credential.uses,
        isFirst: isFirst ? 'yes' : 'no',
      },
      occurrence,
    };
  }

  sweep(now: number): readonly Signal[] {
    this.#credentials.sweep(now);
    this.#hands.sweep(now);
    return [];
  }

  size(): { entries: number; evicted: number } {
    return { entries: this.#credentials.size, evicted: this.#credentials.evicted };
  }

  dump(): unknown {
    return [...this.#credentials.entries()].map(([key, { uses, clients, endpoints, places }]) => [
      key,
      { uses, clients: [...clients], endpoints: [...endpoints], places },
    ]);
  }

  restore(dump: unknown): void {
    for (const [key, one] of dump as [
      string,
      {
        uses: number;
        clients: [number, number][];
        endpoints: [number, number][];
        places: Credential['places'];
      },
    ][]) {
      const credential = this.#remember(key, one.places.at(-1)?.until ?? 0);
      credential.uses = one.uses;
      for (const [client, at] of one.clients) credential.clients.set(client, at);
      for (const [endpoint, at] of one.endpoints) credential.endpoints.set(endpoint, at);
      credential.places = one.places;
    }
  }

  #remember(key: string, now: number): Credential {
    return this.#credentials.set(
      key,
      {
        uses: 0,
        clients: new Map(),
        endpoints: new Map(),
        places: [],
        signs: new Map(),
        loggedOutAt: undefined,
        hasRaised: false,
      },
      now,
    );
  }

  #signs(actor: Actor, credential: Credential, occurrence: Occurrence): Sign[] {
    const { at } = occurrence;
    const isKnown = credential.uses >= this.#pattern.historyMin;
    credential.uses += 1;
    const since = at - this.#windowMs;
    this.#place(credential, occurrence, since);
    if (occurrence.userAgent !== '') {
      const client = hashOf(occurrence.userAgent);
      const seen = noted(credential.clients, client, isKnown ? at : 0, CLIENTS_KEPT_MAX);
      if (isKnown && seen > since) credential.signs.set('client', at);
    }
    const seen = noted(credential.endpoints, hashOf(occurrence.endpoint), isKnown ? at : 0, ENDPOINTS_KEPT_MAX);
    if (isKnown && seen > since) {
      let fresh = 0;
      for (const firstSeen of credential.endpoints.values()) if (firstSeen > since) fresh += 1;
      if (fresh >= NEW_ENDPOINTS_MIN) credential.signs.set('endpoints', at);
    }
    const { loggedOutAt } = credential;
    if (loggedOutAt !== undefined && at > loggedOutAt + LOGOUT_GRACE_MS) credential.signs.set('logout', at);
    if (isLogout(occurrence) && (actor.kind === 'session' || actor.kind === 'api-key')) {
      credential.loggedOutAt ??= at;
    }
    const signs: Sign[] = [];
    for (const [sign, on] of credential.signs) {
      if (on <= since) credential.signs.delete(sign);
      // Two countries are two networks; that is one sign.
      else if (sign !== 'networks' || !credential.signs.has('countries')) signs.push(sign);
    }
    if (signs.length === 0) credential.hasRaised = false;
    return signs;
  }

  /** A person has several tokens, and a key several machines; a token and a session are one client's. */
  #hand(actor: Actor, key: string, occurrence: Occurrence): HandSign | undefined {
    const token =
      actor.kind === 'subject'
        ? occurrence.claims.find(({ name }) => name === 'token')?.hash
        : actor.kind === 'session' || isOpaqueToken(actor)
          ? key
          : undefined;
    if (token === undefined || occurrence.userAgent === '') return undefined;
    const sign = this.#hands.note(token, {
      at: occurrence.at,
      network: hashOf(occurrence.network),
      client: hashOf(occurrence.userAgent),
      principal: hashOf(key),
      isLogout: isLogout(occurrence),
    });
    // A token that says nothing of itself may be one that a person gave to several machines.
    return sign === 'hands' && isOpaqueToken(actor) ? undefined : sign;
  }

  #place(credential: Credential, { at, network, country }: Occurrence, since: number): void {
    const hash = hashOf(network);
    const { places } = credential;
    const last = places.at(-1);
    if (last?.network === hash) {
      last.until = Math.max(last.until, at);
      return;
    }
    if (last !== undefined && last.until > since) {
      const isCountry = country !== undefined && last.country !== undefined && country !== last.country;
      if (isCountry) credential.signs.set('countries', at);
      // There and back again: both are in use. One move is a phone that left the house.
      if (places.some((place) => place.network === hash && place.until > since)) credential.signs.set('networks', at);
    }
    places.push({ network: hash, country, from: at, until: at });
    if (places.length > PLACES_KEPT_MAX) places.shift();
  }

  /** What the thief uses does not become usual by being used. */
  #unlearn(credential: Credential, { at, userAgent, endpoint }: Occurrence): void {
    const since = at - this.#windowMs;
    for (const [table, hash] of [
      [credential.clients, hashOf(userAgent)],
      [credential.endpoints, hashOf(endpoint)],
    ] as const) {
      if ((table.get(hash) ?? 0) > since) table.set(hash, at);
    }
  }
}

function isOpaqueToken({ kind, id }: Actor): boolean {
  return kind === 'api-key' && id.startsWith(OPAQUE_TOKEN);
}

/** Several devices, and several networks, of one person are nothing. */
function isOfPerson(actor: Actor): boolean {
  return actor.kind === 'subject' || isOpaqueToken(actor);
}

function isLogout({ endpoint }: Occurrence): boolean {
  return LOGOUT.test(endpoint) || LOGOUT_BY_METHOD.test(endpoint);
}

/** When it was first seen; now, when it was not. Who has used as many as are kept is not told by another one. */
function noted(table: Map<number, number>, hash: number, now: number, max: number): number {
  const seen = table.get(hash);
  if (seen !== undefined) return seen;
  if (table.size >= max) return 0;
  table.set(hash, now);
  return now;
}
