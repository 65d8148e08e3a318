// Which objects an answer gave to somebody as its own: by a list that names the caller's own objects (a joint account, the
// records of a family, the board of a team), or as the answer to creating one. Remembered from the first answer on, since the
// list is often read long before the place is known to be private.

import { hashOf, pairOf } from '../../../core/hash.ts';
import { PairFilter } from '../../../core/pair-filter.ts';
import { listed } from '../../json-pieces.ts';
import type { Occurrence } from '../occurrence.ts';

const LISTED_IDS_MAX = 50;
const LISTS_MAX = 10_000;
/** From so many known objects a list is judged, and it is a list of one's own when so many of them are. */
const LISTED_MIN = 30;
const LISTED_OWN_SHARE_MIN = 0.7;

export interface List {
  readonly hash: number;
  own: number;
  others: number;
}

/** An id that an answer named, and where; no list when there was no room for one more. */
export interface Listed {
  readonly list: List | undefined;
  readonly id: number;
}

export class OwnLists {
  /** Field of an answer → how often it named an object of whom it was given to, or of somebody else. */
  readonly #lists = new Map<string, List>();
  /** The same lists by endpoint and pointer, so that no text is put together for every id. */
  readonly #byPlace = new Map<string, Map<string, List>>();
  /** Hashes of those that name one's own, or of which that is not known yet: on a guess nobody is accused. */
  readonly #own = new Set<number>();
  /** Pairs of list (or collection, where it was created) and of reader and id. */
  readonly #given = new PairFilter();

  /** Notes what an answer gave the reader; what the request itself asked for says nothing of whose it is. */
  note({ endpoint, parameters, identifiers }: Occurrence, reader: number): readonly Listed[] {
    const listed: Listed[] = [];
    if (identifiers.length === 0) return listed;
    const created = endpoint.startsWith('POST ') ? hashOf(endpoint.slice('POST '.length)) : undefined;
    const here = this.#placeOf(endpoint);
    for (const { pointer, id } of identifiers) {
      if (listed.length >= LISTED_IDS_MAX) break;
      if (isAskedFor(parameters, id)) continue;
      const list = here.get(pointer) ?? this.#listOf(here, endpoint, pointer);
      listed.push({ list, id });
      const pair = pairOf(reader, id);
      this.#given.add(pairOf(list?.hash ?? hashOf(nameOf(endpoint, pointer)), pair));
      if (created !== undefined) this.#given.add(pairOf(created, pair));
    }
    return listed;
  }

  /** True when the list names one's own. */
  judge(list: List | undefined, isOwn: boolean): boolean {
    if (list === undefined) return false;
    if (isOwn) list.own += 1;
    else list.others += 1;
    if (isOfOwn(list) || !isJudged(list)) this.#own.add(list.hash);
    else this.#own.delete(list.hash);
    return isOfOwn(list);
  }

  /** Whether the reader was given the object (of a path: the one that it ends with) as one of its own. */
  hasGiven({ endpoint, parameters }: Occurrence, object: number, reader: number): boolean {
    const last = parameters.findLast(({ name }) => name.startsWith('path:'));
    const pair = pairOf(reader, last?.hash ?? object);
    const path = endpoint.slice(endpoint.indexOf(' ') + 1);
    if (path.endsWith('}') && this.#given.has(pairOf(hashOf(path.slice(0, path.lastIndexOf('/'))), pair))) return true;
    for (const list of this.#own) if (this.#given.has(pairOf(list, pair))) return true;
    return false;
  }

  dump(): unknown {
    return { lists: listed(this.#lists, ([name, { own, others }]) => [name, own, others]), given: this.#given.dump() };
  }

  restore(dump: unknown): void {
    const { lists, given } = dump as { lists: [string, number, number][]; given: unknown };
    this.#given.restore(given);
    this.#byPlace.clear();
    for (const [name, own, others] of lists.slice(0, LISTS_MAX)) {
      const list = { hash: hashOf(name), own, others };
      this.#lists.set(name, list);
      if (isOfOwn(list) || !isJudged(list)) this.#own.add(list.hash);
    }
  }

  #listOf(here: Map<string, List>, endpoint: string, pointer: string): List | undefined {
    const name = nameOf(endpoint, pointer);
    let list = this.#lists.get(name);
    if (list === undefined) {
      if (this.#lists.size >= LISTS_MAX) return undefined;
      list = { hash: hashOf(name), own: 0, others: 0 };
      this.#lists.set(name, list);
      this.#own.add(list.hash);
    }
    here.set(pointer, list);
    return list;
  }

  #placeOf(endpoint: string): Map<string, List> {
    let here = this.#byPlace.get(endpoint);
    if (here === undefined) {
      here = new Map();
      // With as many places as lists, most have none of their own: then they are found by their names again.
      if (this.#byPlace.size < LISTS_MAX) this.#byPlace.set(endpoint, here);
    }
    return here;
  }
}

/** Of a field of an answer. */
function nameOf(endpoint: string, pointer: string): string {
  return `${endpoint} ${pointer}`;
}

function isAskedFor(parameters: Occurrence['parameters'], id: number): boolean {
  for (const { hash } of parameters) if (hash === id) return true;
  return false;
}

function isJudged({ own, others }: List): boolean {
  return own + others >= LISTED_MIN;
}

function isOfOwn(list: List): boolean {
  return isJudged(list) && list.own >= (list.own + list.others) * LISTED_OWN_SHARE_MIN;
}
