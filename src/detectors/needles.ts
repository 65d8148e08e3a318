// Which of many literal words stand in a text: one pass that skips ahead, whatever the number of words.
// Source: S. Wu, U. Manber, "A fast algorithm for multi-pattern searching", TR-94-17, University of Arizona, 1994. Of every word
// a window of equal length is searched, the one with the rarest bytes; blocks of two bytes say how far the search may skip.
// Invariants: a word is reported when and only when it stands in the text; one table of 64 KiB per set, built at load.

const WINDOW_BYTES_MAX = 8;
const BLOCKS = 65_536;

interface Needle {
  readonly bytes: Buffer;
  /** Where the searched window begins in the word. */
  readonly windowAt: number;
}

/** Finds words of at least three latin1 characters. */
export class Needles {
  readonly #needles: readonly Needle[];
  readonly #windowBytes: number;
  /** For the last two bytes of a window: how far to go on; 0 when a word may stand here. */
  readonly #skips = new Uint8Array(BLOCKS);
  readonly #byBlock = new Map<number, number[]>();

  /** @throws RangeError for a word of fewer than three characters */
  constructor(words: readonly string[]) {
    const shortest = Math.min(...words.map((word) => word.length));
    if (shortest < 3) throw new RangeError('a needle has at least three characters');
    const windowBytes = Math.min(shortest, WINDOW_BYTES_MAX);
    this.#windowBytes = windowBytes;
    this.#needles = words.map((word) => {
      const bytes = Buffer.from(word, 'latin1');
      return { bytes, windowAt: rarestWindow(bytes, windowBytes) };
    });
    this.#skips.fill(windowBytes - 1);
    for (const [index, { bytes, windowAt }] of this.#needles.entries()) {
      for (let i = 0; i + 1 < windowBytes; i++) {
        const block = blockOf(bytes[windowAt + i]!, bytes[windowAt + i + 1]!);
        this.#skips[block] = Math.min(this.#skips[block]!, windowBytes - 2 - i);
        if (i === windowBytes - 2) this.#byBlock.set(block, [...(this.#byBlock.get(block) ?? []), index]);
      }
    }
  }

  /** Indexes of the words that stand in `text`, in the order of the words; empty when there is none. */
  in(text: Uint8Array): readonly number[] {
    const skips = this.#skips;
    const end = text.length;
    let found: number[] | undefined;
    // `last` is the last byte of the window.
    let last = this.#windowBytes - 1;
    while (last < end) {
      const block = text[last - 1]! | (text[last]! << 8);
      const skip = skips[block]!;
      if (skip > 0) {
        last += skip;
        continue;
      }
      for (const index of this.#byBlock.get(block)!) {
        if (found?.includes(index) === true || !this.#standsAt(index, text, last)) continue;
        found ??= [];
        found.push(index);
      }
      last += 1;
    }
    return found === undefined ? NONE : found.sort((a, b) => a - b);
  }

  #standsAt(index: number, text: Uint8Array, last: number): boolean {
    const { bytes, windowAt } = this.#needles[index]!;
    const start = last - this.#windowBytes + 1 - windowAt;
    if (start < 0 || start + bytes.length > text.length) return false;
    for (let i = 0; i < bytes.length; i++) if (bytes[i] !== text[start + i]) return false;
    return true;
  }
}

function blockOf(first: number, second: number): number {
  return first | (second << 8);
}

const NONE: readonly number[] = [];

function rarestWindow(bytes: Uint8Array, windowBytes: number): number {
  let best = 0;
  let bestScore = -1;
  for (let at = 0; at + windowBytes <= bytes.length; at++) {
    let score = 0;
    for (let i = 0; i < windowBytes; i++) score += rarity(bytes[at + i]!);
    if (score > bestScore) {
      best = at;
      bestScore = score;
    }
  }
  return best;
}

/** Roughly how seldom a byte is in JSON and HTML: small letters and their punctuation are everywhere. */
function rarity(byte: number): number {
  if (byte >= 0x61 && byte <= 0x7a) return 1;
  if (byte >= 0x41 && byte <= 0x5a) return 4;
  if (byte >= 0x30 && byte <= 0x39) return 2;
  return ' ",:<>/='.includes(String.fromCharCode(byte)) ? 0 : 5;
}
