// Which types may begin at a place, by its first three bytes. Bytes that no pattern tells apart share a class, so three
// positions fit into one small table and most places of a text are dismissed with a single look-up.
import type { CompiledType } from './compiled-type.ts';

const POSITIONS = 3;
const CLASSES_MAX = 64;

export class StartTable {
  readonly #classOf: Uint8Array;
  readonly #classes: number;
  readonly #types: readonly (readonly CompiledType[] | undefined)[];

  constructor(types: readonly CompiledType[]) {
    const patterns = types.flatMap((type) => type.patterns.map((pattern) => ({ type, pattern })));
    this.#classOf = byteClasses(patterns.flatMap(({ pattern }) => pattern.allowed.slice(0, POSITIONS)));
    this.#classes = Math.max(...this.#classOf) + 1;
    const table: CompiledType[][] = [];
    const n = this.#classes;
    for (const { type, pattern } of patterns) {
      const [first, second, third] = pattern.allowed.slice(0, POSITIONS).map((set) => this.#classesIn(set));
      for (const a of first!) {
        for (const b of second!) {
          for (const c of third!) {
            const at = (a * n + b) * n + c;
            const list = table[at];
            if (list === undefined) table[at] = [type];
            else if (!list.includes(type)) list.push(type);
          }
        }
      }
    }
    this.#types = Array.from({ length: n ** POSITIONS }, (_, i) => table[i]?.sort((a, b) => b.rank - a.rank));
  }

  /** Types that may begin at `at`, best first; undefined for none. */
  typesAt(bytes: Uint8Array, at: number): readonly CompiledType[] | undefined {
    const classOf = this.#classOf;
    const n = this.#classes;
    const second = at + 1 < bytes.length ? bytes[at + 1]! : 0;
    const third = at + 2 < bytes.length ? bytes[at + 2]! : 0;
    return this.#types[(classOf[bytes[at]!]! * n + classOf[second]!) * n + classOf[third]!];
  }

  #classesIn(set: Uint8Array): Set<number> {
    const classes = new Set<number>();
    for (let byte = 0; byte < 256; byte++) if (set[byte] === 1) classes.add(this.#classOf[byte]!);
    return classes;
  }
}

/** Two bytes are of one class when every set has both or neither. Beyond the bound, classes are shared: wider, never narrower. */
function byteClasses(sets: readonly Uint8Array[]): Uint8Array {
  const known = new Map<string, number>();
  return Uint8Array.from({ length: 256 }, (_, byte) => {
    const signature = sets.map((set) => set[byte]).join('');
    let one = known.get(signature);
    if (one === undefined) {
      one = Math.min(known.size, CLASSES_MAX - 1);
      known.set(signature, one);
    }
    return one;
  });
}
