// AssemblyScript. Which of many literal words stand in a text, sixteen places at a time. Of each word four bytes are looked
// for, by the half bytes they are made of; where all four fit, and three of them as a whole, the word itself is compared.
// Source: "Teddy" of Hyperscan; X. Wang, Y. Hong, H. Chang et al., "Hyperscan: A Fast Multi-pattern Regex Matcher for Modern
// CPUs", NSDI 2019. Built by `npm run wasm` into src/detectors/find-needles.wasm.ts.
// Invariant: a word is marked when and only when it stands in the text.

const BUCKET_WORDS_MAX: u32 = 64;
/** Of a word: the four bytes, which of them count, where they stand in it, where it stands, its length and its index. */
const ENTRY_BYTES: u32 = 24;
const BUCKET_BYTES: u32 = 4 + BUCKET_WORDS_MAX * ENTRY_BYTES;
/** Sixteen bytes in front of all tables: which buckets fit at each of sixteen places. */
const FITTING: u32 = 0;

let input: u32 = 0;
/** Four times sixteen bytes for low halves and sixteen for high ones; a bit for each bucket. */
let halves: u32 = 0;
/** Of each bucket the number of words, then its entries. */
let buckets: u32 = 0;
let found: u32 = 0;
/** A bit for each hash of the first three of a word's bytes that are looked for. */
let known: u32 = 0;

export function configure(inputAt: u32, halvesAt: u32, bucketsAt: u32, foundAt: u32, knownAt: u32): void {
  known = knownAt;
  input = inputAt;
  halves = halvesAt;
  buckets = bucketsAt;
  found = foundAt;
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function fits(at: u32, low: v128, high: v128): v128 {
  const bytes = v128.load(at);
  return v128.and(
    i8x16.swizzle(low, v128.and(bytes, i8x16.splat(15))),
    i8x16.swizzle(high, i8x16.shr_u(bytes, 4)),
  );
}

/** Marks the words that stand in the first `length` bytes of the input; 1 when one is marked that was not. */
export function search(length: u32): u32 {
  const end = input + length;
  const low0 = v128.load(halves, 0);
  const high0 = v128.load(halves, 16);
  const low1 = v128.load(halves, 32);
  const high1 = v128.load(halves, 48);
  const low2 = v128.load(halves, 64);
  const high2 = v128.load(halves, 80);
  const low3 = v128.load(halves, 96);
  const high3 = v128.load(halves, 112);
  let isFound: u32 = 0;
  for (let at = input; at < end; at += 16) {
    const fit = v128.and(
      v128.and(fits(at, low0, high0), fits(at + 1, low1, high1)),
      v128.and(fits(at + 2, low2, high2), fits(at + 3, low3, high3)),
    );
    if (!v128.any_true(fit)) continue;
    let places = i8x16.bitmask(i8x16.ne(fit, i8x16.splat(0)));
    v128.store(FITTING, fit);
    while (places != 0) {
      const place = ctz(places);
      places &= places - 1;
      if (mayBegin(at + place)) isFound |= compare(at + place, end, load<u8>(FITTING + place));
    }
  }
  return isFound;
}

/** Half bytes fit at many places, three whole bytes at few. */
// @ts-ignore
@inline
function mayBegin(at: u32): bool {
  const hash = ((load<u32>(at) & 0xffffff) * 0x9e3779b1) >> 16;
  return ((load<u8>(known + (hash >> 3)) >> <u8>(hash & 7)) & 1) != 0;
}

/** `fitting` has a bit for each bucket whose half bytes fit. */
function compare(at: u32, end: u32, fitting: u32): u32 {
  const four = load<u32>(at);
  let isFound: u32 = 0;
  for (let left = fitting; left != 0; left &= left - 1) {
    const bucket = buckets + ctz(left) * BUCKET_BYTES;
    const count = load<u32>(bucket);
    let entry = bucket + 4;
    for (let k: u32 = 0; k < count; k++) {
      if ((four & load<u32>(entry, 4)) == load<u32>(entry) && standsAt(entry, at, end)) isFound = 1;
      entry += ENTRY_BYTES;
    }
  }
  return isFound;
}

function standsAt(entry: u32, at: u32, end: u32): bool {
  const mark = found + load<u32>(entry, 20);
  if (load<u8>(mark) != 0) return false;
  const before = load<u32>(entry, 8);
  const word = load<u32>(entry, 12);
  const length = load<u32>(entry, 16);
  if (at < input + before || at - before + length > end) return false;
  const start = at - before;
  for (let i: u32 = 0; i < length; i++) if (load<u8>(start + i) != load<u8>(word + i)) return false;
  store<u8>(mark, 1);
  return true;
}
