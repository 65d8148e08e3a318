// Patterns' trees as a net of nodes that are passed byte by byte: what automata are built from.
import { bytesMin, type PatternNode } from './pattern-tree.ts';

/** Repetitions written out one by one; beyond, «any number». */
const COPIES_MAX = 96;
/** More ways to be longer or shorter than this become «any number». */
const SPREAD_MAX = 24;

/** A net of nodes: one that has a set is passed with a byte of it, one that has none is passed for free. */
export class Net {
  widens = false;
  readonly #sets: (Uint8Array | undefined)[] = [];
  readonly #outs: number[][] = [];
  readonly #closures: (readonly number[] | undefined)[] = [];
  /** One object for equal sets, so that they can be told apart at a glance. */
  readonly #interned = new Map<Uint8Array | string, Uint8Array>();

  get size(): number {
    return this.#sets.length;
  }

  add(set: Uint8Array | undefined, outs: number[]): number {
    this.#outs.push(outs);
    return this.#sets.push(set === undefined ? undefined : this.#intern(set)) - 1;
  }

  #intern(set: Uint8Array): Uint8Array {
    let same = this.#interned.get(set);
    if (same === undefined) {
      const spelled = set.join('');
      same = this.#interned.get(spelled) ?? set;
      this.#interned.set(spelled, same).set(set, same);
    }
    return same;
  }

  setAt(node: number): Uint8Array | undefined {
    return this.#sets[node];
  }

  outOf(node: number): readonly number[] {
    return this.#outs[node]!;
  }

  /** Two bytes are of one class when every set has both or neither. */
  byteClasses(...further: readonly Uint8Array[]): Uint8Array {
    const sets = [...new Set(this.#sets.filter((set) => set !== undefined)), ...further];
    const known = new Map<string, number>();
    return Uint8Array.from({ length: 256 }, (_, byte) => {
      const signature = sets.map((set) => set[byte]).join('');
      let one = known.get(signature);
      if (one === undefined) {
        one = known.size;
        known.set(signature, one);
      }
      return one;
    });
  }

  /** Node where `part` begins when `next` follows it. */
  build(part: PatternNode, next: number, sizeMax: number): number {
    if (this.size > sizeMax) {
      this.widens = true;
      return this.#loop({ kind: 'set', set: ANY }, next, Number.POSITIVE_INFINITY);
    }
    switch (part.kind) {
      case 'set':
        return this.add(part.set, [next]);
      case 'sequence':
        return part.parts.reduceRight((after, one) => this.build(one, after, sizeMax), next);
      case 'choice':
        return this.add(
          undefined,
          part.options.map((option) => this.build(option, next, sizeMax)),
        );
      case 'repeat': {
        let at = next;
        if (part.max > COPIES_MAX || part.max - part.min > SPREAD_MAX) {
          this.widens ||= part.max !== Number.POSITIVE_INFINITY || part.min > COPIES_MAX;
          at = this.#loop(part.of, next, sizeMax);
        } else {
          for (let i = part.min; i < part.max; i++) at = this.add(undefined, [this.build(part.of, at, sizeMax), next]);
        }
        for (let i = 0; i < Math.min(part.min, COPIES_MAX); i++) at = this.build(part.of, at, sizeMax);
        return at;
      }
      default:
        return part satisfies never;
    }
  }

  #loop(of: PatternNode, next: number, sizeMax: number): number {
    const loop = this.add(undefined, [next]);
    // What may be empty would loop without a byte.
    if (bytesMin(of) > 0 || of.kind === 'set') this.#outs[loop]!.push(this.build(of, loop, sizeMax));
    else {
      this.widens = true;
      this.#outs[loop]!.push(this.add(ANY, [loop]));
    }
    return loop;
  }

  /** Nodes with a set, and final nodes, that are reached for free; ascending. */
  closure(from: readonly number[]): readonly number[] {
    if (from.length === 1) {
      const one = from[0]!;
      this.#closures[one] ??= this.#reach(from);
      return this.#closures[one]!;
    }
    const all = new Set<number>();
    for (const node of from) for (const one of this.closure([node])) all.add(one);
    return [...all].sort((a, b) => a - b);
  }

  #reach(from: readonly number[]): readonly number[] {
    const seen = new Set<number>(from);
    const stack = [...from];
    const found: number[] = [];
    while (stack.length > 0) {
      const node = stack.pop()!;
      const outs = this.#outs[node]!;
      if (this.#sets[node] !== undefined || outs.length === 0) {
        found.push(node);
        continue;
      }
      for (const out of outs) {
        if (seen.has(out)) continue;
        seen.add(out);
        stack.push(out);
      }
    }
    return found.sort((a, b) => a - b);
  }
}

const ANY = new Uint8Array(256).fill(1);
