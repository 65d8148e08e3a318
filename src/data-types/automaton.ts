// All patterns as one table: from the first byte of a word the scanner follows it byte by byte, and it says at once when
// no pattern can match any more. Most words end it within three bytes.
// Built by subset construction from the patterns' trees. Where a pattern repeats too often to be written out, or the table
// would grow too large, it stands for more than the pattern matches, and the pattern itself has to confirm.
import { Net } from './pattern-net.ts';
import type { PatternNode } from './pattern-tree.ts';

const STATES_MAX = 20_000;
const NODES_PER_PATTERN_MAX = 3_000;

export interface AutomatonEntry<T> {
  readonly node: PatternNode;
  readonly what: T;
}

/**
 * `next[state + classOf[byte]]` is the next state, 0 for none, and negative when it is one worth stopping at. A state is the
 * index of its row; behind the classes a row has the index of what is matched when the text ends here, the index of what may
 * still match, and 1 when the table ends.
 */
export interface Automaton<T> {
  readonly first: Int32Array;
  readonly next: Int32Array;
  readonly classOf: Uint8Array;
  readonly classes: number;
  readonly lists: readonly (readonly T[])[];
  /** True when the table is exactly the entry's tree, not widened. */
  readonly isExact: (what: T) => boolean;
}

export function buildAutomaton<T>(entries: readonly AutomatonEntry<T>[]): Automaton<T> {
  const net = new Net();
  const finals = new Map<number, T>();
  const widened = new Set<T>();
  /** Node → final node of the pattern it belongs to. */
  const owner = new Map<number, number>();
  const starts: number[] = [];
  for (const { node, what } of entries) {
    const final = net.add(undefined, []);
    finals.set(final, what);
    net.widens = false;
    starts.push(net.build(node, final, net.size + NODES_PER_PATTERN_MAX));
    if (net.widens) widened.add(what);
    for (let one = final; one < net.size; one++) owner.set(one, final);
  }
  const classOf = net.byteClasses();
  const classes = Math.max(...classOf) + 1;
  const sample = Array.from({ length: classes }, (_, one) => classOf.indexOf(one));
  const width = classes + 3;

  const lists: (readonly T[])[] = [[]];
  const listIndex = new Map<string, number>([['', 0]]);
  const listOf = (ends: readonly number[]): number => {
    const key = ends.join(' ');
    let index = listIndex.get(key);
    if (index === undefined) {
      index = lists.length;
      lists.push(ends.map((end) => finals.get(end)!));
      listIndex.set(key, index);
    }
    return index;
  };

  // Row 0 is the dead state, row 1 the start.
  const rows: number[][] = [];
  const known = new Map<string, number>();
  const states: (readonly number[])[] = [];
  const stateOf = (nodes: readonly number[]): number => {
    if (nodes.length === 0) return 0;
    const key = nodes.join(' ');
    let index = known.get(key);
    if (index === undefined) {
      index = states.length + 1;
      known.set(key, index);
      states.push(nodes);
    }
    return index;
  };
  stateOf(net.closure(starts));
  for (let at = 0; at < states.length; at++) {
    const nodes = states[at]!;
    const row = new Array<number>(width).fill(0);
    row[classes] = listOf(nodes.filter((node) => finals.has(node)));
    row[classes + 1] = listOf([...new Set(nodes.map((node) => owner.get(node)!))].sort((a, b) => a - b));
    if (states.length >= STATES_MAX) row[classes + 2] = 1;
    else {
      const moving = nodes.filter((node) => net.setAt(node) !== undefined);
      for (let one = 0; one < classes; one++) {
        const byte = sample[one]!;
        const targets: number[] = [];
        for (const node of moving) if (net.setAt(node)![byte] === 1) targets.push(net.outOf(node)[0]!);
        if (targets.length > 0) row[one] = stateOf(net.closure(targets));
      }
    }
    rows.push(row);
  }

  const next = new Int32Array((rows.length + 1) * width);
  const isEvent = (row: readonly number[] | undefined): boolean =>
    row !== undefined && (row[classes] !== 0 || row[classes + 2] === 1);
  for (const [at, row] of rows.entries()) {
    for (let one = 0; one < classes; one++) {
      const to = row[one]!;
      next[(at + 1) * width + one] = isEvent(rows[to - 1]) ? -to * width : to * width;
    }
    for (let one = classes; one < width; one++) next[(at + 1) * width + one] = row[one]!;
  }
  const first = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) first[byte] = next[width + classOf[byte]!]!;
  return { first, next, classOf, classes, lists, isExact: (what) => !widened.has(what) };
}
