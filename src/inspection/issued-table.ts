// Which ids were given to whom, at least: what this worker's own answers gave out, and what analysis tells of all others.
// Invariant: says nothing before analysis has told everything it knows; constant memory, taken when there is something to keep.
import { hashOf, numberOfHash, pairOf } from '../core/hash.ts';
import { isIdentifierField } from '../core/identifier-field.ts';
import type { ObservedField } from '../core/observation.ts';
import { PairFilter } from '../core/pair-filter.ts';

const IDS_PER_RESPONSE_MAX = 200;

/** Bytes are base64, as messages between processes are text. */
export interface IssuedChange {
  /** Pairs of principal and id: 64-bit floats, little endian. */
  readonly pairs: string;
  /** A piece of all that is known, as words of a filter that begin at `from`. */
  readonly part: { readonly from: number; readonly words: string; readonly isLast: boolean } | undefined;
}

export class IssuedTable {
  #filter: PairFilter | undefined;
  #isWhole = false;

  change({ pairs, part }: IssuedChange): void {
    this.#filter ??= new PairFilter();
    if (part !== undefined) {
      this.#filter.merge(part.from, new Uint32Array(bytesOf(part.words)));
      this.#isWhole ||= part.isLast;
    }
    if (pairs !== '') for (const pair of new Float64Array(bytesOf(pairs))) this.#filter.add(pair);
  }

  /** `principal` as the key of an actor. */
  note(principal: string, fields: readonly ObservedField[]): void {
    if (this.#filter === undefined) return;
    const who = hashOf(principal);
    let ids = 0;
    for (const field of fields) {
      if (!isIdentifierField(field)) continue;
      this.#filter.add(pairOf(who, numberOfHash(field.hash!)));
      if (++ids >= IDS_PER_RESPONSE_MAX) return;
    }
  }

  /** Undefined while it is not known. `id` as the observer makes it of a path. */
  isIssued(principal: string, id: number): boolean | undefined {
    return this.#isWhole ? this.#filter!.has(pairOf(hashOf(principal), id)) : undefined;
  }
}

function bytesOf(text: string): ArrayBuffer {
  return Uint8Array.from(Buffer.from(text, 'base64')).buffer;
}
