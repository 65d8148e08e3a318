// Text → 53 bits, well mixed: what tables and sketches of analysis key by, so that they hold no text of a transaction.
// Not a secret-keeping hash: identifiers that must not be guessed back are hashed in the worker, with a key.

/** Two 32-bit lanes mixed as in MurmurHash3's finaliser; the upper 21 bits of one and all of the other are kept. */
export function hashOf(text: string, seed = 0): number {
  let a = 0xdeadbeef ^ seed;
  let b = 0x41c6ce57 ^ seed;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x9e3779b1);
    b = Math.imul(b ^ code, 0x5f356495);
  }
  return finished(a, b);
}

/** hashOf three texts with a space between them, which are not put together for it. */
export function hashOfWords(first: string, second: string, third: string): number {
  let a = 0xdeadbeef | 0;
  let b = 0x41c6ce57;
  for (let word = 0; word < 3; word++) {
    const text = word === 0 ? first : word === 1 ? second : third;
    if (word > 0) {
      a = Math.imul(a ^ SPACE, 0x9e3779b1);
      b = Math.imul(b ^ SPACE, 0x5f356495);
    }
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      a = Math.imul(a ^ code, 0x9e3779b1);
      b = Math.imul(b ^ code, 0x5f356495);
    }
  }
  return finished(a, b);
}

const SPACE = 0x20;

function finished(one: number, other: number): number {
  const a = Math.imul(one ^ (one >>> 16), 0x85ebca6b) ^ Math.imul(other ^ (other >>> 13), 0xc2b2ae35);
  const b = Math.imul(other ^ (other >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (b & 0x1fffff) * 0x1_0000_0000 + (a >>> 0);
}

/** Both numbers as one, for pairs such as principal and object. */
export function pairOf(a: number, b: number): number {
  const low = Math.imul((a >>> 0) ^ Math.imul(b >>> 0, 0x9e3779b1), 0x85ebca6b);
  const high = Math.imul(Math.floor(a / 0x1_0000_0000) ^ ((b >>> 0) + (low >>> 15)), 0xc2b2ae35);
  const mixed = low ^ (high >>> 13) ^ Math.floor(b / 0x1_0000_0000);
  return ((high ^ (mixed >>> 7)) & 0x1fffff) * 0x1_0000_0000 + (mixed >>> 0);
}

/** The lower 32 bits of `pairOf(a, b)`, of each number's upper 21 and lower 32 bits: what a filter asks for, at a third of the cost. */
export function lowOfPair(aHigh: number, aLow: number, bHigh: number, bLow: number): number {
  const low = Math.imul(aLow ^ Math.imul(bLow, 0x9e3779b1), 0x85ebca6b);
  const high = Math.imul(aHigh ^ (bLow + (low >>> 15)), 0xc2b2ae35);
  return low ^ (high >>> 13) ^ bHigh;
}

/** The upper bits of a hash, of which the lower 32 are `hash | 0`. */
export function highOf(hash: number): number {
  return Math.floor(hash / 0x1_0000_0000);
}

/** The first 52 bits of a hash that the worker made, 16 hexadecimal digits. */
export function numberOfHash(hex: string): number {
  if (hex.length < HASH_DIGITS) return Number.parseInt(hex, 16);
  let high = 0;
  let low = 0;
  // Digit by digit costs a third of cutting it out and having it parsed.
  for (let i = 0; i < HASH_DIGITS; i++) {
    const digit = digitOf(hex.charCodeAt(i));
    if (digit === -1) return Number.parseInt(hex.slice(0, HASH_DIGITS), 16);
    if (i < HIGH_DIGITS) high = (high << 4) | digit;
    else low = (low << 4) | digit;
  }
  return high * LOW_SPAN + low;
}

const HASH_DIGITS = 13;
const HIGH_DIGITS = 6;
/** Seven digits. */
const LOW_SPAN = 0x1000_0000;

function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  return code >= 0x41 && code <= 0x46 ? code - 0x37 : -1;
}
