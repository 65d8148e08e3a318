// JSON of much in small pieces, each made when it is its turn: who writes what many endpoints taught would stand still for seconds
// otherwise. What changes between two pieces is in the later ones; each entry of a list is of one moment.
import { setImmediate as othersTurn } from 'node:timers/promises';

/** How long one piece of work may hold up others. */
const TURN_MS = 20;

/** A list whose entries are made one by one, while it is gone through, once. */
export class Listed<T> implements Iterable<T> {
  readonly #entries: () => Iterator<T>;
  /** Whether an entry is more than a piece itself. */
  readonly areLarge: boolean;

  constructor(entries: () => Iterator<T>, areLarge = false) {
    this.#entries = entries;
    this.areLarge = areLarge;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#entries();
  }

  toJSON(): T[] {
    return [...this];
  }
}

export function listed<S, T>(source: Iterable<S>, entryOf: (one: S) => T, areLarge = false): Listed<T> {
  return new Listed(function* () {
    for (const one of source) yield entryOf(one);
  }, areLarge);
}

/** What JSON.stringify makes of it; each entry of a `Listed` that is not large is one piece. */
export function* jsonPieces(value: unknown): Generator<string> {
  if (value instanceof Listed) yield* listPieces(value, value.areLarge);
  else if (Array.isArray(value)) yield* listPieces(value, true);
  else if (typeof value === 'object' && value !== null) {
    let before = '{';
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue;
      yield `${before}${JSON.stringify(name)}:`;
      yield* jsonPieces(member);
      before = ',';
    }
    yield before === ',' ? '}' : '{}';
  } else yield JSON.stringify(value) ?? 'null';
}

function* listPieces(entries: Iterable<unknown>, areLarge: boolean): Generator<string> {
  let before = '[';
  for (const entry of entries) {
    if (areLarge) {
      yield before;
      yield* jsonPieces(entry);
    } else yield before + (JSON.stringify(entry) ?? 'null');
    before = ',';
  }
  yield before === ',' ? ']' : '[]';
}

/** The entries of a list whose making is long together; others have their turn as with `byTurns`. */
export async function allByTurns<T>(entries: Iterable<T>): Promise<T[]> {
  const all: T[] = [];
  let since = performance.now();
  for (const entry of entries) {
    all.push(entry);
    if (performance.now() - since < TURN_MS) continue;
    await othersTurn();
    since = performance.now();
  }
  return all;
}

/** Pieces put together to `charsMin` or more, but for the last; others have their turn whenever TURN_MS are over. */
export async function* byTurns(pieces: Iterable<string>, charsMin: number): AsyncGenerator<string> {
  let waiting = '';
  let since = performance.now();
  for (const piece of pieces) {
    waiting += piece;
    if (waiting.length >= charsMin) {
      yield waiting;
      waiting = '';
    }
    if (performance.now() - since < TURN_MS) continue;
    await othersTurn();
    since = performance.now();
  }
  if (waiting !== '') yield waiting;
}
