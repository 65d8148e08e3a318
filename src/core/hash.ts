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
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (b & 0x1fffff) * 0x1_0000_0000 + (a >>> 0);
}

/** Both numbers as one, for pairs such as principal and object. */
export function pairOf(a: number, b: number): number {
  const low = Math.imul((a >>> 0) ^ Math.imul(b >>> 0, 0x9e3779b1), 0x85ebca6b);
  const high = Math.imul(Math.floor(a / 0x1_0000_0000) ^ ((b >>> 0) + (low >>> 15)), 0xc2b2ae35);
  const mixed = low ^ (high >>> 13) ^ Math.floor(b / 0x1_0000_0000);
  return ((high ^ (mixed >>> 7)) & 0x1fffff) * 0x1_0000_0000 + (mixed >>> 0);
}

/** The first 52 bits of a hash that the worker made, 16 hexadecimal digits. */
export function numberOfHash(hex: string): number {
  return Number.parseInt(hex.slice(0, 13), 16);
}
