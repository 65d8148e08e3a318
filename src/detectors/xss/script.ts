// Script without markup: calls into the browser, script URLs, and what closes a string of a script.
import type { Recognition } from '../../core/detector.ts';
import type { Field } from '../../core/field.ts';
import { isDocument, wordPairs } from '../prose.ts';
import { isScriptUrl } from './attributes.ts';
import { found } from './found.ts';

const PROSE_PAIRS_MIN = 4;

export const BROWSER =
  /\.(?:map|forEach|some|every|find|filter|reduce|sort)\(\s*(?:alert|confirm|prompt|eval)\b|\b(?:alert|prompt|confirm|eval|fetch|setTimeout|setInterval|Function|atob|import|print)\s*(?:\(|`|\?\.)|\b(?:document\s*\.\s*(?:cookie|domain|write|location|body)|window\s*[.[]|top\s*\[|self\s*\[|parent\s*\[|location\s*(?:=|\.\s*(?:href|replace|assign))|localStorage|XMLHttpRequest|String\.fromCharCode)/;

export function isCall(text: string): boolean {
  return (
    BROWSER.test(text) ||
    /[\w$\])]\s*[(`]/.test(text) ||
    /=/.test(text) ||
    /&(?:#|lpar)/i.test(text) ||
    /\\u00/.test(text)
  );
}

/** Calls of the browser in a spelling that no program uses, or as the whole value where a word or a number belongs. */
const ODD_CALL =
  /(?:^|[^\w$.])(?:\(\s*(?:alert|confirm|prompt|eval)\s*\)\s*[(`]|(?:alert|confirm|prompt)\s*(?:\?\.\s*\(|\.\s*(?:call|apply|bind)\s*[(`]|`)|(?:window|self|top|parent|this|globalThis|frames)\s*\[\s*['"`/][^\]]{1,60}\]\s*[(`]|eval\s*\(\s*(?:atob|String\.fromCharCode|unescape|location|name)\b|(?:\[\]|[\w$]{1,30})\s*[.[]['"]?(?:constructor|filter|map|find|sort)['"]?\]?\s*(?:[.[]['"]?constructor['"]?\]?\s*)?\(\s*(?:['"`][^'"`]{0,80}(?:alert|prompt|confirm|document|eval)|alert|prompt|confirm|eval)|\bdocument\s*\[\s*['"`]|\bset(?:Timeout|Interval)\s*\(\s*['"`]|\bFunction\s*\(\s*['"`][^'"`]{0,60}\b(?:alert|prompt|confirm|eval)|onerror\s*=\s*(?:alert|eval|confirm|prompt|print)\s*[;}]\s*throw\b|location\s*=\s*['"`]javascript:)|\+ADw-\/?(?:script|img|svg|iframe|body)\b/i;

const PLAIN_CALL = /^[\s'"`;)}\]+*-]{0,12}(?:alert|confirm|prompt)\s*\([^\n]{0,80}\)[\s;'"`/+*-]{0,12}$/;

export function wholeExpression(field: Field, text: string): Recognition | undefined {
  if (text.length > 400) return undefined;
  const odd = ODD_CALL.exec(text);
  if (odd !== null)
    return found(
      wordPairs(text) >= 2 || isDocument(text) ? 0.4 : 0.86,
      'calls into the browser in a spelling of attacks',
      text,
      odd.index,
    );
  if (!PLAIN_CALL.test(text)) return undefined;
  return found(field.location === 'body' ? 0.6 : 0.82, 'is a call into the browser', text, 0);
}

/** The whole value is a script URL, with the white space and controls that browsers ignore. */
export function scriptUrl(text: string): Recognition | undefined {
  if (/^\s*javascript:\s*(?:void\s*\(?\s*0?\s*\)?)?;?\s*$/i.test(text)) return undefined;
  return /[(`=]|%28|alert/i.test(text) && isScriptUrl(text) ? found(0.9, 'is a script URL', text, 0) : undefined;
}

/** `';alert(1)//`: the value closes a script string and goes on with a call into the browser. */
export function inScript(text: string): Recognition | undefined {
  const template =
    /\$\{\s*(?:alert|prompt|confirm|eval|fetch|document\.|window\.|self\[|top\[|[^}]{0,40}\.(?:map|forEach|some|every|find|filter|reduce|sort)\(\s*(?:alert|confirm|prompt|eval)\b)[^}]{0,200}\}/.exec(
      text.slice(0, 50_000),
    );
  if (template !== null) {
    const isQuoted = isDocument(text) || wordPairs(text) >= PROSE_PAIRS_MIN;
    return found(isQuoted ? 0.3 : 0.85, 'calls into the browser from a template literal', text, template.index);
  }
  const match = /^[^'"`\n]{0,200}(['"`])\s*\)*\s*(?:[;,}+\-*/%|&^]|\|\||&&)\s*([\s\S]{1,400})/.exec(text);
  if (match !== null) {
    const call = BROWSER.exec(match[2]!);
    if (call !== null && call.index < 60) {
      const ends = /(?:\/\/|<!--|-->|;|\+\s*['"`]|-\s*['"`])[^\n]{0,20}$/.test(match[2]!);
      if (isDocument(text) || wordPairs(text) >= PROSE_PAIRS_MIN) return undefined;
      return found(ends ? 0.9 : 0.75, 'closes a script string and calls into the browser', text, match.index);
    }
  }
  return undefined;
}
