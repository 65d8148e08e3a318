// The memory of wasm/skip-json.ts: where everything stands in it, and the tables it reads by.
// Invariant: the numbers here are those of wasm/scan-tables.ts, value-hits.ts and hit-checks.ts.
import type { Automaton } from './automaton.ts';
import type { CompiledType, Found } from './compiled-type.ts';
import type { PatternNode } from './pattern-tree.ts';
import { WORD_CODES, wordBytesMin } from './word-bytes.ts';

export const WINDOW_BYTES = 512 * 1024;
/** Sixteen bytes are read at once, and of a name thirty-two, whatever stands behind the text. */
const READ_AHEAD_BYTES = 32;
const PAGE_BYTES = 64 * 1024;

export const SLOTS = 1_024;
export const SLOT_BYTES = 32;
export const CONTEXTS_MAX = 256;
export const LEVELS_MAX = 16;
export const STATE_WORDS = 8;
export const LEVEL_WORDS = 6;
export const HITS_MAX = 1_024;
export const HIT_WORDS = 3;
const SCRATCH_BYTES = 512;
const CONFIGURATION_WORDS = 32;

/** What begins around an `@`: nothing; or something that has to be asked. */
const NO_EMAIL = 0xffff;
const OTHER = 0xfffe;
/** The address that the module knows without its pattern. */
export const EMAIL_PATTERN =
  '[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.){1,4}[A-Za-z]{2,24}';

/** Validators that the module computes itself. */
const CHECKS = new Map<string | undefined, number>([
  [undefined, 0],
  ['card', 2],
  ['us-ssn', 3],
  ['us-itin', 4],
  ['phone', 5],
  ['kr-rrn', 6],
  ['public-ip', 7],
]);
const ASKED = 1;

const TYPE = 0;
const PATTERN = 1;
const NEAR = 2;

const WORD = 1;
const IN_NUMBER = 2;
const IN_TEXT_NAME = 4;
const LOCAL_PART = 8;

/** What the module is made for. */
export interface JsonTables {
  /** For values whose name announces nothing, and for all others. */
  readonly unannounced: Automaton<Found>;
  readonly announced: Automaton<Found>;
  readonly atSign: readonly CompiledType[];
  readonly numberBytesMin: number;
}

/** TypeScript knows it only as a part of browsers. */
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
};

export interface JsonMemory {
  readonly memory: object;
  readonly all: Buffer;
  /** Where the text begins in it. */
  readonly inputAt: number;
  readonly window: Uint8Array;
  readonly names: Uint8Array;
  readonly contexts: Uint8Array;
  readonly state: Int32Array;
  readonly levels: Int32Array;
  readonly hits: Int32Array;
  readonly configurationAt: number;
}

export function jsonMemory(tables: JsonTables, types: readonly CompiledType[]): JsonMemory {
  const automata = [tables.unannounced, tables.announced].map((automaton) => ({
    automaton,
    lists: listWords(automaton, types),
    needs: automaton === tables.unannounced ? wordBytesMin(automaton) : new Uint16Array(WORDS_ASKED),
  }));
  const room = new Room();
  const configurationAt = room.take(CONFIGURATION_WORDS * 4);
  const bitsAt = room.take(256);
  const codesAt = room.take(256);
  const namesAt = room.take(SLOTS * SLOT_BYTES + READ_AHEAD_BYTES);
  const contextBytes = types.length + 1;
  const contextsAt = room.take(CONTEXTS_MAX * contextBytes);
  const stateAt = room.take(STATE_WORDS * 4);
  const levelsAt = room.take(LEVELS_MAX * LEVEL_WORDS * 4);
  const hitsAt = room.take(HITS_MAX * HIT_WORDS * 4);
  const scratchAt = room.take(SCRATCH_BYTES);
  const places = automata.map(({ automaton, lists, needs }) => ({
    first: room.take(256 * 4),
    next: room.take(automaton.next.length * 4),
    classOf: room.take(256),
    lists: room.take(lists.length * 4),
    needs: room.take(needs.length * 2),
    plainStarts: room.take(16),
  }));
  const inputAt = room.take(WINDOW_BYTES + READ_AHEAD_BYTES);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(room.bytes / PAGE_BYTES), maximum: 1_024 });
  const { buffer } = memory;
  new Uint8Array(buffer, bitsAt, 256).set(BITS);
  new Uint8Array(buffer, codesAt, 256).set(WORD_CODES);
  const rows: number[] = [];
  for (const [i, { automaton, lists, needs }] of automata.entries()) {
    const at = places[i]!;
    writeRows(new Uint32Array(buffer, at.first, 256), automaton.first);
    writeRows(new Uint32Array(buffer, at.next, automaton.next.length), automaton.next);
    new Uint8Array(buffer, at.classOf, 256).set(automaton.classOf);
    // Offsets into the list become addresses.
    const written = new Uint32Array(buffer, at.lists, lists.length);
    written.set(lists);
    for (let k = 0; k < automaton.lists.length; k++) written[k] = at.lists + lists[k]! * 4;
    new Uint16Array(buffer, at.needs, needs.length).set(needs);
    new Uint8Array(buffer, at.plainStarts, 16).set(plainStarts(automaton.first));
    const wideStarts = automaton.first.some((state, byte) => byte >= 0x80 && state !== 0) ? 0xffff : 0;
    const { classes } = automaton;
    rows.push(at.first, at.next, at.classOf, classes * 4, at.lists, at.needs, at.plainStarts, wideStarts);
  }
  new Uint32Array(buffer, configurationAt, CONFIGURATION_WORDS).set([
    inputAt,
    bitsAt,
    namesAt,
    codesAt,
    contextsAt,
    contextBytes,
    stateAt,
    levelsAt,
    hitsAt,
    HITS_MAX,
    scratchAt,
    Math.min(tables.numberBytesMin, 0x7fff_ffff),
    emailType(tables, types),
    ...rows,
  ]);
  return {
    memory,
    all: Buffer.from(buffer),
    inputAt,
    window: new Uint8Array(buffer, inputAt, WINDOW_BYTES),
    names: new Uint8Array(buffer, namesAt, SLOTS * SLOT_BYTES),
    contexts: new Uint8Array(buffer, contextsAt, CONTEXTS_MAX * contextBytes),
    state: new Int32Array(buffer, stateAt, STATE_WORDS),
    levels: new Int32Array(buffer, levelsAt, LEVELS_MAX * LEVEL_WORDS),
    hits: new Int32Array(buffer, hitsAt, HITS_MAX * HIT_WORDS),
    configurationAt,
  };
}

/** Nothing is known of a word by its first bytes: each is asked. */
const WORDS_ASKED = 64 * 64;

class Room {
  bytes = 16;

  take(bytes: number): number {
    const at = this.bytes;
    this.bytes += Math.ceil(bytes / 16) * 16;
    return at;
  }
}

/** Where each list begins, in words; then the lists, each behind its length. */
function listWords(automaton: Automaton<Found>, types: readonly CompiledType[]): Uint32Array {
  const indexOf = new Map(types.map((type, i) => [type, i]));
  const starts: number[] = [];
  const words: number[] = [];
  for (const list of automaton.lists) {
    starts.push(automaton.lists.length + words.length);
    words.push(list.length);
    for (const found of list) {
      if (found.kind === 'near') {
        words.push(NEAR);
        continue;
      }
      const { type } = found.pattern;
      const check = CHECKS.get(type.document.validator) ?? ASKED;
      // In a string of JSON a backslash begins an escape.
      const kind = found.isExact && !canHold(found.pattern.root, BACKSLASH) ? TYPE : PATTERN;
      words.push(((indexOf.get(type)! << 16) | (check << 2) | kind) >>> 0);
    }
  }
  return Uint32Array.from([...starts, ...words]);
}

const BACKSLASH = 0x5c;

function canHold(node: PatternNode, byte: number): boolean {
  switch (node.kind) {
    case 'set':
      return node.set[byte] === 1;
    case 'sequence':
      return node.parts.some((part) => canHold(part, byte));
    case 'choice':
      return node.options.some((option) => canHold(option, byte));
    case 'repeat':
      return canHold(node.of, byte);
    default:
      return node satisfies never;
  }
}

function emailType({ atSign, unannounced, announced }: JsonTables, types: readonly CompiledType[]): number {
  if (unannounced.first[0x40] !== 0 || announced.first[0x40] !== 0) return OTHER;
  const [type, ...others] = atSign;
  if (type === undefined) return NO_EMAIL;
  const { patterns, validator } = type.document;
  const isKnown =
    others.length === 0 && patterns.length === 1 && patterns[0] === EMAIL_PATTERN && validator === 'email';
  return isKnown ? types.indexOf(type) : OTHER;
}

/** By the lower half of a byte a bit for each upper half; of bytes in words nothing. */
function plainStarts(first: Int32Array): Uint8Array {
  const starts = new Uint8Array(16);
  for (let byte = 0; byte < 0x80; byte++)
    if (first[byte] !== 0 && WORD_CODES[byte] === 0) starts[byte & 15]! |= 1 << (byte >> 4);
  return starts;
}

/** Offsets in bytes, and 1 added to those that the automaton has negative. */
function writeRows(to: Uint32Array, from: Int32Array): void {
  for (let i = 0; i < from.length; i++) {
    const row = from[i]!;
    to[i] = row < 0 ? -row * 4 + 1 : row * 4;
  }
}

const BITS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const c = String.fromCharCode(byte);
  return (
    (/\w/.test(c) ? WORD : 0) |
    (/[-+.0-9eE]/.test(c) ? IN_NUMBER : 0) |
    (byte >= 0x80 || /[\w .-]/.test(c) ? IN_TEXT_NAME : 0) |
    (/[\w.%+-]/.test(c) ? LOCAL_PART : 0)
  );
});
