// AssemblyScript. Where everything stands in memory: the text, the tables of src/data-types/json-tables.ts, and what is told
// to it and back.

/** Byte → bits: what it may be in. */
export const WORD: u32 = 1;
export const IN_NUMBER: u32 = 2;
/** In a name that stands in a text. */
export const IN_TEXT_NAME: u32 = 4;
/** In an e-mail address before the `@`. */
export const LOCAL_PART: u32 = 8;

/** The text, or a window into it. */
export let input: u32 = 0;
let bits: u32 = 0;
/** Remembered names: length, kind, the name's bytes, and what it means. */
export let names: u32 = 0;
let codes: u32 = 0;
/** Row of a context: its flags, then a byte for each type, 1 when its hits count there. */
let contexts: u32 = 0;
let contextBytes: u32 = 0;
/** In and out; see json-skipper.ts for the words. Memory, since a global costs a call to read. */
export let state: u32 = 0;
/** Levels that were opened and not closed. */
export let levels: u32 = 0;
/** Type, start and end of each hit. */
export let hits: u32 = 0;
export let hitsMax: u32 = 0;
/** Room for digits and marks. */
export let scratch: u32 = 0;
let automata: u32 = 0;
export let numberBytesMin: u32 = 0;
export let emailType: u32 = 0;

/** Of the automaton that holds where we are. */
export let first: u32 = 0;
export let next: u32 = 0;
export let classOf: u32 = 0;
/** Of a row, where it says what has ended. */
export let endsAt: u32 = 0;
export let lists: u32 = 0;
let needs: u32 = 0;
/** Bytes outside words with which something begins: by lower half, a bit for each upper half below 8; and beyond ASCII all or none. */
export let plainStartsAt: u32 = 0;
export let wideStarts: u32 = 0;

/** Where we are: the row of the context, behind its flags. */
export let accepts: u32 = 0;
export let isAnnounced: bool = false;

export function configure(block: u32): void {
  input = load<u32>(block);
  bits = load<u32>(block, 4);
  names = load<u32>(block, 8);
  codes = load<u32>(block, 12);
  contexts = load<u32>(block, 16);
  contextBytes = load<u32>(block, 20);
  state = load<u32>(block, 24);
  levels = load<u32>(block, 28);
  hits = load<u32>(block, 32);
  hitsMax = load<u32>(block, 36);
  scratch = load<u32>(block, 40);
  numberBytesMin = load<u32>(block, 44);
  emailType = load<u32>(block, 48);
  automata = block + 52;
  useAutomaton(false);
}

function useAutomaton(announced: bool): void {
  isAnnounced = announced;
  const at = announced ? automata + 32 : automata;
  first = load<u32>(at);
  next = load<u32>(at, 4);
  classOf = load<u32>(at, 8);
  endsAt = load<u32>(at, 12);
  lists = load<u32>(at, 16);
  needs = load<u32>(at, 20);
  plainStartsAt = load<u32>(at, 24);
  wideStarts = load<u32>(at, 28);
}

/** True when something in the context is judged by its name: nothing for us. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function enterContext(context: u32): bool {
  const row = contexts + context * contextBytes;
  const flags = load<u8>(row);
  accepts = row + 1;
  if (((flags & 1) != 0) != isAnnounced) useAutomaton(!isAnnounced);
  return (flags & 2) != 0;
}

// @ts-ignore
@inline
export function byteAt(at: u32): u32 {
  return load<u8>(at);
}

// @ts-ignore
@inline
export function bitsOf(byte: u32): u32 {
  return load<u8>(bits + byte);
}

// @ts-ignore
@inline
export function isWord(at: u32): bool {
  return (bitsOf(byteAt(at)) & WORD) != 0;
}

/** A word that starts with these two bytes and is shorter begins nothing; of many words this is all that has to be asked. */
// @ts-ignore
@inline
export function wordBytesMin(c: u32, second: u32): u32 {
  const pair = ((<u32>load<u8>(codes + c)) << 6) | (<u32>load<u8>(codes + second));
  return load<u16>(needs + (pair << 1));
}
