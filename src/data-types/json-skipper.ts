// Skips what can hold no sensitive value in a JSON text, ahead of the scan that reads the rest: the WebAssembly of
// wasm/skip-json.ts, with the automaton's tables and the text in its memory.
// Invariants: what is skipped would have left the scan as it was; a text of any length goes through a window of
// WINDOW_BYTES; one text at a time, since nothing here waits.
import type { Automaton } from './automaton.ts';
import type { NameRole } from './name-contexts.ts';
import { MODULE_BASE64 } from './skip-json.wasm.ts';
import { WORD_CODES, wordBytesMin } from './word-bytes.ts';

const WINDOW_BYTES = 512 * 1024;
/** A token that begins so close to the window's end may be cut off by it. */
const MARGIN_BYTES = 64 * 1024;
/** Sixteen bytes are read at once, and of a name thirty-two, whatever stands behind the text. */
const READ_AHEAD_BYTES = 32;
const PAGE_BYTES = 64 * 1024;

const SLOTS = 1_024;
const SLOT_BYTES = 32;
const NAME_BYTES_MAX = 24;

const LABEL_START = 1;
const LABEL_END = 2;
const NAME_START = 3;
const NAME_END = 4;
const STATE_WORDS = 5;

const SPECIAL = 1;
const WORD = 2;
const AT_SIGN = 4;
const IN_NAME = 8;
const IN_NUMBER = 16;

/** What a name that gives its value no meaning is to its neighbours; the numbers of wasm/skip-json.ts. */
const KINDS: Readonly<Record<NameRole, number>> = { value: 1, label: 2, carrier: 3 };

interface Exports {
  configure(
    input: number,
    bits: number,
    first: number,
    next: number,
    classOf: number,
    names: number,
    codes: number,
    needs: number,
    state: number,
    numberBytesMin: number,
  ): void;
  skip(from: number, to: number, isObject: number, isBare: number): number;
}

/** TypeScript knows it only as a part of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

const module = new WebAssembly.Module(Buffer.from(MODULE_BASE64, 'base64'));

export class JsonSkipper {
  isNameNext = false;
  /** Where the last label's value that was skipped stands; both 0 when none was. */
  labelStart = 0;
  labelEnd = 0;
  /** The last name that was skipped; both 0 when none was. */
  nameStart = 0;
  nameEnd = 0;
  readonly #state: Int32Array;
  readonly #wasm: Exports;
  readonly #window: Uint8Array;
  readonly #names: Uint8Array;
  #text: Uint8Array = new Uint8Array(0);
  #base = 0;
  #length = 0;

  /** `automaton` is the one for values under names that mean nothing. */
  constructor(automaton: Pick<Automaton<never>, 'first' | 'next' | 'classOf' | 'classes'>, numberBytesMin: number) {
    const needs = wordBytesMin(automaton);
    const sizes = [
      WINDOW_BYTES + READ_AHEAD_BYTES,
      256,
      256 * 4,
      automaton.next.length * 4,
      256,
      SLOTS * SLOT_BYTES + READ_AHEAD_BYTES,
      WORD_CODES.length,
      needs.length * 2,
      STATE_WORDS * 4,
    ];
    const offsets: number[] = [];
    let end = 16;
    for (const size of sizes) {
      offsets.push(end);
      end += Math.ceil(size / 16) * 16;
    }
    const memory = new WebAssembly.Memory({ initial: Math.ceil(end / PAGE_BYTES), maximum: 1_024 });
    const { buffer } = memory;
    const [input = 0, bits = 0, first = 0, next = 0, classOf = 0, names = 0, codes = 0, needsAt = 0, state = 0] =
      offsets;
    new Uint8Array(buffer, bits, 256).set(BITS);
    writeRows(new Uint32Array(buffer, first, 256), automaton.first);
    writeRows(new Uint32Array(buffer, next, automaton.next.length), automaton.next);
    new Uint8Array(buffer, classOf, 256).set(automaton.classOf);
    new Uint8Array(buffer, codes, 256).set(WORD_CODES);
    new Uint16Array(buffer, needsAt, needs.length).set(needs);
    this.#window = new Uint8Array(buffer, input, WINDOW_BYTES);
    this.#names = new Uint8Array(buffer, names, SLOTS * SLOT_BYTES);
    this.#wasm = new WebAssembly.Instance(module, { env: { memory } }).exports as Exports;
    const shortest = Math.min(numberBytesMin, 0x7fff_ffff);
    this.#state = new Int32Array(buffer, state, STATE_WORDS);
    this.#wasm.configure(input, bits, first, next, classOf, names, codes, needsAt, state, shortest);
  }

  begin(text: Uint8Array): void {
    this.#text = text;
    this.#load(0);
  }

  /** Lets go of the text. */
  end(): void {
    this.#text = NOTHING;
  }

  /**
   * Offset of the first token at or behind `from` that has to be read; the text's length when there is none. `isBare` when
   * neither the object nor what it is under says what its values are.
   */
  skip(from: number, isObject: boolean, isBare: boolean): number {
    const wasm = this.#wasm;
    const state = this.#state;
    const { length } = this.#text;
    state[0] = this.isNameNext ? 1 : 0;
    this.labelStart = 0;
    this.labelEnd = 0;
    this.nameStart = 0;
    this.nameEnd = 0;
    let at = from;
    while (true) {
      if (at < this.#base || at >= this.#base + this.#length) this.#load(at);
      at =
        this.#base + wasm.skip(at - this.#base, this.#length, isObject ? 1 : 0, isBare && this.labelEnd === 0 ? 1 : 0);
      if (state[LABEL_END] !== 0) {
        this.labelStart = this.#base + state[LABEL_START]!;
        this.labelEnd = this.#base + state[LABEL_END]!;
      }
      if (state[NAME_END] !== 0) {
        this.nameStart = this.#base + state[NAME_START]!;
        this.nameEnd = this.#base + state[NAME_END]!;
      }
      const end = this.#base + this.#length;
      if (end === length || at < end - MARGIN_BYTES) break;
      this.#load(at);
      if (at === length) break;
    }
    this.isNameNext = state[0] !== 0;
    return at;
  }

  /** A name of letters that gives its value no meaning. `hash` as in NameContexts.recall. */
  learn(bytes: Uint8Array, start: number, end: number, hash: number, role: NameRole): void {
    const length = end - start;
    if (length === 0 || length > NAME_BYTES_MAX) return;
    const slot = ((hash ^ (hash >>> 10) ^ (hash >>> 20)) & (SLOTS - 1)) * SLOT_BYTES;
    this.#names[slot] = length;
    this.#names[slot + 1] = KINDS[role];
    for (let i = 0; i < length; i++) this.#names[slot + 2 + i] = bytes[start + i]!;
  }

  #load(at: number): void {
    const text = this.#text;
    this.#base = at;
    this.#length = Math.min(WINDOW_BYTES, text.length - at);
    this.#window.set(this.#length === text.length ? text : text.subarray(at, at + this.#length));
  }
}

/** Offsets in bytes, and 1 added to those that the automaton has negative. */
function writeRows(to: Uint32Array, from: Int32Array): void {
  for (let i = 0; i < from.length; i++) {
    const row = from[i]!;
    to[i] = row < 0 ? -row * 4 + 1 : row * 4;
  }
}

const NOTHING = new Uint8Array(0);

const BITS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const c = String.fromCharCode(byte);
  return (
    ('"\\='.includes(c) ? SPECIAL : 0) |
    (/\w/.test(c) ? WORD : 0) |
    (c === '@' ? AT_SIGN : 0) |
    (/[A-Za-z_ -]/.test(c) ? IN_NAME : 0) |
    (/[-+.0-9eE]/.test(c) ? IN_NUMBER : 0)
  );
});
