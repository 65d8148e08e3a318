// The restrictions of this node: made, listed, undone, expired, and kept in a file that survives a restart.
// Invariants: one restriction an actor; what people made is never let go for room; a change is told before it is on the disk; a
// restriction lasts as long as it was meant to, wherever the clock of the system is set meanwhile.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ACTOR_KINDS, actorKey } from '../core/actor.ts';
import type { Restriction, RestrictionChange } from '../core/restriction.ts';
import { type ParsedRange, parseRange } from '../policy/address-ranges.ts';
import { DurableFile, readDurably } from './durable-file.ts';

export const RESTRICTIONS_KEPT_MAX = 100_000;
const ALWAYS_FREE = ['127.0.0.0/8', '::1/128'];
/** What the clock of the system goes another way than time itself, between two looks, is a correction; more is a jump. */
const JUMP_MS_MIN = 5_000;
/** A wider range than a /8, or a /24 of IPv6, is a mistake more often than a measure. */
const V4_ADDRESSES_MAX = 1n << 24n;
const V6_ADDRESSES_MAX = 1n << 104n;
/** A longer list is written this much later at most, so that a flood of changes is one write. */
const SAVE_AT_ONCE_MAX = 1_000;
const SAVE_DELAY_MS = 500;

/** `here`: made on this node; `elsewhere`: heard of from another. */
export type RestrictionOrigin = 'here' | 'elsewhere';
export type RestrictionListener = (change: RestrictionChange, origin: RestrictionOrigin) => void;

export class RestrictionBook {
  readonly #file: DurableFile;
  readonly #neverBlock: readonly ParsedRange[];
  readonly #byActor = new Map<string, Restriction>();
  readonly #keyById = new Map<string, string>();
  readonly #listeners: RestrictionListener[] = [];
  #saving: NodeJS.Timeout | undefined;
  /** What the clock of the system said more than the steady one, when last looked at. */
  #wallMinusSteady: number | undefined;

  constructor(folder: string, trustedProxies: readonly string[], onUnsaved: (code: string) => void = () => {}) {
    const path = join(folder, 'restrictions.json');
    this.#file = new DurableFile(path, () => [...this.#byActor.values()], onUnsaved);
    this.#neverBlock = [...ALWAYS_FREE, ...trustedProxies].flatMap((range) => parseRange(range) ?? []);
    for (const one of (readDurably(path) as Restriction[] | undefined) ?? []) this.#set(one);
  }

  onChange(listener: RestrictionListener): void {
    this.#listeners.push(listener);
  }

  live(now: number): Restriction[] {
    return [...this.#byActor.values()].filter((one) => one.expiresAt > now);
  }

  of(key: string): Restriction | undefined {
    return this.#byActor.get(key);
  }

  /** Why this must not be restricted, or undefined. `isForced` allows wide ranges and loopback. */
  objection(actor: Restriction['actor'], isForced: boolean): string | undefined {
    if (!ACTOR_KINDS.includes(actor.kind)) return `unknown actor kind ${actor.kind}`;
    if (actor.id.trim() === '') return 'an actor has an id';
    if (actor.kind !== 'ip') return undefined;
    const range = parseRange(actor.id);
    if (range === undefined) return 'not an address or CIDR range';
    if (isForced) return undefined;
    if (range.last - range.first >= (range.isV4 ? V4_ADDRESSES_MAX : V6_ADDRESSES_MAX))
      return 'this range is too wide; say `force` if it is meant';
    if (this.#neverBlock.some((one) => overlap(one, range))) return 'loopback and trusted proxies are never restricted';
    return undefined;
  }

  /** `id` where nodes that come to the same decision must come to the same restriction. */
  add(restriction: Omit<Restriction, 'id'>, id: string = randomUUID()): Restriction {
    const made = { ...restriction, id };
    this.#changed({ added: [made], removed: this.#makeRoom(actorKey(made.actor)) }, 'here');
    return made;
  }

  remove(id: string): Restriction | undefined {
    const one = this.#byActor.get(this.#keyById.get(id) ?? '');
    if (one !== undefined) this.#changed({ added: [], removed: [one] }, 'here');
    return one;
  }

  /** What another node made: kept when it is newer than what is known of the actor. */
  take(restriction: Restriction): void {
    const key = actorKey(restriction.actor);
    const known = this.#byActor.get(key);
    if (known !== undefined && (known.id === restriction.id || known.createdAt >= restriction.createdAt)) return;
    this.#changed({ added: [restriction], removed: this.#makeRoom(key) }, 'elsewhere');
  }

  /** What another node undid. */
  drop(id: string): void {
    const one = this.#byActor.get(this.#keyById.get(id) ?? '');
    if (one !== undefined) this.#changed({ added: [], removed: [one] }, 'elsewhere');
  }

  /**
   * Heeds a clock that was set: each restriction then ends as much earlier or later by that clock. To be called with both clocks
   * before `expire`. Other nodes have clocks of their own and are told nothing.
   */
  followClock(now: number, steadyNow: number): void {
    const before = this.#wallMinusSteady ?? now - steadyNow;
    this.#wallMinusSteady = now - steadyNow;
    const jump = this.#wallMinusSteady - before;
    if (Math.abs(jump) < JUMP_MS_MIN || this.#byActor.size === 0) return;
    const added = [...this.#byActor.values()].map((one) => ({ ...one, expiresAt: one.expiresAt + jump }));
    this.#changed({ added, removed: [] }, 'elsewhere');
  }

  expire(now: number): void {
    const removed = [...this.#byActor.values()].filter((one) => one.expiresAt <= now);
    // Every node knows the time: nobody has to be told.
    if (removed.length > 0) this.#changed({ added: [], removed }, 'elsewhere');
  }

  /** Writes what waits to be written. */
  close(): void {
    if (this.#saving !== undefined) this.#save();
  }

  /** Lets the one go that ends first, of those that nobody made by hand where there are any. */
  #makeRoom(key: string): Restriction[] {
    if (this.#byActor.size < RESTRICTIONS_KEPT_MAX || this.#byActor.has(key)) return [];
    let soonest: Restriction | undefined;
    for (const one of this.#byActor.values()) {
      if (soonest === undefined || goesBefore(one, soonest)) soonest = one;
    }
    return soonest === undefined ? [] : [soonest];
  }

  #changed(change: RestrictionChange, origin: RestrictionOrigin): void {
    for (const one of change.removed) {
      this.#keyById.delete(one.id);
      if (this.#byActor.get(actorKey(one.actor))?.id === one.id) this.#byActor.delete(actorKey(one.actor));
    }
    for (const one of change.added) this.#set(one);
    // Enforced first, then kept: a disk that is full must not keep an attacker in.
    for (const listener of this.#listeners) listener(change, origin);
    if (this.#byActor.size <= SAVE_AT_ONCE_MAX) this.#save();
    else this.#saving ??= setTimeout(() => this.#save(), SAVE_DELAY_MS);
  }

  #set(one: Restriction): void {
    const key = actorKey(one.actor);
    const before = this.#byActor.get(key);
    if (before !== undefined) this.#keyById.delete(before.id);
    this.#byActor.set(key, one);
    this.#keyById.set(one.id, key);
  }

  #save(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    this.#file.save();
  }
}

/** Names that plans sign with; everything else is a person or a token. */
export const PLAN_PREFIX = 'plan ';

function goesBefore(one: Restriction, other: Restriction): boolean {
  const isByPlan = one.createdBy.startsWith(PLAN_PREFIX);
  if (isByPlan !== other.createdBy.startsWith(PLAN_PREFIX)) return isByPlan;
  return one.expiresAt < other.expiresAt;
}

function overlap(one: ParsedRange, other: ParsedRange): boolean {
  return one.isV4 === other.isV4 && one.first <= other.last && other.first <= one.last;
}
