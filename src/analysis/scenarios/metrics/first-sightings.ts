// Keys that were seen once so far, with a few numbers of what was seen. Most identities never come again; only for those that do
// something larger is made, beginning with what is recalled here.
import { grown, SlotTable } from './slot-table.ts';

export class FirstSightings {
  readonly #table: SlotTable;
  readonly #width: number;
  #fields = new Float64Array(0);

  /** `width`: numbers of one sighting, 8 bytes each. */
  constructor(sightingsMax: number, idleMs: number, width: number) {
    this.#width = width;
    this.#table = new SlotTable({
      slotsMax: sightingsMax,
      idleMs,
      onGrow: (slots) => {
        this.#fields = grown(this.#fields, new Float64Array(slots * width));
      },
    });
  }

  get size(): number {
    return this.#table.size;
  }

  get evicted(): number {
    return this.#table.evicted;
  }

  note(key: number, now: number, sighting: readonly number[]): void {
    // The claim may put a longer array in its place.
    const slot = this.#table.claim(key, now);
    this.#fields.set(sighting, slot * this.#width);
  }

  /** What was seen before, which is forgotten here. */
  recall(key: number, now: number): readonly number[] | undefined {
    const slot = this.#table.find(key, now);
    if (slot === undefined) return undefined;
    const sighting = [...this.#fields.subarray(slot * this.#width, (slot + 1) * this.#width)];
    this.#table.delete(slot);
    return sighting;
  }

  sweep(now: number): void {
    this.#table.sweep(now);
  }
}
