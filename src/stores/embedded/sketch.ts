// HyperLogLog in 16,384 registers: a standard error of 0.81 percent in at most 16 KiB, as Redis has it. The sketch is Flajolet,
// Fusy, Gandouet, Meunier 2007; a hash of 64 bits and a sparse form for few members follow Heule, Nunkesser, Hall 2013; the
// estimate is Ertl 2017 (algorithm 6), which needs no table of corrections. Commutative: sketches merge by their maxima.
import { createHash } from 'node:crypto';

const INDEX_BITS = 14;
const REGISTERS = 1 << INDEX_BITS;
/** Bits of the hash that rank; a register is at most one more. */
const RANK_BITS = 64 - INDEX_BITS;
/** Four bytes each: up to here the sparse form is the smaller one. */
const SPARSE_MAX = REGISTERS / 4;

export class Sketch {
  /** Register → rank while few are set; undefined once dense. */
  #sparse: Map<number, number> | undefined = new Map();
  #dense: Uint8Array | undefined;

  add(member: string): void {
    const hash = createHash('sha1').update(member).digest();
    const index = hash.readUInt16BE(0) >>> (16 - INDEX_BITS);
    this.#raise(index, rankOf(hash));
  }

  merge(other: Sketch): void {
    other.#each((index, rank) => this.#raise(index, rank));
  }

  estimate(): number {
    const multiplicity = new Array<number>(RANK_BITS + 2).fill(0);
    let set = 0;
    this.#each((_, rank) => {
      multiplicity[rank]! += 1;
      set += 1;
    });
    multiplicity[0] = REGISTERS - set;
    return Math.round(ertlEstimate(multiplicity));
  }

  toBytes(): Uint8Array {
    if (this.#dense !== undefined) return this.#dense;
    const packed = Buffer.alloc(this.#sparse!.size * 4);
    let at = 0;
    for (const [index, rank] of this.#sparse!) at = packed.writeUInt32LE((index << 8) | rank, at);
    return packed;
  }

  /** Undefined when the bytes are no sketch. */
  static fromBytes(bytes: Uint8Array): Sketch | undefined {
    const sketch = new Sketch();
    if (bytes.length === REGISTERS) {
      for (const [index, rank] of bytes.entries()) {
        if (rank > RANK_BITS + 1) return undefined;
        if (rank > 0) sketch.#raise(index, rank);
      }
      return sketch;
    }
    if (bytes.length % 4 !== 0 || bytes.length > SPARSE_MAX * 4) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < bytes.length; at += 4) {
      const packed = view.getUint32(at, true);
      const [index, rank] = [packed >>> 8, packed & 0xff];
      if (index >= REGISTERS || rank === 0 || rank > RANK_BITS + 1) return undefined;
      sketch.#raise(index, rank);
    }
    return sketch;
  }

  #raise(index: number, rank: number): void {
    if (this.#dense !== undefined) {
      if (rank > this.#dense[index]!) this.#dense[index] = rank;
      return;
    }
    const sparse = this.#sparse!;
    if (rank <= (sparse.get(index) ?? 0)) return;
    sparse.set(index, rank);
    if (sparse.size <= SPARSE_MAX) return;
    this.#dense = new Uint8Array(REGISTERS);
    for (const [at, one] of sparse) this.#dense[at] = one;
    this.#sparse = undefined;
  }

  #each(visit: (index: number, rank: number) => void): void {
    if (this.#sparse !== undefined) for (const [index, rank] of this.#sparse) visit(index, rank);
    else for (const [index, rank] of this.#dense!.entries()) if (rank > 0) visit(index, rank);
  }
}

/** Position of the first 1 after the index, from 1; one more than there are bits when there is none. */
function rankOf(hash: Buffer): number {
  const high = (hash.readUInt32BE(0) << INDEX_BITS) >>> 0;
  const first = Math.clz32(high);
  if (first < 32 - INDEX_BITS) return first + 1;
  return 32 - INDEX_BITS + Math.clz32(hash.readUInt32BE(4)) + 1;
}

function ertlEstimate(multiplicity: readonly number[]): number {
  let z = REGISTERS * tau(1 - multiplicity[RANK_BITS + 1]! / REGISTERS);
  for (let rank = RANK_BITS; rank >= 1; rank--) z = 0.5 * (z + multiplicity[rank]!);
  z += REGISTERS * sigma(multiplicity[0]! / REGISTERS);
  return (REGISTERS * REGISTERS) / (2 * Math.LN2) / z;
}

function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let x = share;
  let y = 1;
  let z = x;
  for (let before = Number.NaN; z !== before; ) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let x = share;
  let y = 1;
  let z = 1 - x;
  for (let before = Number.NaN; z !== before; ) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}
