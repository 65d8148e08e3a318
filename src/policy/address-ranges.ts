// Which of many address ranges an address is in: sorted, binary searched, the most specific range wins.
// IPv4 and IPv4-mapped IPv6 are one thing. 100,000 ranges cost about 17 steps; net.BlockList walks them all.

export interface ParsedRange {
  readonly isV4: boolean;
  readonly first: bigint;
  readonly last: bigint;
}

interface Segment<T> {
  readonly first: bigint;
  readonly last: bigint;
  readonly value: T;
}

/** `::ffff:0:0/96` of RFC 4291 §2.5.5.2, without its low 32 bits. */
const MAPPED_PREFIX = 0xffffn;

export class AddressRanges<T> {
  readonly #v4First: Float64Array;
  readonly #v4Last: Float64Array;
  readonly #v4Values: readonly T[];
  readonly #v6: readonly Segment<T>[];

  /** @throws RangeError for an entry that is no address and no CIDR range */
  constructor(entries: readonly (readonly [range: string, value: T])[]) {
    const v4: Segment<T>[] = [];
    const v6: Segment<T>[] = [];
    for (const [range, value] of entries) {
      const parsed = parseRange(range);
      if (parsed === undefined) throw new RangeError(`not an address or CIDR range: ${range}`);
      (parsed.isV4 ? v4 : v6).push({ first: parsed.first, last: parsed.last, value });
    }
    const flat4 = flatten(v4);
    this.#v4First = Float64Array.from(flat4, (s) => Number(s.first));
    this.#v4Last = Float64Array.from(flat4, (s) => Number(s.last));
    this.#v4Values = flat4.map((s) => s.value);
    this.#v6 = flatten(v6);
  }

  /** The value of the most specific range that contains the address; undefined for none and for what is no address. */
  find(address: string): T | undefined {
    const v4 = ipv4Number(address.startsWith('::ffff:') ? address.slice(7) : address);
    if (v4 !== undefined) return this.#findV4(v4);
    const v6 = ipv6Number(address);
    if (v6 === undefined) return undefined;
    if (v6 >> 32n === MAPPED_PREFIX) return this.#findV4(Number(v6 & 0xffff_ffffn));
    let low = 0;
    let high = this.#v6.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const segment = this.#v6[middle]!;
      if (v6 < segment.first) high = middle - 1;
      else if (v6 > segment.last) low = middle + 1;
      else return segment.value;
    }
    return undefined;
  }

  #findV4(address: number): T | undefined {
    const i = lastAtOrBelow(this.#v4First, address);
    return i >= 0 && address <= this.#v4Last[i]! ? this.#v4Values[i] : undefined;
  }
}

/** `192.0.2.0/24`, `192.0.2.7`, `2001:db8::/32`; undefined for anything else. */
export function parseRange(text: string): ParsedRange | undefined {
  const slash = text.indexOf('/');
  const address = slash === -1 ? text : text.slice(0, slash);
  const v4 = ipv4Number(address);
  const value = v4 === undefined ? ipv6Number(address) : BigInt(v4);
  if (value === undefined) return undefined;
  const bits = v4 === undefined ? 128 : 32;
  const prefixText = slash === -1 ? String(bits) : text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(prefixText)) return undefined;
  const prefix = Number(prefixText);
  if (prefix > bits) return undefined;
  const host = (1n << BigInt(bits - prefix)) - 1n;
  const first = value & ~host;
  const last = value | host;
  if (v4 === undefined && prefix >= 96 && value >> 32n === MAPPED_PREFIX) {
    return { isV4: true, first: first & 0xffff_ffffn, last: last & 0xffff_ffffn };
  }
  return { isV4: v4 !== undefined, first, last };
}

/** Overlapping ranges become disjoint segments, of which the narrower range keeps its part. */
function flatten<T>(segments: Segment<T>[]): Segment<T>[] {
  // Widest first at the same start: a stack then holds the enclosing ranges, and CIDR ranges nest or are disjoint.
  const sorted = segments.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : a.last > b.last ? -1 : 1));
  const flat: Segment<T>[] = [];
  const open: Segment<T>[] = [];
  let at = 0n;
  const emit = (to: bigint): void => {
    const top = open.at(-1);
    if (top !== undefined && at <= to) flat.push({ first: at, last: to, value: top.value });
  };
  for (const segment of sorted) {
    while (open.length > 0 && open.at(-1)!.last < segment.first) {
      emit(open.at(-1)!.last);
      at = open.pop()!.last + 1n;
    }
    if (open.length > 0) emit(segment.first - 1n);
    at = segment.first;
    open.push(segment);
  }
  while (open.length > 0) {
    emit(open.at(-1)!.last);
    at = open.pop()!.last + 1n;
  }
  return flat;
}

function lastAtOrBelow(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle - 1;
  }
  return high;
}

/** Dotted decimal with four parts and no leading zeros, as in RFC 3986 §3.2.2. */
function ipv4Number(text: string): number | undefined {
  let value = 0;
  let part = -1;
  let digits = 0;
  let parts = 0;
  for (let i = 0; i <= text.length; i++) {
    const c = i < text.length ? text.charCodeAt(i) : 0x2e;
    if (c === 0x2e) {
      if (part < 0 || part > 255 || ++parts > 4) return undefined;
      value = value * 256 + part;
      part = -1;
      digits = 0;
    } else {
      if (c < 0x30 || c > 0x39 || ++digits > 3 || part === 0) return undefined;
      part = (part === -1 ? 0 : part * 10) + (c - 0x30);
    }
  }
  return parts === 4 ? value : undefined;
}

/** RFC 4291 §2.2, zone index ignored. */
function ipv6Number(text: string): bigint | undefined {
  const bare = text.includes('%') ? text.slice(0, text.indexOf('%')) : text;
  if (bare.length < 2 || bare.length > 45 || !bare.includes(':')) return undefined;
  const halves = bare.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const last = (tail ?? head!).at(-1);
  if (last?.includes('.')) {
    const v4 = ipv4Number(last);
    if (v4 === undefined) return undefined;
    (tail ?? head!).splice(-1, 1, (v4 >>> 16).toString(16), (v4 & 0xffff).toString(16));
  }
  const missing = 8 - head!.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  let value = 0n;
  for (const group of [...head!, ...Array<string>(tail === undefined ? 0 : missing).fill('0'), ...(tail ?? [])]) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
    value = (value << 16n) | BigInt(Number.parseInt(group, 16));
  }
  return value;
}
