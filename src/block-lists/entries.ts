// From restrictions to what a device in front can block: addresses and ranges, each once, none inside of another, in order.
// Only blocks of addresses leave: a device that knows no tokens cannot block a user, and a rate limit is no block.
import type { Restriction } from '../core/restriction.ts';
import { parseRange } from '../policy/address-ranges.ts';

export interface BlockEntry {
  /** Canonical CIDR: `192.0.2.7/32`, `2001:db8::/64`. */
  readonly cidr: string;
  readonly isV4: boolean;
  readonly prefix: number;
  /** On one line, without control characters. */
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const REASON_CHARACTERS_MAX = 200;

/** `now` in milliseconds since the epoch: what is over is left out. */
export function blockEntries(restrictions: readonly Restriction[], now: number): readonly BlockEntry[] {
  const ranges: { first: bigint; last: bigint; entry: BlockEntry }[] = [];
  for (const { actor, action, reason, expiresAt } of restrictions) {
    if (actor.kind !== 'ip' || action !== 'block' || expiresAt <= now) continue;
    const range = parseRange(actor.id);
    if (range === undefined) continue;
    const bits = range.isV4 ? 32 : 128;
    const prefix = bits - (range.last - range.first).toString(2).replace(/^0$/, '').length;
    // 0.0.0.0/0 and ::/0 would lock everybody out, ourselves included.
    if (prefix === 0) continue;
    const cidr = `${range.isV4 ? v4Text(range.first) : v6Text(range.first)}/${prefix}`;
    const entry = { cidr, isV4: range.isV4, prefix, reason: oneLine(reason), expiresAt };
    ranges.push({ first: range.first, last: range.last, entry });
  }
  ranges.sort(
    (a, b) =>
      Number(b.entry.isV4) - Number(a.entry.isV4) ||
      compare(a.first, b.first) ||
      compare(b.last, a.last) ||
      b.entry.expiresAt - a.entry.expiresAt,
  );
  const entries: BlockEntry[] = [];
  let covered: { last: bigint; isV4: boolean } | undefined;
  for (const { last, entry } of ranges) {
    // CIDR ranges nest or are apart: what begins before the end of the last one is inside of it.
    if (covered !== undefined && covered.isV4 === entry.isV4 && last <= covered.last) continue;
    entries.push(entry);
    covered = { last, isV4: entry.isV4 };
  }
  return entries;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function v4Text(value: bigint): string {
  const number = Number(value);
  return [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255].join('.');
}

/** RFC 5952: the longest run of zero groups, the first of equals, becomes `::`. */
function v6Text(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(112 - 16 * i)) & 0xffffn));
  let best = { at: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0) length += 1;
    if (length > best.length) best = { at: i, length };
  }
  const text = (some: readonly number[]): string => some.map((group) => group.toString(16)).join(':');
  if (best.at === -1) return text(groups);
  return `${text(groups.slice(0, best.at))}::${text(groups.slice(best.at + best.length))}`;
}

function oneLine(text: string): string {
  return text
    .slice(0, REASON_CHARACTERS_MAX)
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ')
    .replace(/\p{Surrogate}/gu, '\ufffd');
}
