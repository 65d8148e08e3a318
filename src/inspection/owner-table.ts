// Whose objects are whose, at endpoints where every object has one reader: hashes of pairs, as analysis learned them.
// Invariant: at most OWNERS_MAX entries; of more, those that came first are forgotten.
import { hashOf, pairOf } from '../core/hash.ts';

export const OWNERS_MAX = 100_000;
const SEVERAL = 0;

export class OwnerTable {
  readonly #owners = new Map<number, number>();

  /** `isWhole`: what was known before no longer holds. */
  change(isWhole: boolean, entries: readonly (readonly [object: number, owner: number])[]): void {
    if (isWhole) this.#owners.clear();
    for (const [object, owner] of entries) {
      this.#owners.delete(object);
      this.#owners.set(object, owner);
      if (this.#owners.size > OWNERS_MAX) this.#owners.delete(this.#owners.keys().next().value!);
    }
  }

  /** `object` as the observer makes it of a path, `principal` as the key of an actor. */
  of(endpoint: string, object: number, principal: string): 'caller' | 'somebody else' | undefined {
    const owner = this.#owners.get(pairOf(hashOf(endpoint), object));
    if (owner === undefined || owner === SEVERAL) return undefined;
    return owner === (hashOf(principal) || 1) ? 'caller' : 'somebody else';
  }
}
