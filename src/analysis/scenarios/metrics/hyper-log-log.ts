// How many distinct values, in 512 bytes, within about five percent (Flajolet et al. 2007, with linear counting below).
// Commutative: two nodes' registers merge by their maxima.

const INDEX_BITS = 9;
const REGISTERS = 1 << INDEX_BITS;
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

export class HyperLogLog {
  readonly registers: Uint8Array;
  #estimate: number | undefined;

  constructor(registers: Uint8Array = new Uint8Array(REGISTERS)) {
    this.registers = registers;
  }

  /** `hash` has 53 bits, as hashOf makes them. */
  add(hash: number): void {
    const index = Math.floor(hash / 0x1_0000_0000) & (REGISTERS - 1);
    const rank = Math.clz32(hash >>> 0) + 1;
    if (rank <= this.registers[index]!) return;
    this.registers[index] = rank;
    this.#estimate = undefined;
  }

  merge(other: HyperLogLog): void {
    for (let i = 0; i < REGISTERS; i++) {
      if (other.registers[i]! > this.registers[i]!) this.registers[i] = other.registers[i]!;
    }
    this.#estimate = undefined;
  }

  estimate(): number {
    this.#estimate ??= Math.round(estimateOf(this.registers));
    return this.#estimate;
  }
}

function estimateOf(registers: Uint8Array): number {
  let sum = 0;
  let zeros = 0;
  for (const register of registers) {
    sum += 2 ** -register;
    if (register === 0) zeros += 1;
  }
  const raw = (ALPHA * REGISTERS * REGISTERS) / sum;
  return raw <= 2.5 * REGISTERS && zeros > 0 ? REGISTERS * Math.log(REGISTERS / zeros) : raw;
}
