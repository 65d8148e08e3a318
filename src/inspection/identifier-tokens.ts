// Where in a JSON text values stand that may identify something, or that are observed whole: the memory of wasm/read-identifiers.ts, with a node for
// each place that was met.
// Invariants: the numbers here are those of the module; a place has one node or none, and a node one place; one text at a time, since
// nothing here waits.

import { POINTER_CHARS_MAX } from './observe-bounds.ts';
import { KEPT_NAME_CHARS_MAX, type ObservedPlace } from './observed-place.ts';
import { MODULE_BASE64 } from './read-identifiers.wasm.ts';

export const TEXT_BYTES_MAX = 64 * 1024;
/** Sixteen bytes are read at once, whatever stands behind the text. */
const READ_AHEAD_BYTES = 32;
const PAGE_BYTES = 64 * 1024;
const NODES_MAX = 4_096;
const NODE_WORDS = 24;
const NAME_LENGTH = 1;
const NEXT = 2;
const FIRST = 3;
const ELEMENTS = 4;
const NAME = 8;
const NAME_BYTES_MAX = 64;
/** New names of one text: with more of them the parser is cheaper, which whoever makes up names for each body would make use of. */
const NEW_NAMES_MAX = 256;
const NO_NAME = 0xffff_ffff;
const NAMED_ID = 1;
const CLOSED = 2;
const LEFT = 4;
const LEVELS_MAX = 512;
const LEVEL_WORDS = 7;
const TOKENS_MAX = 8_192;
export const TOKEN_WORDS = 5;

/** The places of a token's words. */
export const KIND = 0;
export const LEVEL = 1;
export const NODE = 2;
/** Of an array its length, of a literal its first letter. */
export const START = 3;
export const END = 4;

/** A string as it stands there, one with escapes or wide characters, an integer of few digits, another number … */
export const PLAIN = 0;
export const DECODED = 1;
export const INTEGER = 2;
export const NUMBER = 3;
export const ARRAY = 4;
export const OBJECT = 5;
export const LITERAL = 6;
export const KINDS = 7;
/** Besides: it is wanted whatever it is; an array begins with an object or array. */
export const WHOLE = 8;
export const RECORDS = 16;

/** JavaScript puts such names in front of all others, by their numbers. */
const INDEX_NAME = /^(?:0|[1-9]\d{0,9})$/;
/** What does not stand in a JSON text as it is. */
const ESCAPED = /["\\\u0000-\u001f]|\p{Surrogate}/u;

/** TypeScript knows it only as a part of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

interface Exports {
  configure(input: number, nodes: number, levels: number, tokens: number): void;
  read(length: number, root: number, whole: number): number;
  wasCut(): number;
}

export class IdentifierTokens {
  /** Of the latest text: TOKEN_WORDS each. */
  readonly tokens: Uint32Array;
  readonly #wasm: Exports;
  readonly #input: Uint8Array;
  readonly #bytes: Uint8Array;
  readonly #nodes: Uint32Array;
  readonly #nodesAt: number;
  /** By number; the first is none. */
  #places: (ObservedPlace | undefined)[] = [undefined];
  /** The last member of each node, which the next one is put behind. */
  readonly #lasts = new Uint16Array(NODES_MAX);
  #text: Buffer = NOTHING;
  #newNames = 0;

  constructor() {
    const sizes = [
      TEXT_BYTES_MAX + READ_AHEAD_BYTES,
      NODES_MAX * NODE_WORDS * 4,
      LEVELS_MAX * LEVEL_WORDS * 4,
      TOKENS_MAX * TOKEN_WORDS * 4,
    ];
    // Below stands what the compiler may have put there.
    const offsets: number[] = [];
    let end = 1_024;
    for (const size of sizes) {
      offsets.push(end);
      end += Math.ceil(size / 16) * 16;
    }
    const [input = 0, nodes = 0, levels = 0, tokens = 0] = offsets;
    const memory = new WebAssembly.Memory({ initial: Math.ceil(end / PAGE_BYTES), maximum: 1_024 });
    this.#input = new Uint8Array(memory.buffer, input, TEXT_BYTES_MAX);
    this.#bytes = new Uint8Array(memory.buffer);
    this.#nodes = new Uint32Array(memory.buffer, nodes, NODES_MAX * NODE_WORDS);
    this.#nodesAt = nodes;
    this.tokens = new Uint32Array(memory.buffer, tokens, TOKENS_MAX * TOKEN_WORDS);
    const module = new WebAssembly.Module(Buffer.from(MODULE_BASE64, 'base64'));
    const env = {
      memory,
      member: (node: number, open: number, close: number): number => this.#member(node, open, close),
      elements: (node: number): number => this.#elements(node),
    };
    this.#wasm = new WebAssembly.Instance(module, { env }).exports as Exports;
    this.#wasm.configure(input, nodes, levels, tokens);
  }

  /**
   * How many tokens there are; -1 when it is no JSON, or has to be parsed. A text of at most TEXT_BYTES_MAX. `whole` wants all of its
   * first elements.
   */
  read(text: Buffer, root: ObservedPlace, whole: boolean): number {
    const isFull = this.#places.length > NODES_MAX / 2;
    if (isFull || this.#places[1] !== root) this.#begin(root);
    this.#text = text;
    this.#newNames = 0;
    this.#input.set(text);
    const count = this.#wasm.read(text.length, 1, whole ? 1 : 0);
    this.#text = NOTHING;
    return count;
  }

  /** Something in the latest text is too deep, or its pointer too long, to be looked into. */
  get wasCut(): boolean {
    return this.#wasm.wasCut() !== 0;
  }

  placeOf(node: number): ObservedPlace {
    return this.#places[node]!;
  }

  #begin(root: ObservedPlace): void {
    for (const place of this.#places) if (place !== undefined) place.node = 0;
    this.#places = [undefined];
    this.#nodes.fill(0);
    this.#lasts.fill(0);
    this.#nodeOf(root, undefined);
  }

  #member(parent: number, open: number, close: number): number {
    if (++this.#newNames > NEW_NAMES_MAX) return 0;
    const name = JSON.parse(this.#text.toString('utf8', open, close + 1)) as string;
    if (name.length > KEPT_NAME_CHARS_MAX) return 0;
    const place = this.#places[parent]!.member(name);
    if (place.node !== 0) return place.node;
    const node = this.#nodeOf(place, name);
    if (node === 0) return 0;
    const last = this.#lasts[parent]!;
    if (last === 0) this.#nodes[parent * NODE_WORDS + FIRST] = node;
    else this.#nodes[last * NODE_WORDS + NEXT] = node;
    this.#lasts[parent] = node;
    return node;
  }

  #elements(parent: number): number {
    const place = this.#places[parent]!.elements();
    const node = this.#nodeOf(place, undefined);
    this.#nodes[parent * NODE_WORDS + ELEMENTS] = node;
    return node;
  }

  /** 0 when there is no room for another. */
  #nodeOf(place: ObservedPlace, name: string | undefined): number {
    const node = this.#places.length;
    if (node >= NODES_MAX) return 0;
    this.#places.push(place);
    place.node = node;
    const at = node * NODE_WORDS;
    const isLeft = name !== undefined && INDEX_NAME.test(name);
    this.#nodes[at] =
      (place.isNamedId ? NAMED_ID : 0) | (place.pointer.length > POINTER_CHARS_MAX ? CLOSED : 0) | (isLeft ? LEFT : 0);
    this.#nodes[at + NAME_LENGTH] = NO_NAME;
    if (name !== undefined && !ESCAPED.test(name)) {
      const bytes = Buffer.from(name);
      if (bytes.length <= NAME_BYTES_MAX) {
        this.#nodes[at + NAME_LENGTH] = bytes.length;
        this.#bytes.set(bytes, this.#nodesAt + (at + NAME) * 4);
      }
    }
    return node;
  }
}

const NOTHING = Buffer.alloc(0);
