// Bytes as they come → whole lines with their numbers and where they end. A line over the bound is skipped and named.

export interface Line {
  readonly bytes: Buffer;
  readonly number: number;
  /** Offset of the byte after its line feed. */
  readonly end: number;
  readonly isTooLong: boolean;
}

const LF = 0x0a;

export class LineReader {
  readonly #bytesMax: number;
  #parts: Buffer[] = [];
  #partBytes = 0;
  #number = 0;
  #offset: number;
  #isTooLong = false;

  /** `offset`: where in the file the first byte stands. */
  constructor(bytesMax: number, offset = 0) {
    this.#bytesMax = bytesMax;
    this.#offset = offset;
  }

  *take(chunk: Buffer): Generator<Line> {
    let start = 0;
    while (start < chunk.length) {
      const end = chunk.indexOf(LF, start);
      if (end === -1) {
        this.#keep(chunk.subarray(start));
        return;
      }
      this.#keep(chunk.subarray(start, end));
      this.#offset += 1;
      yield this.#line();
      start = end + 1;
    }
  }

  /** The last line, when the file does not end with a line feed. */
  *rest(): Generator<Line> {
    if (this.#partBytes > 0) yield this.#line();
  }

  #keep(part: Buffer): void {
    this.#offset += part.length;
    this.#partBytes += part.length;
    if (this.#partBytes > this.#bytesMax) {
      this.#isTooLong = true;
      this.#parts = [];
    } else if (part.length > 0) this.#parts.push(part);
  }

  #line(): Line {
    const bytes = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    this.#number += 1;
    const line = { bytes, number: this.#number, end: this.#offset, isTooLong: this.#isTooLong };
    this.#parts = [];
    this.#partBytes = 0;
    this.#isTooLong = false;
    return line;
  }
}
