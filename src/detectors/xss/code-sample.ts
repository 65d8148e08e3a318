// Markup that a text shows: in a code sample, in a sentence, in a usage line.
import type { Field } from '../../core/field.ts';
import { isDocument, plainWords, wordPairs } from '../prose.ts';

/** Plain words around the name of an element that is only mentioned. */
const NAMING_WORDS_MIN = 4;

/** Inside a fenced or inline code sample markup is shown, not used. */
export function isCodeSample(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 4_000), at);
  const fences = before.split('```').length - 1;
  if (fences % 2 === 1) return true;
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return (line.split('`').length - 1) % 2 === 1 && text.indexOf('`', at) !== -1;
}

/** Markup that was written with entities is shown, not run, unless somebody decodes it once too often. */
export function wasEscaped(field: Field): boolean {
  return field.decodings.includes('html');
}

export function isWithoutScript(text: string, at: number): boolean {
  const close = text.indexOf('>', at);
  return close !== -1 && !/[(=`;]|<\/?[a-z]/i.test(text.slice(close + 1, close + 400).replace(/[.,;!?] /g, ' '));
}

/** Without the other elements of a list: `<li>、<script> 或 <template> 元素`. */
function withoutNames(text: string): string {
  return text.replace(/<[a-z][a-z\d-]{0,20}>/g, '');
}

/** `<name>` with neither a closing tag nor script behind it, in words or in a usage line. */
export function isOnlyNamed(text: string, at: number, name: string): boolean {
  const close = text.indexOf('>', at);
  if (close === -1) return false;
  if (name !== 'script' && isDocument(text)) return true;
  const rest = text.slice(close + 1, close + 2_000);
  if (new RegExp(`</\\s*${name.slice(0, 12)}`, 'i').test(rest))
    return wordPairs(rest) >= 3 && !/[(=;`]/.test(rest.slice(0, 200));
  // Texts in languages without white space between words name it as well: letters in front, nothing that runs behind.
  if (name === 'script' && /[^\0-\u024f]{2}[^<>]{0,40}$/u.test(withoutNames(text.slice(Math.max(0, at - 100), at))))
    if (/^[^<>(=;`{[]{0,40}[^\0-\u024f]{2}[^<>(=;`{[]{0,400}$/u.test(withoutNames(rest))) return true;
  if (
    name === 'script' &&
    /[\p{L}]{2}[^<>]{0,40}$/u.test(text.slice(Math.max(0, at - 60), at)) &&
    !/[(=;`{[]/.test(rest.slice(0, 400)) &&
    text.length > 40
  )
    return true;
  // `<li>, <script> and <template> elements`: words around, and nothing behind that could run.
  if (name === 'script' && !/[(=;`{[]/.test(rest.slice(0, 400)))
    return plainWords(text.replace(/<[^<>]{0,40}>/g, ' ')) >= NAMING_WORDS_MIN || wordPairs(text) >= 2;
  if (name === 'script' || name === 'xss') return wordPairs(text) >= 3 && !/^[^<\n]{0,80}[(=`]/.test(rest);
  return !/[=(]/.test(rest.slice(0, 80)) && text.length > name.length + 4;
}
