// A seeded source of choices (mulberry32): the same seed makes the same corpus on every machine.
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 ≤ x < 1 */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** min ≤ x ≤ max */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.next() * from.length)]!;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  some<T>(from: readonly T[], count: number): T[] {
    const left = [...from];
    const chosen: T[] = [];
    while (chosen.length < count && left.length > 0) chosen.push(...left.splice(this.integer(0, left.length - 1), 1));
    return chosen;
  }

  digits(count: number): string {
    return Array.from({ length: count }, () => this.integer(0, 9)).join('');
  }

  hex(count: number): string {
    return Array.from({ length: count }, () => this.integer(0, 15).toString(16)).join('');
  }

  word(): string {
    return Array.from({ length: this.integer(4, 8) }, () => this.pick([...'abcdefghijklmnopqrstuvwxyz'])).join('');
  }
}
