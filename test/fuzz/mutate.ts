// Seeded mutations of known inputs. The same seed makes the same inputs on every machine.

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  /** 0 … below − 1. Xorshift, Marsaglia 2003. */
  below(below: number): number {
    let x = this.#state;
    x ^= x << 13;
    x >>>= 0;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state % below;
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

/** What parsers trip over, whatever they parse. */
const TOKENS = [
  '\0',
  '\r',
  '\n',
  '\r\n',
  '\r\n\r\n',
  ' ',
  '\t',
  '\x0b',
  '\x7f',
  '\x80',
  '\xff',
  '\xc0\xae',
  '\xed\xa0\x80',
  '\xef\xbb\xbf',
  '"',
  "'",
  '\\',
  '\\u0000',
  '\\ud800',
  '%',
  '%00',
  '%2e%2e%2f',
  '%zz',
  '..',
  '../',
  '//',
  '/',
  '?',
  '#',
  '&',
  '=',
  ';',
  ':',
  ',',
  '@',
  '{',
  '}',
  '[',
  ']',
  '[[[[[[[[',
  '<',
  '>',
  '<!DOCTYPE',
  '&a;',
  '*a',
  '&a',
  '- ',
  '--',
  '---\n',
  '|',
  '>-',
  '!!js',
  '0',
  '-1',
  '1e999',
  '9007199254740993',
  '00',
  '0x10',
  'null',
  'true',
  '__proto__',
  'constructor',
  'chunked',
  'Content-Length: 0\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Host: b\r\n',
  'HTTP/1.1',
  'GET / ',
  'boundary=',
  '::1',
  '127.0.0.1',
  '999.1.1.1',
  'for=',
  '𝒳',
  '\u202e',
  'é',
].map((token) => Buffer.from(token, 'latin1'));

const BYTES_MAX = 4_096;

export function mutated(random: Random, seeds: readonly Buffer[]): Buffer {
  let bytes = Buffer.from(random.of(seeds));
  const steps = 1 + random.below(4);
  for (let step = 0; step < steps; step++) bytes = mutatedOnce(random, bytes, seeds);
  return bytes.subarray(0, BYTES_MAX);
}

function mutatedOnce(random: Random, bytes: Buffer<ArrayBuffer>, seeds: readonly Buffer[]): Buffer<ArrayBuffer> {
  const at = random.below(bytes.length + 1);
  switch (random.below(8)) {
    case 0: {
      const copy = Buffer.from(bytes);
      if (copy.length > 0) copy[at % copy.length]! ^= 1 << random.below(8);
      return copy;
    }
    case 1: {
      const copy = Buffer.from(bytes);
      if (copy.length > 0) copy[at % copy.length] = random.below(256);
      return copy;
    }
    case 2:
    case 3:
      return Buffer.concat([bytes.subarray(0, at), random.of(TOKENS), bytes.subarray(at)]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + random.below(8)))]);
    case 5: {
      const end = Math.min(bytes.length, at + 1 + random.below(16));
      const times = 1 + random.below(8);
      return Buffer.concat([
        bytes.subarray(0, end),
        ...Array.from({ length: times }, () => bytes.subarray(at, end)),
        bytes.subarray(end),
      ]);
    }
    case 6: {
      const other = random.of(seeds);
      return Buffer.concat([bytes.subarray(0, at), other.subarray(random.below(other.length + 1))]);
    }
    default:
      return Buffer.from(bytes.subarray(0, at));
  }
}
