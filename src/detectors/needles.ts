// Which of many literal words stand in a text. The words of all detectors are looked for in one pass by the WebAssembly of
// wasm/find-needles.ts; whoever asks second about the same text gets what that pass found.
// Invariants: a word is reported when and only when it stands in the text; a text of any length goes through a window of
// WINDOW_BYTES; nothing is kept of a text but which words it has.
import { MODULE_BASE64 } from './find-needles.wasm.ts';

const WINDOW_BYTES = 256 * 1024;
/** Sixteen places of four bytes are read at once, whatever stands behind the text. */
const READ_AHEAD_BYTES = 32;
const PAGE_BYTES = 64 * 1024;
const FINGERPRINT_BYTES = 4;
const WORD_BYTES_MIN = 3;
const WORD_BYTES_MAX = 256;
const BUCKETS = 8;
const BUCKET_WORDS_MAX = 64;
const ENTRY_BYTES = 24;
/** A bit for each hash of three bytes. */
const KNOWN_BYTES = 8 * 1024;
const BUCKET_BYTES = 4 + BUCKET_WORDS_MAX * ENTRY_BYTES;

/** TypeScript knows it only as a part of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

interface Exports {
  configure(input: number, halves: number, buckets: number, found: number, known: number): void;
  search(length: number): number;
}

/** Finds words of three to 256 latin1 characters. */
export class Needles {
  readonly #first: number;
  readonly #count: number;

  /** @throws RangeError for a word of another length, or too many words */
  constructor(words: readonly string[]) {
    if (words.some((word) => word.length < WORD_BYTES_MIN || word.length > WORD_BYTES_MAX)) {
      throw new RangeError('a needle has three to 256 characters');
    }
    if (ALL.length + words.length > BUCKETS * BUCKET_WORDS_MAX) throw new RangeError('there are too many needles');
    this.#first = ALL.length;
    this.#count = words.length;
    for (const word of words) ALL.push(Buffer.from(word, 'latin1'));
    search = undefined;
  }

  /** Indexes of the words that stand in `text`, in the order of the words; empty when there is none. */
  in(text: Uint8Array): readonly number[] {
    search ??= new Search(ALL);
    const found = search.in(text);
    if (found === undefined) return NONE;
    const present: number[] = [];
    for (let i = 0; i < this.#count; i++) if (found[this.#first + i] === 1) present.push(i);
    return present;
  }
}

const NONE: readonly number[] = [];
const ALL: Buffer[] = [];
let search: Search | undefined;

class Search {
  readonly #wasm: Exports;
  readonly #window: Uint8Array;
  readonly #found: Uint8Array;
  readonly #overlap: number;
  #last: WeakRef<Uint8Array> | undefined;
  #isFound = false;

  constructor(words: readonly Buffer[]) {
    const wordBytes = words.reduce((sum, word) => sum + word.length, 0);
    const sizes = [WINDOW_BYTES + READ_AHEAD_BYTES, 128, BUCKETS * BUCKET_BYTES, words.length, KNOWN_BYTES, wordBytes];
    const offsets: number[] = [];
    let end = 16;
    for (const size of sizes) {
      offsets.push(end);
      end += Math.ceil(size / 16) * 16;
    }
    const [input = 0, halves = 0, buckets = 0, found = 0, known = 0, texts = 0] = offsets;
    const memory = new WebAssembly.Memory({ initial: Math.ceil(end / PAGE_BYTES), maximum: 1_024 });
    const { buffer } = memory;
    this.#window = new Uint8Array(buffer, input, WINDOW_BYTES);
    this.#found = new Uint8Array(buffer, found, words.length);
    this.#overlap = Math.max(0, ...words.map((word) => word.length)) - 1;
    writeTables(buffer, words, { halves, buckets, known, texts });
    const module = new WebAssembly.Module(Buffer.from(MODULE_BASE64, 'base64'));
    this.#wasm = new WebAssembly.Instance(module, { env: { memory } }).exports as Exports;
    this.#wasm.configure(input, halves, buckets, found, known);
  }

  /** 1 for each word that is there; undefined when none is. */
  in(text: Uint8Array): Uint8Array | undefined {
    // Several detectors ask about one answer, one after the other.
    if (this.#last?.deref() !== text) {
      this.#last = new WeakRef(text);
      this.#isFound = this.#search(text);
    }
    return this.#isFound ? this.#found : undefined;
  }

  #search(text: Uint8Array): boolean {
    this.#found.fill(0);
    let isFound = false;
    for (let at = 0; at < text.length; at += WINDOW_BYTES - this.#overlap) {
      const length = Math.min(WINDOW_BYTES, text.length - at);
      this.#window.set(length === text.length ? text : text.subarray(at, at + length));
      if (this.#wasm.search(length) !== 0) isFound = true;
      if (at + length === text.length) break;
    }
    return isFound;
  }
}

/** Words with similar bytes share a bucket, so that its half bytes fit few others. */
function writeTables(
  buffer: ArrayBuffer,
  words: readonly Buffer[],
  at: { readonly halves: number; readonly buckets: number; readonly known: number; readonly texts: number },
): void {
  const halves = new Uint8Array(buffer, at.halves, 128);
  const known = new Uint8Array(buffer, at.known, KNOWN_BYTES);
  const texts = new Uint8Array(buffer, at.texts);
  const view = new DataView(buffer);
  const ordered = words
    .map((word, index) => ({ word, index, before: rarestWindow(word) }))
    .sort((a, b) => a.word.subarray(a.before).compare(b.word.subarray(b.before)));
  const perBucket = Math.ceil(words.length / BUCKETS);
  let text = 0;
  for (const [i, { word, index, before }] of ordered.entries()) {
    const bucket = Math.floor(i / perBucket);
    const start = at.buckets + bucket * BUCKET_BYTES;
    const entry = start + 4 + (i % perBucket) * ENTRY_BYTES;
    view.setUint32(start, (i % perBucket) + 1, true);
    for (let k = 0; k < FINGERPRINT_BYTES; k++) {
      const byte = word[before + k];
      if (byte === undefined) {
        for (let half = 0; half < 32; half++) halves[k * 32 + half]! |= 1 << bucket;
        continue;
      }
      halves[k * 32 + (byte & 15)]! |= 1 << bucket;
      halves[k * 32 + 16 + (byte >> 4)]! |= 1 << bucket;
      view.setUint8(entry + k, byte);
      view.setUint8(entry + 4 + k, 0xff);
    }
    const hash = Math.imul(word.readUIntLE(before, 3), 0x9e3779b1) >>> 16;
    known[hash >> 3]! |= 1 << (hash & 7);
    view.setUint32(entry + 8, before, true);
    view.setUint32(entry + 12, at.texts + text, true);
    view.setUint32(entry + 16, word.length, true);
    view.setUint32(entry + 20, index, true);
    texts.set(word, text);
    text += word.length;
  }
}

/** Where the four bytes begin that are least often seen together. */
function rarestWindow(bytes: Uint8Array): number {
  let best = 0;
  let bestScore = -1;
  for (let at = 0; at + FINGERPRINT_BYTES <= bytes.length; at++) {
    let score = 0;
    for (let i = 0; i < FINGERPRINT_BYTES; i++) score += rarity(bytes[at + i]!);
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
