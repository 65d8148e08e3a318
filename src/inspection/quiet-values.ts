// Header values in which no detector found anything: the same few come with every request of a client. A detector keeps no
// state, so that what it said of a field once it says again.
// Invariants: one for each policy version and set of limits; at most two generations of VALUES_MAX values, the older of
// which goes when the younger is full; only what all detectors were silent about is kept.
import type { Field } from '../core/field.ts';

const VALUES_MAX = 1_000;
const VALUE_CHARS_MAX = 512;

export class QuietValues {
  #young = new Map<string, string>();
  #old = new Map<string, string>();

  /** True when the same value was under the same header name and held nothing. */
  has({ text, name }: Field): boolean {
    if (this.#young.get(text) === name) return true;
    if (this.#old.get(text) !== name) return false;
    this.#keep(text, name);
    return true;
  }

  add({ text, name }: Field): void {
    if (text.length <= VALUE_CHARS_MAX) this.#keep(text, name);
  }

  #keep(text: string, name: string): void {
    if (this.#young.size >= VALUES_MAX) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(text, name);
  }
}
