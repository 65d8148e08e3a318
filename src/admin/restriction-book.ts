// The restrictions of this node: made, listed, undone, expired, and kept in a file that survives a restart.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ACTOR_KINDS, actorKey } from '../core/actor.ts';
import type { Restriction } from '../core/restriction.ts';
import { AddressRanges, parseRange } from '../policy/address-ranges.ts';
import { readDurably, writeDurably } from './durable-file.ts';

export const RESTRICTIONS_KEPT_MAX = 100_000;
const ALWAYS_FREE = ['127.0.0.0/8', '::1/128'];
/** A wider range is a mistake more often than a measure. */
const V4_PREFIX_MIN = 8;
const V6_PREFIX_MIN = 24;

export class RestrictionBook {
  onChange: () => void = () => {};
  readonly #path: string;
  readonly #neverBlock: AddressRanges<true>;
  readonly #byActor = new Map<string, Restriction>();

  constructor(folder: string, trustedProxies: readonly string[]) {
    this.#path = join(folder, 'restrictions.json');
    this.#neverBlock = new AddressRanges([...ALWAYS_FREE, ...trustedProxies].map((range) => [range, true] as const));
    for (const one of (readDurably(this.#path) as Restriction[] | undefined) ?? [])
      this.#byActor.set(actorKey(one.actor), one);
  }

  live(now: number): Restriction[] {
    return [...this.#byActor.values()].filter((one) => one.expiresAt > now);
  }

  /** Why this must not be restricted, or undefined. `isForced` allows wide ranges and loopback. */
  objection(actor: Restriction['actor'], isForced: boolean): string | undefined {
    if (!ACTOR_KINDS.includes(actor.kind)) return `unknown actor kind ${actor.kind}`;
    if (actor.id.trim() === '') return 'an actor has an id';
    if (actor.kind !== 'ip') return undefined;
    const range = parseRange(actor.id);
    if (range === undefined) return 'not an address or CIDR range';
    if (isForced) return undefined;
    const prefix = Number(actor.id.split('/')[1] ?? (range.isV4 ? 32 : 128));
    if (prefix < (range.isV4 ? V4_PREFIX_MIN : V6_PREFIX_MIN))
      return 'this range is too wide; say `force` if it is meant';
    if (this.#neverBlock.find(actor.id.split('/')[0]!) !== undefined)
      return 'loopback and trusted proxies are never restricted';
    return undefined;
  }

  add(restriction: Omit<Restriction, 'id'>): Restriction {
    const made = { ...restriction, id: randomUUID() };
    if (this.#byActor.size >= RESTRICTIONS_KEPT_MAX) this.#dropSoonest();
    this.#byActor.set(actorKey(made.actor), made);
    this.#changed();
    return made;
  }

  remove(id: string): Restriction | undefined {
    for (const [key, one] of this.#byActor) {
      if (one.id !== id) continue;
      this.#byActor.delete(key);
      this.#changed();
      return one;
    }
    return undefined;
  }

  expire(now: number): void {
    let isChanged = false;
    for (const [key, one] of this.#byActor) {
      if (one.expiresAt > now) continue;
      this.#byActor.delete(key);
      isChanged = true;
    }
    if (isChanged) this.#changed();
  }

  #dropSoonest(): void {
    let soonest: Restriction | undefined;
    for (const one of this.#byActor.values())
      if (soonest === undefined || one.expiresAt < soonest.expiresAt) soonest = one;
    if (soonest !== undefined) this.#byActor.delete(actorKey(soonest.actor));
  }

  #changed(): void {
    // Enforced first, then kept: a disk that is full must not keep an attacker in.
    this.onChange();
    writeDurably(this.#path, [...this.#byActor.values()]);
  }
}
