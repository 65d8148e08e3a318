// A value that closes the attribute it stands in and adds a handler of events.
import type { Recognition } from '../../core/detector.ts';
import { decodeHtmlEntities } from '../../decoding/html-entities.ts';
import { isDocument, wordPairs } from '../prose.ts';
import { isEvent } from './attributes.ts';
import { isCodeSample } from './code-sample.ts';
import { found } from './found.ts';
import { BROWSER, isCall } from './script.ts';

/** Neighbouring plain words in front of a handler from which it is quoted in a sentence. */
const PROSE_PAIRS_MIN = 4;

const HANDLERS_READ_MAX = 400;

const HANDLER = /(?:^|["'`\s/])(on[a-z]{3,25})\s{0,20}=\s{0,20}["'`]?\s{0,20}([^\s"'`][^\n]{0,200})/gi;

/** `" onmouseover=alert(1) x="`: the value closes the attribute it stands in and adds a handler. */
export function inAttribute(text: string): Recognition | undefined {
  if (!text.includes('=')) return undefined;
  const quote = text.search(/["'`]/);
  let weak: Recognition | undefined;
  let read = 0;
  let isLong: boolean | undefined;
  for (const match of text.matchAll(HANDLER)) {
    if (++read > HANDLERS_READ_MAX) break;
    const name = match[1]!.toLowerCase();
    const value = match[2]!;
    if (!isEvent(name) || !isCall(value) || (value.startsWith('{') && !BROWSER.test(value))) continue;
    const closes = quote !== -1 && quote <= match.index;
    const isBrowsers = BROWSER.test(decodeHtmlEntities(decodeHtmlEntities(value.slice(0, 200))));
    const isCode = /\s=\s|^\s*(?:function\b|\(?\w*\)?\s*=>|new\b)|=>/.test(match[0]) && !isBrowsers;
    isLong ??= isDocument(text);
    const isProse =
      isLong || isCodeSample(text, match.index) || wordPairs(text.slice(0, match.index), 'end') >= PROSE_PAIRS_MIN;
    const recognition = found(
      isCode || isProse ? 0.3 : closes ? 0.92 : isBrowsers ? 0.85 : 0.6,
      `adds the event handler ${name}`,
      text,
      match.index,
    );
    if (recognition.confidence >= 0.8) return recognition;
    weak ??= recognition;
  }
  return weak;
}

/** `autof<x>ocus o<x>nfocus=alert<x>(1)`: filters that take tags out put the words together. */
export function inPieces(text: string): Recognition | undefined {
  if (text.length > 10_000 || !/<[^<>]{0,20}>/.test(text)) return undefined;
  const joined = text.replace(/<[^<>]{0,20}>/g, '');
  const recognition = inAttribute(joined);
  return recognition !== undefined &&
    recognition.confidence >= 0.8 &&
    inAttribute(text.replace(/<[^<>]{0,20}>/g, '\n')) === undefined
    ? recognition
    : undefined;
}
