// Pairs of names and values: url-encoded forms, and the fields of multipart bodies.
import { decoded, formEscapeAt, leadBack } from './decoded.ts';
import { type NameContext, type NameContexts, NO_CONTEXT } from './name-contexts.ts';
import type { Pass } from './pass.ts';
import { scanJson } from './scan-json.ts';
import { scanNamed, scanText } from './scan-text.ts';

const NAME_BYTES_MAX = 128;
const NOTHING_OPEN: readonly number[] = [];

export function scanForm(pass: Pass, names: NameContexts): void {
  const { bytes } = pass;
  let start = 0;
  while (start < bytes.length) {
    let stop = start;
    let equals = -1;
    let hasEscape = false;
    while (stop < bytes.length && bytes[stop] !== 0x26) {
      if (bytes[stop] === 0x3d && equals === -1) {
        equals = stop;
        if (hasEscape) scanValue(pass, names, NO_CONTEXT, start, stop, true);
        hasEscape = false;
      } else if (bytes[stop] === 0x25 || bytes[stop] === 0x2b) hasEscape = true;
      stop += 1;
    }
    const context = equals === -1 ? NO_CONTEXT : contextOf(bytes, names, start, equals);
    scanValue(pass, names, context, equals === -1 ? start : equals + 1, stop, hasEscape);
    start = stop + 1;
  }
}

function contextOf(bytes: Buffer, names: NameContexts, start: number, end: number): NameContext {
  if (end - start > NAME_BYTES_MAX) return NO_CONTEXT;
  const name = decoded(bytes, start, end, formEscapeAt);
  return names.lookUp(name, 0, name.length, NOTHING_OPEN);
}

function scanValue(
  pass: Pass,
  names: NameContexts,
  context: NameContext,
  start: number,
  stop: number,
  hasEscape: boolean,
): void {
  if (!hasEscape) {
    scanNamed(pass, context, start, stop, true);
    return;
  }
  const inner = pass.fork(decoded(pass.bytes, start, stop, formEscapeAt));
  const first = inner.bytes[0];
  if (first === 0x7b || first === 0x5b) scanJson(inner, names);
  else scanNamed(inner, context, 0, inner.bytes.length, true);
  leadBack(pass, inner, start, stop, formEscapeAt);
}

const PART_HEADER = Buffer.from('form-data', 'latin1');
const HEAD_END = Buffer.from('\r\n\r\n', 'latin1');
const PART_END = Buffer.from('\r\n--', 'latin1');
const HEAD_BYTES_MAX = 4_096;

/** Each part's text under the part's name. What is between the parts is scanned as text. */
export function scanMultipart(pass: Pass, names: NameContexts): void {
  const { bytes } = pass;
  let at = 0;
  while (at < bytes.length) {
    const header = bytes.indexOf(PART_HEADER, at, 'latin1');
    const headEnd = header === -1 ? -1 : bytes.indexOf(HEAD_END, header, 'latin1');
    if (headEnd === -1) break;
    const head = bytes.toString('latin1', header, Math.min(headEnd, header + HEAD_BYTES_MAX));
    const name = /;\s{0,4}name="([^"]{1,128})"/.exec(head)?.[1];
    const start = headEnd + HEAD_END.length;
    const close = bytes.indexOf(PART_END, headEnd, 'latin1');
    const stop = close === -1 ? bytes.length : Math.max(start, close);
    scanText(pass, names, 'text', at, start);
    const spelled = Buffer.from(name ?? '', 'latin1');
    const context = names.lookUp(spelled, 0, spelled.length, NOTHING_OPEN);
    const before = pass.hits.length;
    pass.context = context;
    pass.regionEnd = stop;
    scanText(pass, names, 'text', start, stop);
    if (context.byName.length > 0) pass.judgeByName(before, start, stop);
    pass.context = NO_CONTEXT;
    pass.regionEnd = bytes.length;
    at = stop;
  }
  scanText(pass, names, 'text', at, bytes.length);
}
