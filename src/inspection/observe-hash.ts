// Hashes of identifiers, keyed with the installation's secret, so that an id is known again and nobody reads it back.
// HalfSipHash-2-4 with 64 bits of output (Aumasson, Bernstein; https://github.com/veorq/SipHash): a keyed hash made of 32-bit
// words, which JavaScript has, and cheap enough for every field. An HMAC costs twenty times as much.

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export class KeyedHash {
  readonly #k0: number;
  readonly #k1: number;

  /** @throws RangeError when the secret has fewer than 8 bytes */
  constructor(secret: Buffer) {
    if (secret.length < 8) throw new RangeError('a secret has at least 8 bytes');
    this.#k0 = secret.readInt32LE(0);
    this.#k1 = secret.readInt32LE(4);
  }

  /** 16 hex digits, of the text's UTF-16 code units. */
  of(text: string): string {
    let v0 = this.#k0;
    let v1 = this.#k1 ^ 0xee;
    let v2 = this.#k0 ^ 0x6c796765;
    let v3 = this.#k1 ^ 0x74656462;
    const { length } = text;
    // Two code units are a word; the last word carries what is left and the length.
    const words = (length >> 1) + 1;
    for (let i = 0; i < words; i++) {
      const at = i << 1;
      const isLast = i === words - 1;
      const m = isLast
        ? (length << 24) | (at < length ? text.charCodeAt(at) : 0)
        : text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16);
      v3 ^= m;
      for (let round = 0; round < 2; round++) {
        v0 = (v0 + v1) | 0;
        v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
        v0 = (v0 << 16) | (v0 >>> 16);
        v2 = (v2 + v3) | 0;
        v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
        v0 = (v0 + v3) | 0;
        v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
        v2 = (v2 + v1) | 0;
        v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
        v2 = (v2 << 16) | (v2 >>> 16);
      }
      v0 ^= m;
    }
    let high = 0;
    v2 ^= 0xee;
    for (let half = 0; half < 2; half++) {
      for (let round = 0; round < 4; round++) {
        v0 = (v0 + v1) | 0;
        v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
        v0 = (v0 << 16) | (v0 >>> 16);
        v2 = (v2 + v3) | 0;
        v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
        v0 = (v0 + v3) | 0;
        v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
        v2 = (v2 + v1) | 0;
        v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
        v2 = (v2 << 16) | (v2 >>> 16);
      }
      if (half === 0) {
        high = v1 ^ v3;
        v1 ^= 0xdd;
      }
    }
    return hexOf(high) + hexOf(v1 ^ v3);
  }
}

function hexOf(word: number): string {
  return HEX[word >>> 24]! + HEX[(word >>> 16) & 0xff]! + HEX[(word >>> 8) & 0xff]! + HEX[word & 0xff]!;
}
