// How long a word has to be for anything to begin with it, by its first two bytes. Some patterns begin with many letters or digits of
// any kind; they keep each word in the automaton to its end, though most words are far too short for them.
// Invariant: a word shorter than its entry leads the automaton to nothing worth stopping at, whatever follows the word.
import type { Automaton } from './automaton.ts';

/** Of digits, letters and the underscore from 1 to 63; 0 of all other bytes. */
export const WORD_CODES = Uint8Array.from({ length: 256 }, (_, byte) =>
  Math.max(0, '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_'.indexOf(String.fromCharCode(byte)) + 1),
);
const CODES = 64;
/** Nothing begins so. */
const NEVER = 0xffff;
/** So far the automaton is followed; what is not decided then counts as long enough. */
const BYTES_MAX = 24;
const STATES_MAX = 64;

type Table = Pick<Automaton<never>, 'first' | 'next' | 'classOf' | 'classes'>;

/** `[code of the first byte × 64 + code of the second, 0 for the word's end]`, in bytes. */
export function wordBytesMin(automaton: Table): Uint16Array {
  const { first, next, classOf } = automaton;
  const least = new Uint16Array(CODES * CODES).fill(NEVER);
  const classes = classesOf(automaton);
  const known = new Map<number, number>();
  for (let a = 0; a < 256; a++) {
    const from = first[a]!;
    if (WORD_CODES[a] === 0 || from === 0) continue;
    const row = WORD_CODES[a]! * CODES;
    if (from < 0 || goesOn(from, classes.outside, next)) least[row] = 1;
    for (let b = 0; b < 256; b++) {
      if (WORD_CODES[b] === 0) continue;
      const state = from < 0 ? from : next[from + classOf[b]!]!;
      if (state === 0) continue;
      let bytes = state < 0 ? 0 : known.get(state);
      if (bytes === undefined) {
        bytes = bytesFrom(state, classes, next);
        known.set(state, bytes);
      }
      least[row + WORD_CODES[b]!] = bytes;
    }
  }
  return least;
}

interface Classes {
  readonly inside: readonly number[];
  readonly outside: readonly number[];
}

function classesOf({ classOf }: Table): Classes {
  const inside = new Set<number>();
  const outside = new Set<number>();
  for (let byte = 0; byte < 256; byte++) (WORD_CODES[byte] === 0 ? outside : inside).add(classOf[byte]!);
  return { inside: [...inside], outside: [...outside] };
}

/** Bytes of the shortest word that begins with two bytes that lead to `state`, and leads to more than nothing. */
function bytesFrom(state: number, { inside, outside }: Classes, next: Int32Array): number {
  let states: ReadonlySet<number> = new Set([state]);
  for (let bytes = 2; ; bytes++) {
    if (bytes >= BYTES_MAX || states.size > STATES_MAX) return bytes;
    const after = new Set<number>();
    let stops = false;
    for (const one of states) {
      if (goesOn(one, outside, next)) return bytes;
      for (const each of inside) {
        const to = next[one + each]!;
        if (to < 0) stops = true;
        else if (to > 0) after.add(to);
      }
    }
    if (stops) return bytes + 1;
    if (after.size === 0) return NEVER;
    states = after;
  }
}

function goesOn(state: number, classes: readonly number[], next: Int32Array): boolean {
  return classes.some((one) => next[state + one] !== 0);
}
