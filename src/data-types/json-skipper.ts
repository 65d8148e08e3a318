// Reads of a JSON text what needs no TypeScript, ahead of the scan that reads the rest: the WebAssembly of wasm/skip-json.ts,
// with the automata's tables and the text in its memory.
// Invariants: the scan finds and is afterwards what it would find and be had it read everything itself; a text of any length
// goes through a window of WINDOW_BYTES; one text at a time, since nothing here waits.
import type { CompiledType } from './compiled-type.ts';
import {
  CONTEXTS_MAX,
  HIT_WORDS,
  type JsonMemory,
  type JsonTables,
  jsonMemory,
  LEVEL_WORDS,
  LEVELS_MAX,
  SLOT_BYTES,
  SLOTS,
  WINDOW_BYTES,
} from './json-tables.ts';
import { type NameContext, type NameRole, NO_CONTEXT } from './name-contexts.ts';
import { MODULE_BASE64 } from './skip-json.wasm.ts';
import { isWholeValue } from './whole-value.ts';

/** A token that begins so close to the window's end may be cut off by it. */
const MARGIN_BYTES = 64 * 1024;
const NAME_BYTES_MAX = 24;

// Words of the state.
const NAME_NEXT = 0;
const CONTEXT = 1;
const OPENED = 2;
const HITS = 3;
const LABEL_START = 4;
const LABEL_END = 5;
const NAME_START = 6;
const NAME_END = 7;

/** Flags of a context. */
const SIGNS = 1;
const BY_NAME = 2;

/** What a name is to its neighbours, and whether its words go on in names inside; the numbers of wasm/remembered-names.ts. */
const KINDS: Readonly<Record<NameRole, number>> = { value: 1, label: 2, carrier: 3 };
const OPENS = 4;

interface Exports {
  configure(block: number): void;
  skip(from: number, to: number, isObject: number, isBare: number, levelsMax: number): number;
}

/** TypeScript knows it only as a part of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

const module = new WebAssembly.Module(Buffer.from(MODULE_BASE64, 'base64'));

/** A level that was opened and not closed. */
export interface OpenedLevel {
  readonly isObject: boolean;
  readonly context: NameContext;
  readonly labelStart: number;
  readonly labelEnd: number;
  readonly nameStart: number;
  /** 0: the name is the one that was before. */
  readonly nameEnd: number;
}

/** Who reads the text, and is told of what is found in it. */
interface Reader {
  readonly context: NameContext;
  add(type: CompiledType, start: number, end: number): number;
}

export class JsonSkipper {
  readonly #types: readonly CompiledType[];
  readonly #indexes: ReadonlyMap<CompiledType, number>;
  readonly #memory: JsonMemory;
  readonly #wasm: Exports;
  /** Contexts by the numbers they have in memory; 0 is none. */
  #contexts: NameContext[] = [];
  readonly #numbers = new Map<NameContext, number>();
  #text: Uint8Array = NOTHING;
  #base = 0;
  #length = 0;

  constructor(tables: JsonTables, types: readonly CompiledType[]) {
    this.#types = types;
    this.#indexes = new Map(types.map((type, i) => [type, i]));
    this.#memory = jsonMemory(tables, types);
    const { memory, configurationAt } = this.#memory;
    const check = (type: number, start: number, stop: number): number => (this.#checks(type, start, stop) ? 1 : 0);
    const judge = (context: number, before: number, start: number, stop: number): number =>
      this.#judge(context, before, start, stop);
    this.#wasm = new WebAssembly.Instance(module, { env: { memory, check, judge } }).exports as Exports;
    this.#wasm.configure(configurationAt);
    this.#forgetNames();
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
   * neither the object nor what it is under says what its values are; at most `levelsMax` levels are opened. The properties
   * below say what has changed; hits are added to the reader's.
   */
  skip(
    reader: Reader,
    from: number,
    isNameNext: boolean,
    isObject: boolean,
    isBare: boolean,
    levelsMax: number,
  ): number {
    const end = this.#base + this.#length;
    const isNearEnd = end < this.#text.length && from >= end - MARGIN_BYTES;
    if (from < this.#base || from >= end || isNearEnd) this.#load(from);
    const { state } = this.#memory;
    state[NAME_NEXT] = isNameNext ? 1 : 0;
    state[CONTEXT] = this.#numberOf(reader.context);
    const at = this.#wasm.skip(
      from - this.#base,
      this.#length,
      isObject ? 1 : 0,
      isBare ? 1 : 0,
      Math.min(levelsMax, LEVELS_MAX),
    );
    if (state[HITS] !== 0) this.#addHits(reader, state[HITS]!);
    return this.#base + at;
  }

  get isNameNext(): boolean {
    return this.#memory.state[NAME_NEXT] !== 0;
  }

  get context(): NameContext {
    return this.#contexts[this.#memory.state[CONTEXT]!]!;
  }

  /** Where the label stands that the level has now; an end of 0 when none was read. */
  get labelStart(): number {
    return this.#base + this.#memory.state[LABEL_START]!;
  }

  get labelEnd(): number {
    return this.#place(this.#memory.state[LABEL_END]!);
  }

  /** The last name; an end of 0 when it is the one that was before. */
  get nameStart(): number {
    return this.#base + this.#memory.state[NAME_START]!;
  }

  get nameEnd(): number {
    return this.#place(this.#memory.state[NAME_END]!);
  }

  get opened(): number {
    return this.#memory.state[OPENED]!;
  }

  /** The level that was opened as number `index`. */
  openedLevel(index: number): OpenedLevel {
    const { levels } = this.#memory;
    const at = index * LEVEL_WORDS;
    return {
      isObject: levels[at] !== 0,
      context: this.#contexts[levels[at + 1]!]!,
      nameStart: this.#base + levels[at + 2]!,
      nameEnd: this.#place(levels[at + 3]!),
      labelStart: this.#base + levels[at + 4]!,
      labelEnd: this.#place(levels[at + 5]!),
    };
  }

  #place(offset: number): number {
    return offset === 0 ? 0 : this.#base + offset;
  }

  #addHits(reader: Reader, count: number): void {
    const { hits } = this.#memory;
    const base = this.#base;
    for (let at = 0; at < count * HIT_WORDS; at += HIT_WORDS)
      reader.add(this.#types[hits[at]!]!, base + hits[at + 1]!, base + hits[at + 2]!);
  }

  /** A name of letters, two at least, and what it means; `opens` when its words go on in names inside. */
  learn(bytes: Uint8Array, start: number, end: number, role: NameRole, context: NameContext, opens: boolean): void {
    const length = end - start;
    if (length < 2 || length > NAME_BYTES_MAX) return;
    const { names } = this.#memory;
    const number = this.#numberOf(context);
    const slot = slotOf(bytes, start, length);
    names[slot] = length;
    names[slot + 1] = KINDS[context === NO_CONTEXT ? role : 'value'] | (opens ? OPENS : 0);
    for (let i = 0; i < length; i++) names[slot + 2 + i] = bytes[start + i]!;
    names[slot + 26] = number & 0xff;
    names[slot + 27] = number >> 8;
  }

  #numberOf(context: NameContext): number {
    if (context === NO_CONTEXT) return 0;
    const known = this.#numbers.get(context);
    if (known !== undefined) return known;
    // Field names are the sender's to choose: when there is no room for another meaning, all is learned anew.
    if (this.#contexts.length >= CONTEXTS_MAX) this.#forgetNames();
    return this.#addContext(context);
  }

  #addContext(context: NameContext): number {
    const number = this.#contexts.push(context) - 1;
    this.#numbers.set(context, number);
    const row = this.#memory.contexts.subarray(number * (this.#types.length + 1));
    row[0] = (context.signs.length > 0 ? SIGNS : 0) | (context.byName.length > 0 ? BY_NAME : 0);
    for (const [i, type] of this.#types.entries()) {
      const isAnnounced = !type.isContextRequired || context.signs.includes(type);
      row[1 + i] = isAnnounced && !context.excludes.includes(type) ? 1 : 0;
    }
    return number;
  }

  #forgetNames(): void {
    this.#contexts = [];
    this.#numbers.clear();
    this.#memory.names.fill(0);
    this.#addContext(NO_CONTEXT);
  }

  /** A check that the module does not compute itself. */
  #checks(type: number, start: number, stop: number): boolean {
    const { all, inputAt } = this.#memory;
    return this.#types[type]!.validator!(all.toString('latin1', inputAt + start, inputAt + stop));
  }

  /** The number of the type that the whole value is by its name, or -1; as Pass.judgeByName, with the hits since `before`. */
  #judge(context: number, before: number, start: number, stop: number): number {
    const { all, inputAt, hits, state } = this.#memory;
    for (const type of this.#contexts[context]!.byName) {
      let isInside = false;
      for (let at = before * HIT_WORDS; at < state[HITS]! * HIT_WORDS; at += HIT_WORDS)
        isInside ||= this.#types[hits[at]!]!.gravity >= type.gravity;
      if (!isInside && isWholeValue(type, all, inputAt + start, inputAt + stop)) return this.#indexes.get(type)!;
    }
    return -1;
  }

  #load(at: number): void {
    const text = this.#text;
    this.#base = at;
    this.#length = Math.min(WINDOW_BYTES, text.length - at);
    this.#memory.window.set(this.#length === text.length ? text : text.subarray(at, at + this.#length));
  }
}

/** Offset of a name's place, as wasm/remembered-names.ts finds it. */
function slotOf(bytes: Uint8Array, start: number, length: number): number {
  const wordAt = (at: number): number =>
    bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  let hash: number;
  if (length < 4) hash = Math.imul(bytes[start]! | (bytes[start + 1]! << 8), 0x9e3779b1);
  else
    hash =
      Math.imul(wordAt(start), 0x9e3779b1) ^
      Math.imul(wordAt(start + length - 4), 0x85ebca77) ^
      Math.imul(wordAt(start + (length >> 1) - 2), 0xc2b2ae3d);
  hash ^= length << 27;
  return (((hash >>> 22) ^ (hash >>> 12)) & (SLOTS - 1)) * SLOT_BYTES;
}

const NOTHING = new Uint8Array(0);
