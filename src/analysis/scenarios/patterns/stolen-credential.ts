// One credential in two hands: two countries or networks at once, a new client, endpoints it never used, use after logout.
// Any one of these has an innocent reason (a phone between networks, a VPN, an update), so several are asked for, and at least
// one that says it is another device or another place on earth.

import { type Actor, OPAQUE_TOKEN } from '../../../core/actor.ts';
import type { ScenarioDocument } from '../../../core/document.ts';
import { hashOf } from '../../../core/hash.ts';
import type { StolenCredentialPattern } from '../../../core/scenario.ts';
import { listed } from '../../json-pieces.ts';
import { ExpiringTable } from '../metrics/expiring-table.ts';
import { FirstSightings } from '../metrics/first-sightings.ts';
import type { Occurrence } from '../occurrence.ts';
import type { Pattern, Signal } from '../signal.ts';
import { type HandSign, TokenHands } from './token-hands.ts';

/** Used more than once; about 400 bytes each. */
const CREDENTIALS_MAX = 50_000;
/** Used once so far; 68 bytes each. */
const CREDENTIALS_SEEN_ONCE_MAX = 100_000;
const IDLE_MS = 30 * 24 * 3_600_000;
const CLIENTS_KEPT_MAX = 8;
const ENDPOINTS_KEPT_MAX = 64;
const PLACES_KEPT_MAX = 6;
const NETWORKS_KEPT_MAX = 8;
/** So long ago a network and a client were first seen that are the credential's own: few stolen tokens live as long. */
const USUAL_AFTER_MS = 12 * 3_600_000;
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

interface Place {
  readonly network: number;
  readonly country: string | undefined;
  readonly from: number;
  until: number;
}

interface Credential {
  uses: number;
  /** Hashes, and when each was first seen, alternating: most have one client and a few endpoints. */
  readonly clients: number[];
  readonly endpoints: number[];
  readonly networks: number[];
  /** The latest stays, newest last: a network (hash), its country, from and until. */
  places: Place[];
  signs: Map<Sign, number> | undefined;
  loggedOutAt: number | undefined;
  hasRaised: boolean;
}

/** The key is the hash of the actor's; it was the text once, and hashes stood in pairs. */
interface CredentialDump {
  readonly uses: number;
  readonly clients: readonly (number | readonly [number, number])[];
  readonly endpoints: readonly (number | readonly [number, number])[];
  readonly places: readonly Place[];
  /** Not there once. */
  readonly networks?: readonly number[];
}

export class StolenCredential implements Pattern {
  readonly #scenario: ScenarioDocument;
  readonly #pattern: StolenCredentialPattern;
  readonly #windowMs: number;
  readonly #hands: TokenHands;
  readonly #credentials = new ExpiringTable<Credential, number>(CREDENTIALS_MAX, IDLE_MS);
  readonly #once = new FirstSightings(CREDENTIALS_SEEN_ONCE_MAX, IDLE_MS, 5);

  constructor(scenario: ScenarioDocument, pattern: StolenCredentialPattern) {
    this.#scenario = scenario;
    this.#pattern = pattern;
    this.#windowMs = pattern.windowSeconds * 1_000;
    this.#hands = new TokenHands(this.#windowMs);
  }

  take(occurrence: Occurrence): Signal | undefined {
    if (occurrence.principal === undefined || !occurrence.isAccepted) return undefined;
    const raised: { actor: Actor; credential: Credential; signs: Sign[] }[] = [];
    for (const { actor, key, hash } of occurrence.actors) {
      if (actor.kind === 'ip') continue;
      const credential = this.#credentialOf(hash, actor, occurrence);
      const signs = credential === undefined ? [] : this.#signs(actor, credential, occurrence);
      const needed = isOfPerson(actor) ? this.#pattern.signalsForSubjectsMin : this.#pattern.signalsMin;
      const isElsewhere = signs.some((sign) => sign === 'countries' || sign === 'client' || sign === 'logout');
      const hand = this.#hand(actor, key, hash, credential, occurrence);
      if (credential === undefined) continue;
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
    this.#once.sweep(now);
    this.#hands.sweep(now);
    return [];
  }

  size(): { entries: number; evicted: number } {
    return {
      entries: this.#credentials.size + this.#once.size,
      evicted: this.#credentials.evicted + this.#once.evicted,
    };
  }

  dump(): unknown {
    return listed(this.#credentials.entries(), ([key, { uses, clients, endpoints, networks, places }]) => [
      key,
      { uses, clients, endpoints, networks, places } satisfies CredentialDump,
    ]);
  }

  restore(dump: unknown): void {
    for (const [key, one] of dump as [number | string, CredentialDump][]) {
      const credential = emptyCredential();
      credential.uses = one.uses;
      credential.clients.push(...one.clients.flat());
      credential.endpoints.push(...one.endpoints.flat());
      credential.networks.push(...(one.networks ?? []));
      credential.places = one.places.map((place) => ({ ...place }));
      const hash = typeof key === 'string' ? hashOf(key) : key;
      this.#credentials.set(hash, credential, one.places.at(-1)?.until ?? 0);
    }
  }

  /** Undefined for the first use, which is remembered: it cannot be told from anything yet. */
  #credentialOf(key: number, actor: Actor, occurrence: Occurrence): Credential | undefined {
    const { at } = occurrence;
    const known = this.#credentials.get(key, at);
    if (known !== undefined) return known;
    const first = this.#once.recall(key, at);
    if (first === undefined && !isEndOf(actor, occurrence)) {
      const { userAgent, clientHash, endpointHash, networkHash, country } = occurrence;
      const client = userAgent === '' ? 0 : clientHash;
      this.#once.note(key, at, [client, endpointHash, networkHash, numberOfCountry(country), at]);
      return undefined;
    }
    return this.#credentials.set(key, first === undefined ? emptyCredential() : usedOnce(first), at);
  }

  #signs(actor: Actor, credential: Credential, occurrence: Occurrence): Sign[] {
    const { at } = occurrence;
    const isKnown = credential.uses >= this.#pattern.historyMin;
    credential.uses += 1;
    const since = at - this.#windowMs;
    this.#place(credential, occurrence, since);
    noted(credential.networks, occurrence.networkHash, at, NETWORKS_KEPT_MAX);
    if (occurrence.userAgent !== '') {
      const client = occurrence.clientHash;
      const seen = noted(credential.clients, client, isKnown ? at : 0, CLIENTS_KEPT_MAX);
      if (isKnown && seen > since) sign(credential, 'client', at);
    }
    const seen = noted(credential.endpoints, occurrence.endpointHash, isKnown ? at : 0, ENDPOINTS_KEPT_MAX);
    if (isKnown && seen > since) {
      let fresh = 0;
      for (let i = 1; i < credential.endpoints.length; i += 2) if (credential.endpoints[i]! > since) fresh += 1;
      if (fresh >= NEW_ENDPOINTS_MIN) sign(credential, 'endpoints', at);
    }
    const { loggedOutAt } = credential;
    if (loggedOutAt !== undefined && at > loggedOutAt + LOGOUT_GRACE_MS) sign(credential, 'logout', at);
    if (isEndOf(actor, occurrence)) credential.loggedOutAt ??= at;
    const signs: Sign[] = [];
    for (const [sign, on] of credential.signs ?? []) {
      if (on <= since) credential.signs?.delete(sign);
      // Two countries are two networks; that is one sign.
      else if (sign !== 'networks' || !credential.signs?.has('countries')) signs.push(sign);
    }
    if (signs.length === 0) credential.hasRaised = false;
    return signs;
  }

  /** A person has several tokens, and a key several machines; a token and a session are one client's. */
  #hand(
    actor: Actor,
    key: string,
    principal: number,
    credential: Credential | undefined,
    occurrence: Occurrence,
  ): HandSign | undefined {
    const token =
      actor.kind === 'subject'
        ? occurrence.claims.find(({ name }) => name === 'token')?.hash
        : actor.kind === 'session' || isOpaqueToken(actor)
          ? key
          : undefined;
    if (token === undefined || occurrence.userAgent === '') return undefined;
    const { at } = occurrence;
    const use = {
      at,
      network: occurrence.networkHash,
      client: occurrence.clientHash,
      principal,
      isLogout: isLogout(occurrence),
    };
    const sign = this.#hands.note(
      token,
      use,
      (network, client) => credential !== undefined && isUsual(credential, network, client, at),
    );
    // A token that says nothing of itself may be one that a person gave to several machines.
    return sign === 'hands' && isOpaqueToken(actor) ? undefined : sign;
  }

  #place(credential: Credential, { at, networkHash: hash, country }: Occurrence, since: number): void {
    const { places } = credential;
    const last = places.at(-1);
    if (last?.network === hash) {
      last.until = Math.max(last.until, at);
      return;
    }
    if (last !== undefined && last.until > since) {
      const isCountry = country !== undefined && last.country !== undefined && country !== last.country;
      if (isCountry) sign(credential, 'countries', at);
      // There and back again: both are in use. One move is a phone that left the house.
      if (places.some((place) => place.network === hash && place.until > since)) sign(credential, 'networks', at);
    }
    places.push({ network: hash, country, from: at, until: at });
    if (places.length > PLACES_KEPT_MAX) places.shift();
  }

  /** What the thief uses does not become usual by being used. */
  #unlearn(credential: Credential, { at, clientHash, endpointHash, networkHash }: Occurrence): void {
    for (const [table, hash, since] of [
      [credential.clients, clientHash, at - this.#windowMs],
      [credential.endpoints, endpointHash, at - this.#windowMs],
      [credential.networks, networkHash, at - USUAL_AFTER_MS],
    ] as const) {
      const i = table.findIndex((one, n) => n % 2 === 0 && one === hash);
      if (i !== -1 && table[i + 1]! > since) table[i + 1] = at;
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

/** A logout ends what the client holds; a person has other devices. */
function isEndOf({ kind }: Actor, occurrence: Occurrence): boolean {
  return (kind === 'session' || kind === 'api-key') && isLogout(occurrence);
}

function emptyCredential(): Credential {
  return {
    uses: 0,
    clients: [],
    endpoints: [],
    networks: [],
    places: [],
    signs: undefined,
    loggedOutAt: undefined,
    hasRaised: false,
  };
}

/** Of a first use: client, endpoint, network, country, time. */
function usedOnce([client, endpoint, network, country, at]: readonly number[]): Credential {
  return {
    ...emptyCredential(),
    uses: 1,
    clients: client === 0 ? [] : [client!, 0],
    endpoints: [endpoint!, 0],
    networks: [network!, at!],
    places: [{ network: network!, country: countryOfNumber(country!), from: at!, until: at! }],
  };
}

function isUsual(credential: Credential, network: number, client: number, at: number): boolean {
  return [[credential.networks, network] as const, [credential.clients, client] as const].every(([table, hash]) => {
    const i = table.findIndex((one, n) => n % 2 === 0 && one === hash);
    return i !== -1 && table[i + 1]! <= at - USUAL_AFTER_MS;
  });
}

/** Two letters as a number; 0 stands for none. */
function numberOfCountry(country: string | undefined): number {
  return country === undefined ? 0 : country.charCodeAt(0) * 256 + country.charCodeAt(1);
}

function countryOfNumber(number: number): string | undefined {
  return number === 0 ? undefined : String.fromCharCode(number >> 8, number & 255);
}

function sign(credential: Credential, sign: Sign, at: number): void {
  credential.signs ??= new Map();
  credential.signs.set(sign, at);
}

/** When it was first seen; now, when it was not. Who has used as many as are kept is not told by another one. */
function noted(table: number[], hash: number, now: number, max: number): number {
  for (let i = 0; i < table.length; i += 2) if (table[i] === hash) return table[i + 1]!;
  if (table.length >= max * 2) return 0;
  table.push(hash, now);
  return now;
}
