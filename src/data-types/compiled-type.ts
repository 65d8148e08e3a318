// A data type document, compiled: when to try it, what must match, and what must check out.
import { RE2JS } from 're2js';
import type { DataTypeDocument } from '../core/document.ts';
import { SEVERITIES } from '../core/finding.ts';
import { bytesMax, bytesMin, type PatternNode, readPattern } from './pattern-tree.ts';
import { isChecksum, type Validator, validatorNamed } from './validators.ts';

/** A pattern that may begin with more different bytes than this is no way to find anything in running text. */
const FIRST_BYTES_MAX = 40;
const FIRST_BYTES_WITHOUT_CONTEXT_MAX = 70;
/** A shipped pattern without a bound of its own is followed this far from its start. */
const MATCH_BYTES_MAX = 8_192;

export interface CompiledPattern {
  readonly type: CompiledType;
  readonly root: PatternNode;
  /** The tree and the pattern mean the same, so that the automaton's answer needs no confirmation. */
  readonly isExact: boolean;
  /** 1 for each byte a match may begin with. */
  readonly firstBytes: Uint8Array;
  readonly bytesMin: number;
  readonly bytesMax: number;
  /** End of the match that begins exactly at `start`, or -1. For shipped patterns, on latin1 text. */
  readonly endFrom: (text: string, start: number) => number;
  /** The whole of a shipped pattern that is one class of characters, so many times. */
  readonly run: { readonly set: Uint8Array; readonly min: number; readonly max: number } | undefined;
  /** An operator's pattern: matches in any text, left to right, in time linear in the text. */
  readonly linear: RE2JS | undefined;
}

export interface CompiledType {
  readonly document: DataTypeDocument;
  readonly patterns: readonly CompiledPattern[];
  readonly validator: Validator | undefined;
  readonly isContextRequired: boolean;
  /**
   * `anywhere`: wherever its first bytes are; `at-sign`: around an `@`; `by-name`: only as the whole value of a field that is
   * named so.
   */
  readonly trigger: 'anywhere' | 'at-sign' | 'by-name';
  /** Of two types that match the same text, the one with the higher rank is right: a checksum says most, then a form that
   * needs no name. */
  readonly rank: number;
  /** 0 is the lightest. */
  readonly gravity: number;
}

/** What the automaton finds: a pattern of a type, or a word that makes types likely in the text behind it. */
export type Found =
  | { readonly kind: 'pattern'; readonly pattern: CompiledPattern; isExact: boolean }
  | { readonly kind: 'near'; readonly types: readonly CompiledType[]; readonly needsEnd: boolean };

/** @throws RangeError or SyntaxError when its validator or a pattern is unusable */
export function compileType(document: DataTypeDocument): CompiledType {
  const isContextRequired = document.context.mode === 'required';
  const patterns: CompiledPattern[] = [];
  const trees = document.patterns.map((source) => readPattern(source, document.isShipped ? 'latin1' : 'utf8'));
  const firstBytes = Math.max(0, ...trees.map(({ root }) => firstBytesOf(root).reduce((sum, one) => sum + one, 0)));
  const hasAt = document.isShipped && document.patterns.every((source) => source.includes('@'));
  const isNarrow = firstBytes <= (isContextRequired ? FIRST_BYTES_MAX : FIRST_BYTES_WITHOUT_CONTEXT_MAX);
  const type: CompiledType = {
    document,
    patterns,
    validator: document.validator === undefined ? undefined : validatorNamed(document.validator),
    isContextRequired,
    trigger:
      hasAt && firstBytes > FIRST_BYTES_MAX ? 'at-sign' : isNarrow || !isContextRequired ? 'anywhere' : 'by-name',
    rank: (isChecksum(document.validator) ? 2 : 0) + (isContextRequired ? 0 : 1),
    gravity: SEVERITIES.indexOf(document.severity),
  };
  for (const [i, { root, isExact }] of trees.entries()) {
    const source = document.patterns[i]!;
    patterns.push({
      type,
      root,
      isExact: isExact && document.isShipped,
      firstBytes: firstBytesOf(root),
      bytesMin: bytesMin(root),
      bytesMax: Math.min(MATCH_BYTES_MAX, bytesMax(root)),
      endFrom: document.isShipped ? stickyEnd(source) : linearEnd(source),
      run: document.isShipped ? runOf(source) : undefined,
      linear: document.isShipped ? undefined : RE2JS.compile(source),
    });
  }
  return type;
}

/** Vetted for V8: bounded, without nested quantifiers. */
function stickyEnd(source: string): CompiledPattern['endFrom'] {
  const isCaseless = source.startsWith('(?i)');
  const sticky = new RegExp(isCaseless ? source.slice(4) : source, isCaseless ? 'iy' : 'y');
  return (text, start) => {
    sticky.lastIndex = start;
    return sticky.test(text) ? sticky.lastIndex : -1;
  };
}

const ONE_CLASS = /^(\[(?:[^\]\\]|\\.)+\])\{(\d{1,4}),(\d{1,4})\}$/;

function runOf(source: string): CompiledPattern['run'] {
  const [, characters, min, max] = ONE_CLASS.exec(source) ?? [];
  if (characters === undefined) return undefined;
  const one = new RegExp(`^${characters}$`);
  const set = Uint8Array.from({ length: 256 }, (_, byte) => (one.test(String.fromCharCode(byte)) ? 1 : 0));
  return { set, min: Number(min), max: Number(max) };
}

function linearEnd(source: string): CompiledPattern['endFrom'] {
  const linear = RE2JS.compile(source);
  return (text, start) => {
    const matcher = linear.matcher(start === 0 ? text : text.slice(start));
    return matcher.lookingAt() ? start + matcher.end() : -1;
  };
}

function firstBytesOf(root: PatternNode): Uint8Array {
  const first = new Uint8Array(256);
  if (markFirst(root, first)) first.fill(1);
  return first;
}

/** Marks the bytes the node can begin with; true when it can be empty. */
function markFirst(node: PatternNode, first: Uint8Array): boolean {
  switch (node.kind) {
    case 'set':
      for (let byte = 0; byte < 256; byte++) if (node.set[byte] === 1) first[byte] = 1;
      return false;
    case 'sequence':
      return node.parts.every((part) => markFirst(part, first));
    case 'choice':
      return node.options.map((option) => markFirst(option, first)).includes(true);
    case 'repeat':
      return (node.max > 0 && markFirst(node.of, first)) || node.min === 0;
    default:
      return node satisfies never;
  }
}
