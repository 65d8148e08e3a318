// Text, XML, and values on their own. Names are found where text has them: `ssn=…`, `SSN: …`, `<ssn>…`, `ssn="…"`.
import { decoded, leadBack, xmlEscapeAt } from './decoded.ts';
import { type NameContexts, NO_CONTEXT } from './name-contexts.ts';
import { actionsFor, type Pass } from './pass.ts';

const IN_TEXT = actionsFor('=:>');
const IN_VALUE = actionsFor('');
const NAME_BYTES_MAX = 40;
const TAG_BYTES_MAX = 256;
const VALUE_BYTES_MAX = 4_096;
const NOTHING_OPEN: readonly number[] = [];

/** Characters inside a name as people write it in running text. */
const IN_NAME = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 || /[\w .-]/.test(String.fromCharCode(byte)) ? 1 : 0,
);
/** Where an unquoted value ends. */
const ENDS_VALUE = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[\s&;,"'<>)\]}]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

/** Scans all of the pass's bytes; the pass's own context holds where the text names nothing nearer. */
export function scanText(
  pass: Pass,
  names: NameContexts,
  format: 'text' | 'xml',
  start = 0,
  end = pass.bytes.length,
): void {
  const { bytes } = pass;
  let i = start;
  while (i < end) {
    i = pass.run(i, end, IN_TEXT);
    if (i >= end) return;
    if (bytes[i] === 0x3e) i = scanElement(pass, names, format, i, end);
    else i = scanAssignment(pass, names, i, end);
  }
}

/** A value behind `=` or `:` at `at`, when what is in front of it is a telling name; returns where to go on. */
export function scanAssignment(pass: Pass, names: NameContexts, at: number, end: number): number {
  const { bytes } = pass;
  let nameEnd = at;
  if (nameEnd > 0 && (bytes[nameEnd - 1] === 0x20 || isQuote(bytes[nameEnd - 1]!))) nameEnd -= 1;
  let nameStart = nameEnd;
  const least = Math.max(0, nameEnd - NAME_BYTES_MAX);
  while (nameStart > least && IN_NAME[bytes[nameStart - 1]!] === 1) nameStart -= 1;
  if (nameEnd - nameStart < 2) return at + 1;
  const context = names.lookUp(bytes, nameStart, nameEnd, NOTHING_OPEN);
  if (context === NO_CONTEXT) return at + 1;
  let start = at + 1;
  while (start < end && bytes[start] === 0x20 && start < at + 4) start += 1;
  const quote = start < end && isQuote(bytes[start]!) ? bytes[start]! : 0;
  if (quote !== 0) start += 1;
  const stop = quote === 0 ? endOfValue(bytes, start, end) : endOfQuoted(bytes, start, end, quote);
  // In prose, `password: must be long` names nothing; a whole value is quoted, or joined by an equals sign.
  scanNamed(pass, context, start, stop, quote !== 0 || (bytes[at] === 0x3d && start === at + 1));
  return Math.max(stop, at + 1);
}

/** The text behind a tag. */
function scanElement(pass: Pass, names: NameContexts, format: 'text' | 'xml', at: number, end: number): number {
  const { bytes } = pass;
  let open = at - 1;
  const least = Math.max(0, at - TAG_BYTES_MAX);
  while (open > least && bytes[open] !== 0x3c && bytes[open] !== 0x3e) open -= 1;
  if (bytes[open] !== 0x3c || bytes[open + 1] === 0x2f || bytes[at - 1] === 0x2f) return at + 1;
  let nameEnd = open + 1;
  while (nameEnd < at && bytes[nameEnd]! > 0x20) nameEnd += 1;
  const found = names.lookUp(bytes, open + 1, nameEnd, NOTHING_OPEN);
  if (found === NO_CONTEXT && format === 'text') return at + 1;
  const close = bytes.indexOf(0x3c, at + 1);
  const stop = close === -1 ? end : Math.min(close, end);
  if (format === 'xml' && hasReference(bytes, at + 1, stop)) {
    const inner = pass.fork(decoded(bytes, at + 1, stop, xmlEscapeAt));
    scanNamed(inner, found, 0, inner.bytes.length, true);
    leadBack(pass, inner, at + 1, stop, xmlEscapeAt);
    return stop;
  }
  if (found === NO_CONTEXT) return at + 1;
  scanNamed(pass, found, at + 1, stop, true);
  return Math.max(stop, at + 1);
}

/** A value under a name. */
export function scanNamed(
  pass: Pass,
  context: Pass['context'],
  start: number,
  stop: number,
  isWholeValue: boolean,
): void {
  const outer = pass.context;
  const region = pass.regionEnd;
  const before = pass.hits.length;
  pass.context = context;
  pass.regionEnd = stop;
  pass.run(start, stop, IN_VALUE);
  if (isWholeValue && context.byName.length > 0) pass.judgeByName(before, start, stop);
  pass.regionEnd = region;
  pass.context = outer;
}

function hasReference(bytes: Buffer, start: number, stop: number): boolean {
  for (let i = start; i < stop; i++) if (bytes[i] === 0x26) return true;
  return false;
}

function isQuote(byte: number): boolean {
  return byte === 0x22 || byte === 0x27;
}

function endOfValue(bytes: Buffer, start: number, end: number): number {
  let i = start;
  // `SSN: 536 22 8754` has spaces inside: a space ends a value only in front of no digit.
  while (i < end && i - start < VALUE_BYTES_MAX) {
    if (ENDS_VALUE[bytes[i]!] === 1) {
      const next = i + 1 < end ? bytes[i + 1]! : 0;
      if (bytes[i] !== 0x20 || next < 0x30 || next > 0x39) break;
    }
    i += 1;
  }
  return i;
}

function endOfQuoted(bytes: Buffer, start: number, end: number, quote: number): number {
  let i = start;
  while (i < end && i - start < VALUE_BYTES_MAX && bytes[i] !== quote && bytes[i] !== 0x22 && bytes[i] !== 0x0a) i += 1;
  return i;
}
