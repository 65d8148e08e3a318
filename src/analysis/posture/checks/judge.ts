// The shape of every check: what one transaction says about one place.
import type { Severity } from '../../../core/finding.ts';
import type { Figures } from '../../scenarios/signal.ts';
import type { Place } from '../place.ts';
import type { Seen } from '../seen.ts';

/** Undefined: it could not have shown it. `quiet`: it could have, and did not. */
export type Judgement = Loud | 'quiet' | undefined;

export interface Loud {
  readonly figures: Figures;
  /** Other than the document's. */
  readonly severity?: Severity;
}

export type Judge = (seen: Seen, place: Place) => Judgement;

/** Data type ids that a document's entries name, `tag:NAME` included. */
export type TypesOf = (entries: readonly string[]) => ReadonlySet<string>;

/** Types of the answer that are among `wanted`, and how many values they have. */
export function among(
  dataTypes: readonly (readonly [string, number])[],
  wanted: ReadonlySet<string>,
): { readonly names: string; readonly values: number } | undefined {
  if (dataTypes.length === 0) return undefined;
  const names: string[] = [];
  let values = 0;
  for (const [type, count] of dataTypes) {
    if (!wanted.has(type) || count <= 0) continue;
    if (names.length < 5) names.push(type);
    values += count;
  }
  return names.length === 0 ? undefined : { names: names.join(', '), values };
}

/** Case and separators do not count. */
export function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
