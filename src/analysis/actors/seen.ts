// What an actor was seen with, packed: addresses, user agents, endpoints, identities, data types, each with a count and a time,
// in one array of numbers. Of each kind so many are kept; the one seen longest ago makes room.

export const SEEN_MAX = { address: 12, userAgent: 6, endpoint: 16, linked: 16, dataType: 12 } as const;
export type SeenKind = keyof typeof SEEN_MAX;

const KINDS = Object.keys(SEEN_MAX) as SeenKind[];
const CODES = Object.fromEntries(KINDS.map((kind, code) => [kind, code])) as Record<SeenKind, number>;
/** Kind and number of the text in one: number × 8 + kind, below 2^31. */
const KIND_RADIX = 8;
const KIND_MASK = KIND_RADIX - 1;
const STRIDE = 3;

/** Notes a sighting. False when it took the place of another one. */
export function note(seen: number[], kind: SeenKind, number: number, count: number, at: number): boolean {
  const code = CODES[kind];
  const id = number * KIND_RADIX + code;
  let alike = 0;
  let oldest = -1;
  for (let i = 0; i < seen.length; i += STRIDE) {
    const other = seen[i]!;
    if (other === id) {
      seen[i + 1]! += count;
      if (at > seen[i + 2]!) seen[i + 2] = at;
      return true;
    }
    // Not by `%`, which is a call for numbers that stand beside fractions and times.
    if ((other & KIND_MASK) !== code) continue;
    alike += 1;
    if (oldest === -1 || seen[i + 2]! < seen[oldest + 2]!) oldest = i;
  }
  if (alike < SEEN_MAX[kind]) {
    seen.push(id, count, at);
    return true;
  }
  seen[oldest] = id;
  seen[oldest + 1] = count;
  seen[oldest + 2] = at;
  return false;
}

/** Of one kind, latest first. */
export function listed(seen: readonly number[], kind: SeenKind): { number: number; count: number; lastSeen: number }[] {
  const found: { number: number; count: number; lastSeen: number }[] = [];
  const code = CODES[kind];
  for (let i = 0; i < seen.length; i += STRIDE) {
    const id = seen[i]!;
    if ((id & KIND_MASK) !== code) continue;
    found.push({ number: Math.floor(id / KIND_RADIX), count: seen[i + 1]!, lastSeen: seen[i + 2]! });
  }
  return found.sort((a, b) => b.lastSeen - a.lastSeen);
}

export function numbersIn(seen: readonly number[], into: Set<number>): void {
  for (let i = 0; i < seen.length; i += STRIDE) into.add(Math.floor(seen[i]! / KIND_RADIX));
}

export function renumber(seen: number[], moved: ReadonlyMap<number, number>): void {
  for (let i = 0; i < seen.length; i += STRIDE) {
    const id = seen[i]!;
    seen[i] = (moved.get(Math.floor(id / KIND_RADIX)) ?? 0) * KIND_RADIX + (id & KIND_MASK);
  }
}
