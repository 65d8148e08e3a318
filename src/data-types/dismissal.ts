// Most values hold nothing. One table, stepped once per byte through a whole string, says so: it follows all patterns from
// all places at once where they could begin, and is left at the first place where something may have been found, or where
// the string ends.
// The table is filled as traffic needs it: whole, it would be large, and real traffic visits a small part. When it is full,
// unknown steps ask for a closer look; what is found never depends on it.
// Invariant: it may ask for a closer look too often, never too seldom.
import type { AutomatonEntry } from './automaton.ts';
import { Net } from './pattern-net.ts';

const STATES_MAX = 2_048;
const NODES_PER_PATTERN_MAX = 500;
const UNKNOWN = -1;

interface State {
  readonly nodes: readonly number[];
  /** The last byte was part of a word: no match begins behind it, unless with a byte that is none. */
  readonly isInWord: boolean;
}

export class Dismissal {
  /** `next[state + classOf[byte]]`; 0: here something needs a closer look; negative: not known yet, {@link step} says. */
  readonly next: Int32Array;
  readonly classOf: Uint8Array;
  readonly start: number;
  readonly #net = new Net();
  readonly #isWord: Uint8Array;
  readonly #isSpecial: Uint8Array;
  readonly #finals = new Set<number>();
  readonly #beginning: readonly number[];
  readonly #classes: number;
  readonly #states: State[] = [];
  readonly #known = new Map<string, number>();

  /** `isSpecial`: bytes that always end it. */
  constructor(entries: readonly AutomatonEntry<unknown>[], isWord: Uint8Array, isSpecial: Uint8Array) {
    const firsts: number[] = [];
    for (const { node } of entries) {
      const final = this.#net.add(undefined, []);
      this.#finals.add(final);
      firsts.push(this.#net.build(node, final, this.#net.size + NODES_PER_PATTERN_MAX));
    }
    this.#beginning = this.#net.closure(firsts);
    this.#isWord = isWord;
    this.#isSpecial = isSpecial;
    this.classOf = this.#net.byteClasses(isWord, isSpecial);
    this.#classes = Math.max(...this.classOf) + 1;
    this.next = new Int32Array((STATES_MAX + 1) * this.#classes).fill(UNKNOWN);
    this.start = this.#stateOf([], false);
  }

  /** Fills in one step of the table. */
  step(state: number, byte: number): number {
    const { nodes, isInWord } = this.#states[state / this.#classes - 1]!;
    const isWord = this.#isWord[byte] === 1;
    let to = 0;
    if (this.#isSpecial[byte] === 0) {
      const targets = new Set<number>();
      const follow = (node: number): void => {
        if (this.#net.setAt(node)?.[byte] === 1) targets.add(this.#net.outOf(node)[0]!);
      };
      nodes.forEach(follow);
      if (!(isInWord && isWord)) this.#beginning.forEach(follow);
      to = this.#stateOf(this.#net.closure([...targets]), isWord);
    }
    this.next[state + this.classOf[byte]!] = to;
    return to;
  }

  #stateOf(nodes: readonly number[], isInWord: boolean): number {
    if (nodes.some((node) => this.#finals.has(node))) return 0;
    const key = `${isInWord} ${nodes.join(' ')}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#states.length >= STATES_MAX) return 0;
    const state = this.#states.push({ nodes, isInWord }) * this.#classes;
    this.#known.set(key, state);
    return state;
  }
}
