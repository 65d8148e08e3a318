// Strings out of the bytes of one JSON text. A call into Node for every value costs more than the value: a stretch of the text
// is decoded once, and values are cut out of it; names come back in every record and are kept.
// Invariants: what is cut out is what `toString('utf8')` would give; a value keeps at most WINDOW_BYTES alive; at most
// NAMES_KEPT_MAX names of NAME_BYTES_MAX bytes are kept, whatever comes.

const WINDOW_BYTES = 4_096;
/** Longer ones are decoded by themselves, so that a long value does not move the window. */
const CUT_BYTES_MAX = 512;
const NAMES_KEPT_MAX = 1_024;
const NAME_BYTES_MAX = 48;

export class JsonTexts {
  readonly #bytes: Buffer;
  #window = '';
  #base = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Well-formed UTF-8 between two offsets; `isAscii` when the caller knows that there is nothing else. */
  cut(start: number, end: number, isAscii: boolean): string {
    if (!isAscii) return this.#bytes.toString('utf8', start, end);
    if (end - start > CUT_BYTES_MAX) return this.#bytes.toString('latin1', start, end);
    if (start < this.#base || end > this.#base + this.#window.length) {
      this.#base = start;
      this.#window = this.#bytes.toString('latin1', start, Math.min(this.#bytes.length, start + WINDOW_BYTES));
    }
    return this.#window.substring(start - this.#base, end - this.#base);
  }

  /** A name without escapes; `hash` is {@link hashOfBytes} over it. */
  name(start: number, end: number, hash: number): string {
    const known = names[hash & (NAMES_KEPT_MAX - 1)]!;
    if (isText(this.#bytes, start, end, known)) return known;
    const name = this.#bytes.toString('utf8', start, end);
    // Of other scripts the bytes are not the characters: these would never be known again.
    if (name.length === end - start && name.length <= NAME_BYTES_MAX) names[hash & (NAMES_KEPT_MAX - 1)] = name;
    return name;
  }
}

const names: string[] = Array.from({ length: NAMES_KEPT_MAX }, () => '');

function isText(bytes: Buffer, start: number, end: number, text: string): boolean {
  if (text.length !== end - start) return false;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}

/** FNV-1a (Fowler, Noll, Vo), 32 bits. */
export function hashOfBytes(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash;
}
