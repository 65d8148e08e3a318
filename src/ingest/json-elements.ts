// Cuts a stream of JSON into the elements of one array in it, such as `log.entries` of a HAR, without holding the rest; or, without
// a path, into the values that stand one after the other. Only brackets, strings and keys are followed: the elements themselves
// are parsed by whoever takes them, so that one broken element does not end the file.

export interface JsonElement {
  readonly text: string;
  /** Line it begins at, counted from 1. */
  readonly line: number;
  readonly isTooLong: boolean;
}

const LF = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const KEY_BYTES_MAX = 200;

export class JsonElements {
  readonly #path: readonly string[] | undefined;
  readonly #bytesMax: number;
  /** How deep inside the array or, without a path, inside a value; 0 between elements. */
  #depth = 0;
  #isInside: boolean;
  #isInString = false;
  #isEscaped = false;
  #line = 1;
  #startLine = 1;
  #parts: Buffer[] = [];
  #bytes = 0;
  #isElement = false;
  // On the way to the array.
  #outerDepth = 0;
  #matched = 0;
  #key = '';
  #isKey = false;
  #afterColon = false;
  #hasFound = false;

  /** `path` undefined: values one after the other; `[]`: the elements of the outermost array. */
  constructor(path: readonly string[] | undefined, bytesMax: number) {
    this.#path = path;
    this.#bytesMax = bytesMax;
    this.#isInside = path === undefined;
  }

  /** True once the array was there. */
  get hasFound(): boolean {
    return this.#hasFound || this.#path === undefined;
  }

  /** True while an element is not whole yet. */
  get isMidway(): boolean {
    return this.#isElement;
  }

  get line(): number {
    return this.#startLine;
  }

  *take(chunk: Buffer): Generator<JsonElement> {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (byte === LF) this.#line += 1;
      if (!this.#isInside) {
        this.#seek(byte);
        if (this.#isInside) start = i + 1;
        continue;
      }
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) this.#isInString = false;
        continue;
      }
      if (this.#depth === 0 && !this.#isElement) {
        if (byte <= 0x20 || byte === COMMA) continue;
        if (byte === CLOSE_BRACKET && this.#path !== undefined) {
          this.#isInside = false;
          this.#matched = Number.POSITIVE_INFINITY;
          continue;
        }
        this.#isElement = true;
        this.#startLine = this.#line;
        start = i;
      }
      if (byte === QUOTE) this.#isInString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#depth += 1;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (this.#depth === 0) {
          // The array ends right after a number or a word.
          yield this.#end(chunk.subarray(start, i));
          this.#isInside = this.#path === undefined;
          this.#matched = Number.POSITIVE_INFINITY;
          continue;
        }
        this.#depth -= 1;
        if (this.#depth === 0) {
          yield this.#end(chunk.subarray(start, i + 1));
          start = i + 1;
        }
      } else if (this.#depth === 0 && (byte === COMMA || byte === LF)) {
        yield this.#end(chunk.subarray(start, i));
        start = i + 1;
      }
    }
    if (this.#isElement) this.#keep(chunk.subarray(start));
  }

  #keep(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes > this.#bytesMax) this.#parts = [];
    // The chunk's memory may be used again by its reader.
    else this.#parts.push(Buffer.from(part));
  }

  #end(part: Buffer): JsonElement {
    const isTooLong = this.#bytes + part.length > this.#bytesMax;
    const text = isTooLong
      ? ''
      : this.#parts.length === 0
        ? part.toString()
        : Buffer.concat([...this.#parts, part]).toString();
    this.#parts = [];
    this.#bytes = 0;
    this.#isElement = false;
    return { text, line: this.#startLine, isTooLong };
  }

  /** Follows keys until the wanted array opens. */
  #seek(byte: number): void {
    const path = this.#path!;
    if (this.#isInString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) this.#isInString = false;
      else if (this.#isKey && this.#key.length < KEY_BYTES_MAX) this.#key += String.fromCharCode(byte);
      return;
    }
    switch (byte) {
      case QUOTE:
        this.#isInString = true;
        this.#isKey = !this.#afterColon && this.#outerDepth === this.#matched + 1;
        if (this.#isKey) this.#key = '';
        return;
      case COLON:
        this.#afterColon = true;
        return;
      case COMMA:
        this.#afterColon = false;
        return;
      case OPEN_BRACE:
      case OPEN_BRACKET: {
        const isNext = this.#outerDepth === this.#matched + (path.length === 0 ? 0 : 1);
        const isWanted = isNext && (path.length === 0 || (this.#afterColon && this.#key === path[this.#matched]));
        if (isWanted && byte === OPEN_BRACKET && this.#matched >= path.length - 1) {
          this.#isInside = true;
          this.#hasFound = true;
          return;
        }
        if (isWanted && byte === OPEN_BRACE && this.#matched < path.length - 1) this.#matched += 1;
        this.#outerDepth += 1;
        this.#afterColon = false;
        return;
      }
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        this.#outerDepth -= 1;
        if (this.#outerDepth <= this.#matched && this.#matched > 0 && Number.isFinite(this.#matched))
          this.#matched -= 1;
        return;
      default:
    }
  }
}
