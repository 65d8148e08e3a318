// Where a JSON scan stands: the open objects and arrays, the current key of each object, and the keys already seen in it.
// Invariant: keys are spans of the text until somebody asks for one; duplicates are found on decoded names.
import { Fault } from '../core/fault.ts';
import { childPointer } from '../core/field.ts';
import type { Limits } from '../core/limits.ts';
import { hashOfBytes, type JsonTexts } from './json-texts.ts';

/** Below this many keys a linear search through an object's key hashes is cheaper than a Set. */
const LINEAR_KEYS_MAX = 24;

interface Level {
  isObject: boolean;
  index: number;
  keyStart: number;
  keyEnd: number;
  keyHasEscape: boolean;
  keyHash: number;
  keys: number;
  /** Where this object's key spans start in the shared arrays. */
  firstKey: number;
  seen: Map<number, number[]> | undefined;
  /** Pointer of this object or array itself, once somebody asked: long keys are copied once, not once a field. */
  base: string | undefined;
}

export class JsonStack {
  depth = 0;
  isObject = false;
  readonly #bytes: Buffer;
  readonly #texts: JsonTexts;
  readonly #limits: Pick<Limits, 'jsonDepthMax' | 'jsonKeysPerObjectMax' | 'jsonKeyBytesMax'>;
  readonly #levels: Level[] = [];
  /** Hash, start, end and escape flag of each key of the open objects, four numbers a key. */
  readonly #keys: number[] = [];

  constructor(
    bytes: Buffer,
    texts: JsonTexts,
    limits: Pick<Limits, 'jsonDepthMax' | 'jsonKeysPerObjectMax' | 'jsonKeyBytesMax'>,
  ) {
    this.#bytes = bytes;
    this.#texts = texts;
    this.#limits = limits;
  }

  push(isObject: boolean): void {
    if (this.depth >= this.#limits.jsonDepthMax) throw new Fault('JSON_TOO_DEEP', 'client', 400);
    const level = this.#levels[this.depth];
    const firstKey = this.#keys.length;
    if (level === undefined) {
      this.#levels.push({
        isObject,
        index: 0,
        keyStart: 0,
        keyEnd: 0,
        keyHasEscape: false,
        keyHash: 0,
        keys: 0,
        firstKey,
        seen: undefined,
        base: undefined,
      });
    } else {
      level.isObject = isObject;
      level.index = 0;
      level.keys = 0;
      level.firstKey = firstKey;
      level.seen = undefined;
      level.base = undefined;
    }
    this.depth += 1;
    this.isObject = isObject;
  }

  pop(): void {
    this.depth -= 1;
    const level = this.#levels[this.depth]!;
    if (level.isObject) this.#keys.length = level.firstKey;
    this.isObject = this.depth > 0 && this.#levels[this.depth - 1]!.isObject;
  }

  nextIndex(): void {
    this.#levels[this.depth - 1]!.index += 1;
  }

  setKey(start: number, end: number, hasEscape: boolean): void {
    const level = this.#levels[this.depth - 1]!;
    level.keyStart = start;
    level.keyEnd = end;
    level.keyHasEscape = hasEscape;
    if (end - start > this.#limits.jsonKeyBytesMax || ++level.keys > this.#limits.jsonKeysPerObjectMax) {
      throw new Fault('JSON_TOO_LARGE', 'client', 400);
    }
    const hash = hasEscape ? hashOfText(this.key()) : hashOfBytes(this.#bytes, start, end);
    level.keyHash = hash;
    if (this.#isKnown(level, hash)) throw new Fault('JSON_DUPLICATE_KEY', 'client', 400);
    this.#keys.push(hash, start, end, hasEscape ? 1 : 0);
  }

  /** The current object's current key, decoded. */
  key(): string {
    return this.#keyOf(this.#levels[this.depth - 1]!);
  }

  /** The nearest key above the current value; empty when there is none. */
  name(): string {
    for (let i = this.depth - 1; i >= 0; i--) {
      const level = this.#levels[i]!;
      if (level.isObject) return this.#keyOf(level);
    }
    return '';
  }

  /** RFC 6901 pointer of the current value or key. */
  pointer(): string {
    let known = this.depth - 1;
    while (known > 0 && this.#levels[known]!.base === undefined) known -= 1;
    let pointer = known > 0 ? this.#levels[known]!.base! : '';
    for (let i = Math.max(0, known); i < this.depth; i++) {
      const level = this.#levels[i]!;
      level.base = pointer;
      pointer = childPointer(pointer, this.#token(level));
    }
    return pointer;
  }

  #token(level: Level): string | number {
    return level.isObject ? this.#keyOf(level) : level.index;
  }

  #keyOf({ keyStart, keyEnd, keyHasEscape, keyHash }: Level): string {
    return keyHasEscape ? textOfKey(this.#bytes, keyStart, keyEnd, true) : this.#texts.name(keyStart, keyEnd, keyHash);
  }

  #isKnown(level: Level, hash: number): boolean {
    const count = level.keys - 1;
    if (count < LINEAR_KEYS_MAX) {
      for (let i = level.firstKey; i < this.#keys.length; i += 4) {
        if (this.#keys[i] === hash && this.#isSameKey(level, i)) return true;
      }
      return false;
    }
    level.seen ??= this.#index(level);
    const sameHash = level.seen.get(hash);
    if (sameHash?.some((i) => this.#isSameKey(level, i)) === true) return true;
    if (sameHash === undefined) level.seen.set(hash, [this.#keys.length]);
    // Equal hashes of different keys are chosen by an attacker or astronomically rare; a few are plenty.
    else if (sameHash.push(this.#keys.length) > 64) throw new Fault('JSON_TOO_LARGE', 'client', 400);
    return false;
  }

  #index(level: Level): Map<number, number[]> {
    const seen = new Map<number, number[]>();
    for (let i = level.firstKey; i < this.#keys.length; i += 4) {
      const sameHash = seen.get(this.#keys[i]!);
      if (sameHash === undefined) seen.set(this.#keys[i]!, [i]);
      else sameHash.push(i);
    }
    return seen;
  }

  #isSameKey(level: Level, i: number): boolean {
    const [, start, end, hasEscape] = this.#keys.slice(i, i + 4) as [number, number, number, number];
    if (hasEscape === 0 && !level.keyHasEscape) {
      const isSameLength = end - start === level.keyEnd - level.keyStart;
      return isSameLength && this.#bytes.compare(this.#bytes, start, end, level.keyStart, level.keyEnd) === 0;
    }
    return (
      textOfKey(this.#bytes, start, end, hasEscape === 1) ===
      textOfKey(this.#bytes, level.keyStart, level.keyEnd, level.keyHasEscape)
    );
  }
}

function textOfKey(bytes: Buffer, start: number, end: number, hasEscape: boolean): string {
  return hasEscape
    ? (JSON.parse(bytes.toString('utf8', start - 1, end + 1)) as string)
    : bytes.toString('utf8', start, end);
}

function hashOfText(text: string): number {
  const bytes = Buffer.from(text, 'utf8');
  return hashOfBytes(bytes, 0, bytes.length);
}
