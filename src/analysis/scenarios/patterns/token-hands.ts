// In whose hands one token or session is. A token belongs to one client, and a client moves as a whole from network to network:
// two clients that keep to a network each, at the same time, are two people. So is another client from another network after logout.
import { hashOf } from '../../../core/hash.ts';
import { Agreement } from '../agreement.ts';
import { ExpiringTable } from '../metrics/expiring-table.ts';
import { FirstSightings } from '../metrics/first-sightings.ts';

const TOKENS_MAX = 25_000;
const TOKENS_SEEN_ONCE_MAX = 100_000;
const IDLE_MS = 24 * 3_600_000;
const PAIRS_MAX = 8;
const USES_MIN = 2;
/** Answers under way when the logout came. */
const LOGOUT_GRACE_MS = 5_000;
/** A server that acts with its users' tokens is the second hand of many; a thief is of few. */
const PRINCIPALS_AGREEING_MIN = 3;

interface Pair {
  readonly network: number;
  readonly client: number;
  readonly first: number;
  last: number;
  uses: number;
}

interface Hands {
  readonly pairs: Pair[];
  loggedOutAt: number | undefined;
}

export interface Use {
  readonly at: number;
  readonly network: number;
  readonly client: number;
  readonly principal: number;
  readonly isLogout: boolean;
}

export type HandSign = 'hands' | 'afterwards';

export class TokenHands {
  readonly #windowMs: number;
  readonly #tokens = new ExpiringTable<Hands, number>(TOKENS_MAX, IDLE_MS);
  readonly #once = new FirstSightings(TOKENS_SEEN_ONCE_MAX, IDLE_MS, 3);
  readonly #agreement = new Agreement(PRINCIPALS_AGREEING_MIN);

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** `isUsual`: whether whose token it is has long used that client, and long been on that network. */
  note(token: string, use: Use, isUsual: (network: number, client: number) => boolean): HandSign | undefined {
    const { at, network, client } = use;
    const hands = this.#handsOf(hashOf(token), use);
    if (hands === undefined) return undefined;
    let pair = hands.pairs.find((one) => one.network === network && one.client === client);
    if (pair === undefined) {
      pair = { network, client, first: at, last: at, uses: 0 };
      hands.pairs.push(pair);
      if (hands.pairs.length > PAIRS_MAX) hands.pairs.shift();
    }
    pair.uses += 1;
    pair.last = at;
    const sign = this.#isAfterwards(hands, pair) ? 'afterwards' : this.#isSecond(hands, pair) ? 'hands' : undefined;
    if (use.isLogout) hands.loggedOutAt ??= at;
    // A browser at home and an application on the road, both known for long, are one person's that share a login.
    if (sign === undefined || hands.pairs.every((one) => isUsual(one.network, one.client))) return undefined;
    const second = hands.pairs.reduce((latest, one) => (one.first > latest.first ? one : latest));
    return this.#agreement.add(`${second.network} ${second.client}`, use.principal, at) ? undefined : sign;
  }

  sweep(now: number): void {
    this.#tokens.sweep(now);
    this.#once.sweep(now);
    this.#agreement.sweep(now);
  }

  /** Undefined for the first use of a token, which is remembered. */
  #handsOf(key: number, { at, network, client, isLogout }: Use): Hands | undefined {
    const known = this.#tokens.get(key, at);
    if (known !== undefined) return known;
    const first = this.#once.recall(key, at);
    if (first === undefined && !isLogout) {
      this.#once.note(key, at, [network, client, at]);
      return undefined;
    }
    const pairs: Pair[] = [];
    if (first !== undefined) {
      pairs.push({ network: first[0]!, client: first[1]!, first: first[2]!, last: first[2]!, uses: 1 });
    }
    return this.#tokens.set(key, { pairs, loggedOutAt: undefined }, at);
  }

  #isAfterwards({ pairs, loggedOutAt }: Hands, pair: Pair): boolean {
    if (loggedOutAt === undefined || pair.first <= loggedOutAt + LOGOUT_GRACE_MS) return false;
    const others = pairs.filter((one) => one.first <= loggedOutAt);
    return others.length > 0 && others.every((one) => one.network !== pair.network && one.client !== pair.client);
  }

  /** Another client on another network was in use before and after this one came, and neither was seen in the other's place. */
  #isSecond({ pairs }: Hands, pair: Pair): boolean {
    if (pair.uses < USES_MIN) return false;
    return pairs.some((other) => {
      if (other.network === pair.network || other.client === pair.client || other.uses < USES_MIN) return false;
      if (other.last < pair.last - this.#windowMs) return false;
      // The one that was there first came back after the other.
      if (pair.first < other.first ? pair.last <= other.first : other.last <= pair.first) return false;
      return !pairs.some(
        (one) =>
          (one.network === pair.network && one.client === other.client) ||
          (one.network === other.network && one.client === pair.client),
      );
    });
  }
}
