// Scanners by the documents they are made of: most changes of a policy leave its data types as they were, and a scanner is the
// dearest part of a policy by far.
// Invariant: at most SCANNERS_MAX are kept, those asked for last.
import type { DataTypeDocument } from '../core/document.ts';
import { Scanner } from './scanner.ts';

/** The live policy, a candidate, and one of each before them. */
const SCANNERS_MAX = 4;
const latest = new Map<string, Scanner>();

/** @throws RangeError or SyntaxError for a document that cannot be compiled */
export function scannerFor(documents: readonly DataTypeDocument[]): Scanner {
  const key = JSON.stringify(documents);
  return keep(key, latest.get(key) ?? Scanner.of(documents));
}

/** Makes it ready in short steps, so that {@link scannerFor} has it at once. */
export function* scannerSteps(documents: readonly DataTypeDocument[]): Generator<void, Scanner> {
  const key = JSON.stringify(documents);
  const known = latest.get(key);
  return keep(key, known ?? (yield* Scanner.steps(documents)));
}

function keep(key: string, scanner: Scanner): Scanner {
  latest.delete(key);
  latest.set(key, scanner);
  if (latest.size > SCANNERS_MAX) latest.delete(latest.keys().next().value!);
  return scanner;
}
