// The part that every store has: writes are collected, counted, and never wait.
import { bucketOf } from '../core/log-buckets.ts';
import type { CollectedWrites, Keep, StoreKey } from '../core/store.ts';
import { Pending, type PendingBounds, SIZE_MAX } from './pending.ts';
import { emptyTally } from './tally.ts';

export abstract class Collecting implements CollectedWrites {
  protected readonly tally = emptyTally();
  protected readonly pending: Pending;

  constructor(bounds?: PendingBounds) {
    this.pending = new Pending(this.tally, bounds);
  }

  count(key: StoreKey, field: string, by: number, keep: Keep): boolean {
    return this.pending.add('counters', key, field, by, keep);
  }

  observe(key: StoreKey, value: number, keep: Pick<Keep, 'ttlMs'>, times = 1): boolean {
    return this.pending.add('histogram', key, String(bucketOf(value)), times, whole(keep));
  }

  addDistinct(key: StoreKey, member: string, keep: Pick<Keep, 'ttlMs'>): boolean {
    return this.pending.set('distinct', key, member, 1, whole(keep));
  }

  addMember(key: StoreKey, member: string, keep: Keep): boolean {
    return this.pending.set('members', key, member, 1, keep);
  }

  rank(key: StoreKey, member: string, score: number, keep: Keep): boolean {
    if (Number.isFinite(score)) return this.pending.set('index', key, member, score, keep);
    this.tally.refused += 1;
    return false;
  }

  unrank(key: StoreKey, member: string): boolean {
    return this.pending.unset(key, member);
  }

  append(key: StoreKey, entry: string, keep: Keep): boolean {
    return this.pending.append(key, entry, keep);
  }
}

function whole(keep: Pick<Keep, 'ttlMs'>): Keep {
  return { ttlMs: keep.ttlMs, sizeMax: SIZE_MAX };
}
