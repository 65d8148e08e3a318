// Values under names that were looked at lately and found to hold nothing: the same few come back with every request.
// Invariant: at most two generations of VALUES_MAX values of VALUE_CHARS_MAX characters, the older of which goes when the
// younger is full.

const VALUES_MAX = 1_000;
const VALUE_CHARS_MAX = 512;

export class KnownValues {
  #young = new Map<string, string>();
  #old = new Map<string, string>();

  /** True when the same value was added under the same name. */
  has(text: string, name: string): boolean {
    if (this.#young.get(text) === name) return true;
    if (this.#old.get(text) !== name) return false;
    this.#keep(text, name);
    return true;
  }

  add(text: string, name: string): void {
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
