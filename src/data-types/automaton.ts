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

/** States between two steps. */
const STATES_A_STEP = 64;

/** Takes a third of a second for all shipped types, in steps of a few milliseconds. */
export function* automatonSteps<T>(entries: readonly AutomatonEntry<T>[]): Generator<void, Automaton<T>> {
  const net = new Net();
  const finals = new Map<number, T>();
  const widened = new Set<T>();
  /** Node → final node of the pattern it belongs to. */
  const owner: number[] = [];
  const starts: number[] = [];
  for (const { node, what } of entries) {
    const final = net.add(undefined, []);
    finals.set(final, what);
    net.widens = false;
    starts.push(net.build(node, final, net.size + NODES_PER_PATTERN_MAX));
    if (net.widens) widened.add(what);
    for (let one = final; one < net.size; one++) owner[one] = final;
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
  const rows: Int32Array[] = [];
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
  // Most bytes lead from a state to one node, and to the same few nodes again and again.
  const single = new Int32Array(net.size);
  const several = new Map<string, number>();
  const stateAfter = (targets: readonly number[]): number => {
    if (targets.length === 1) {
      const node = targets[0]!;
      if (single[node] === 0) single[node] = stateOf(net.closure(targets));
      return single[node]!;
    }
    const key = targets.join(' ');
    let index = several.get(key);
    if (index === undefined) {
      index = stateOf(net.closure(targets));
      several.set(key, index);
    }
    return index;
  };
  stateOf(net.closure(starts));
  const classesIn = memberClasses(sample);
  for (let at = 0; at < states.length; at++) {
    if (at % STATES_A_STEP === 0) yield;
    const nodes = states[at]!;
    const row = new Int32Array(width);
    row[classes] = listOf(nodes.filter((node) => finals.has(node)));
    row[classes + 1] = listOf([...new Set(nodes.map((node) => owner[node]!))].sort((a, b) => a - b));
    if (states.length >= STATES_MAX) row[classes + 2] = 1;
    else fillRow(row, nodes, net, classesIn, stateAfter);
    rows.push(row);
  }

  const next = new Int32Array((rows.length + 1) * width);
  const isEvent = Uint8Array.from(rows, (row) => (row[classes] !== 0 || row[classes + 2] === 1 ? 1 : 0));
  for (const [at, row] of rows.entries()) {
    if (at % STATES_A_STEP === 0) yield;
    const start = (at + 1) * width;
    next.set(row, start);
    for (let one = 0; one < classes; one++) {
      const to = row[one]!;
      if (to !== 0) next[start + one] = isEvent[to - 1] === 1 ? -to * width : to * width;
    }
  }
  const first = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) first[byte] = next[width + classOf[byte]!]!;
  return { first, next, classOf, classes, lists, isExact: (what) => !widened.has(what) };
}

/** The classes whose bytes are in a set. */
function memberClasses(sample: readonly number[]): (set: Uint8Array) => readonly number[] {
  const known = new Map<Uint8Array, readonly number[]>();
  return (set) => {
    let inside = known.get(set);
    if (inside === undefined) {
      inside = sample.flatMap((byte, one) => (set[byte] === 1 ? [one] : []));
      known.set(set, inside);
    }
    return inside;
  };
}

const SETS_AT_ONCE_MAX = 31;

/**
 * Where each class of bytes leads from these nodes. Their sets are few and most classes are in the same of them, so targets are put
 * together once for each combination of sets that occurs, a bit for a set.
 */
function fillRow(
  row: Int32Array,
  nodes: readonly number[],
  net: Net,
  classesIn: (set: Uint8Array) => readonly number[],
  stateAfter: (targets: readonly number[]) => number,
): void {
  const bySet = new Map<Uint8Array, number[]>();
  for (const node of nodes) {
    const set = net.setAt(node);
    if (set === undefined) continue;
    const targets = bySet.get(set);
    if (targets === undefined) bySet.set(set, [net.outOf(node)[0]!]);
    else targets.push(net.outOf(node)[0]!);
  }
  const sets = [...bySet];
  const classes = row.length - 3;
  if (sets.length > SETS_AT_ONCE_MAX) {
    for (let one = 0; one < classes; one++) {
      const targets = sets.flatMap(([set, outs]) => (classesIn(set).includes(one) ? outs : []));
      if (targets.length > 0) row[one] = stateAfter(targets);
    }
    return;
  }
  const combinations = new Int32Array(classes);
  for (const [bit, [set]] of sets.entries()) for (const one of classesIn(set)) combinations[one]! |= 1 << bit;
  const states = new Map<number, number>();
  for (let one = 0; one < classes; one++) {
    const combination = combinations[one]!;
    if (combination === 0) continue;
    let state = states.get(combination);
    if (state === undefined) {
      state = stateAfter(sets.flatMap(([, outs], bit) => ((combination & (1 << bit)) === 0 ? [] : outs)));
      states.set(combination, state);
    }
    row[one] = state;
  }
}
