// A data type document, compiled: when to try it, what must match, what must check out, and what the surroundings say.
import { RE2JS } from 're2js';
import type { DataTypeDocument } from '../core/document.ts';
import { FieldNames } from './field-names.ts';
import { PREFIX_POSITIONS, patternPrefix } from './pattern-prefix.ts';
import { type Validator, validatorNamed } from './validators.ts';

/** A match is looked for in at most this many characters from its start. */
const MATCH_CHARACTERS_MAX = 4_096;
/** A required-context type that may begin with more different bytes than this is tried under its field names only. */
const NARROW_BYTES_MAX = 40;
const PUBLISHER_BYTES_MAX = 70;

export interface CompiledPattern {
  readonly allowed: readonly Uint8Array[];
  readonly charactersMin: number;
  /** End of the match that begins exactly at `start`, or -1. */
  readonly endFrom: (text: string, start: number) => number;
}

export interface CompiledType {
  readonly document: DataTypeDocument;
  readonly patterns: readonly CompiledPattern[];
  readonly validator: Validator | undefined;
  readonly keys: FieldNames;
  readonly notKeys: FieldNames;
  readonly near: readonly string[];
  readonly isContextRequired: boolean;
  /** `anywhere`: wherever its first bytes are; `at-sign`: around an `@`; `by-name`: only as a whole value under its names. */
  readonly trigger: 'anywhere' | 'at-sign' | 'by-name';
  /** Of two types that match the same text, the one with the higher rank is right. */
  readonly rank: number;
}

/** @throws RangeError or SyntaxError naming the document when its validator or pattern is unusable */
export function compileType(document: DataTypeDocument): CompiledType {
  const patterns = document.patterns.map((source) => compilePattern(source, document.isShipped));
  const { context } = document;
  const isContextRequired = context.mode === 'required';
  const firstBytes = patterns.reduce((most, pattern) => Math.max(most, count(pattern.allowed[0]!)), 0);
  const hasAt = document.patterns.every((source) => source.includes('@'));
  const isNarrow = firstBytes <= (isContextRequired ? NARROW_BYTES_MAX : PUBLISHER_BYTES_MAX);
  return {
    document,
    patterns,
    validator: document.validator === undefined ? undefined : validatorNamed(document.validator),
    keys: new FieldNames(context.keys),
    notKeys: new FieldNames(context.notKeys),
    near: context.near.map((word) => word.toLowerCase()),
    isContextRequired,
    trigger:
      hasAt && firstBytes > NARROW_BYTES_MAX ? 'at-sign' : isNarrow || !isContextRequired ? 'anywhere' : 'by-name',
    rank: (document.validator === undefined ? 0 : 4) + (isContextRequired ? 2 : 0),
  };
}

function compilePattern(source: string, isShipped: boolean): CompiledPattern {
  const { allowed, charactersMin } = patternPrefix(source);
  if (isShipped) {
    const isCaseless = source.startsWith('(?i)');
    const sticky = new RegExp(isCaseless ? source.slice(4) : source, isCaseless ? 'iy' : 'y');
    return {
      allowed,
      charactersMin,
      endFrom: (text, start) => {
        sticky.lastIndex = start;
        return sticky.test(text) ? sticky.lastIndex : -1;
      },
    };
  }
  // An operator's pattern: linear time by RE2's algorithm, on a bounded piece of text.
  const linear = RE2JS.compile(source);
  return {
    allowed,
    charactersMin,
    endFrom: (text, start) => {
      const matcher = linear.matcher(text.slice(start, start + MATCH_CHARACTERS_MAX));
      return matcher.lookingAt() ? start + matcher.end() : -1;
    },
  };
}

function count(set: Uint8Array): number {
  return set.reduce((sum, one) => sum + one, 0);
}

/** True when the bytes at `start` may begin a match of the pattern. */
export function mayBegin(pattern: CompiledPattern, bytes: Uint8Array, start: number, end: number): boolean {
  if (start + pattern.charactersMin > end) return false;
  const length = Math.min(PREFIX_POSITIONS, pattern.charactersMin);
  for (let i = 0; i < length; i++) if (pattern.allowed[i]![bytes[start + i]!] === 0) return false;
  return true;
}
