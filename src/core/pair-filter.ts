// A Bloom filter of two generations (Bloom 1970; the older generation is dropped when the newer is full): 4 MiB each, four
// bits per entry, about half a percent of false positives at three million entries a generation. Mergeable by OR.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';

const BITS = 1 << 25;
const PROBES = 4;
const ENTRIES_PER_GENERATION_MAX = 3_000_000;
/** Up to so many entries compressing pays: 50 ms then, for a quarter of the size. Of a full generation it takes 120 ms and saves a tenth. */
const COMPRESSED_ENTRIES_MAX = 300_000;

export class PairFilter {
  #current = new Uint32Array(BITS / 32);
  #previous = new Uint32Array(BITS / 32);
  #entries = 0;
  /** The older generation does not change: packed once. */
  #previousPacked: string | undefined;

  /** `hash` has 53 bits. */
  add(hash: number): void {
    if (isIn(this.#current, hash)) return;
    if (this.#entries >= ENTRIES_PER_GENERATION_MAX) {
      this.#previous = this.#current;
      this.#previousPacked = undefined;
      this.#current = new Uint32Array(BITS / 32);
      this.#entries = 0;
    }
    this.#entries += 1;
    const step = stepOf(hash);
    for (let i = 0, at = hash | 0; i < PROBES; i++, at = (at + step) | 0) {
      const bit = at & (BITS - 1);
      this.#current[bit >>> 5]! |= 1 << (bit & 31);
    }
  }

  /** An entry that is used again is carried into the current generation. */
  has(hash: number): boolean {
    if (isIn(this.#current, hash)) return true;
    if (!isIn(this.#previous, hash)) return false;
    this.add(hash);
    return true;
  }

  /** Both generations as one. */
  whole(): Uint32Array {
    return this.#current.map((word, i) => word | this.#previous[i]!);
  }

  /** Takes in a part of another filter, whose words begin at `from`. */
  merge(from: number, words: Uint32Array): void {
    const until = Math.min(words.length, this.#current.length - from);
    for (let i = 0; i < until; i++) this.#current[from + i]! |= words[i]!;
  }

  /** Texts: an empty filter takes 50 KB, one with 20,000 entries 0.4 MB, a full generation 5.6 MB. */
  dump(): unknown {
    this.#previousPacked ??= packed(this.#previous, isFew(this.#previous));
    const current = packed(this.#current, this.#entries <= COMPRESSED_ENTRIES_MAX);
    return { current, previous: this.#previousPacked, entries: this.#entries };
  }

  /** Adds what was dumped to what is in it; what is no dump of such a filter is left out. */
  restore(dump: unknown): void {
    const kept = dumpSchema.safeParse(dump);
    if (!kept.success) return;
    const { current, previous, entries } = kept.data;
    mergeInto(this.#current, current);
    mergeInto(this.#previous, previous);
    this.#previousPacked = undefined;
    this.#entries = Math.min(ENTRIES_PER_GENERATION_MAX, this.#entries + entries);
  }
}

const dumpSchema = z.object({ current: z.string(), previous: z.string(), entries: z.number().int().min(0) });

function packed(words: Uint32Array, isCompressed: boolean): string {
  const bytes = Buffer.from(words.buffer, words.byteOffset, words.byteLength);
  return (isCompressed ? deflateRawSync(bytes, { level: 1 }) : bytes).toString('base64');
}

/** Judged by a part of it, since its entries are not counted any more. */
function isFew(words: Uint32Array): boolean {
  const bits = words.subarray(0, words.length / 64).reduce((sum, word) => sum + bitsIn(word), 0);
  return bits * 64 <= COMPRESSED_ENTRIES_MAX * PROBES;
}

function bitsIn(word: number): number {
  let bits = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) bits += 1;
  return bits;
}

function mergeInto(words: Uint32Array, text: string): void {
  const bytes = unpacked(text, words.byteLength);
  if (bytes?.byteLength !== words.byteLength) return;
  const kept = new Uint32Array(Uint8Array.from(bytes).buffer);
  for (let i = 0; i < words.length; i++) words[i]! |= kept[i]!;
}

/** What has the length of a generation is one as it is; everything else was compressed. */
function unpacked(text: string, bytesMax: number): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.byteLength === bytesMax) return bytes;
  try {
    return inflateRawSync(bytes, { maxOutputLength: bytesMax });
  } catch {
    return undefined;
  }
}

/** From one probe to the next. */
function stepOf(hash: number): number {
  const high = Math.floor(hash / 0x1_0000_0000);
  return (Math.imul(high, 0x9e3779b1) ^ (hash >>> 11)) | 1;
}

function isIn(words: Uint32Array, hash: number): boolean {
  const step = stepOf(hash);
  for (let i = 0, at = hash | 0; i < PROBES; i++, at = (at + step) | 0) {
    const bit = at & (BITS - 1);
    if ((words[bit >>> 5]! & (1 << (bit & 31))) === 0) return false;
  }
  return true;
}
