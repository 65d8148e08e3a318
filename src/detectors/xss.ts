// Cross-site scripting: markup or script that runs in whoever looks at the value. The value is read in the places it may land:
// element content, behind a quote that closes an attribute, and inside a script string. Rich text without anything that runs is
// rich text.
import {
  AMPERSAND,
  ANGLE,
  BACKTICK,
  BRACKET,
  COLON,
  DOT,
  DOUBLE_QUOTE,
  EQUALS,
  PAREN,
  PLUS,
  QUOTE,
} from '../core/characters.ts';
import type { FieldDetector, Recognition } from '../core/detector.ts';
import type { Field } from '../core/field.ts';
import { isDocument, isSourceCode, wordPairs } from './prose.ts';
import { noSettings } from './settings.ts';
import { inAttribute, inPieces } from './xss/handlers.ts';
import { inMarkup } from './xss/markup.ts';
import { isPage, isPieceOfPage, takes } from './xss/page.ts';
import { inScript, scriptUrl, wholeExpression } from './xss/script.ts';

export const xss: FieldDetector = {
  kind: 'field',
  id: 'xss',
  classes: ANGLE | PAREN | QUOTE | DOUBLE_QUOTE | BACKTICK | COLON | EQUALS,
  settings: noSettings,
  load: () => inspect,
};

/** Without one of these nothing is called, fetched or set. */
const CALLS = PAREN | BRACKET | BACKTICK | EQUALS | COLON | DOT | PLUS | AMPERSAND;

function withoutMarkup(field: Field, text: string): Recognition | undefined {
  return inAttribute(text) ?? scriptUrl(text) ?? inScript(text) ?? inPieces(text) ?? wholeExpression(field, text);
}

function inspect(field: Field): Recognition | undefined {
  // Browsers skip NUL where it stands in a name; some filters take its escape out.
  const whole = /\0|\\0/.test(field.text) ? field.text.replace(/\0|\\0(?!\d)/g, '') : field.text;
  // `<![CDATA[<]]>SCRIPT<![CDATA[>]]>`: what reads XML puts the pieces together.
  const text = whole.includes('<![CDATA[<') ? whole.replace(/<!\[CDATA\[|\]\]>/g, '') : whole;
  const markup = text.indexOf('<') === -1 ? undefined : inMarkup(text, field);
  if (markup !== undefined && markup.confidence >= 0.8) {
    if (field.location !== 'body') return markup;
    if (isPage(text)) return takes(text) ? markup : undefined;
    const isShown =
      isSourceCode(text) ||
      (field.decodings.length > 0 && (isDocument(text) || wordPairs(text) >= 4)) ||
      isPieceOfPage(text);
    return isShown ? { ...markup, confidence: 0.45, severity: 'low' } : markup;
  }
  const weaker = (field.classes & CALLS) === 0 ? undefined : withoutMarkup(field, text);
  if (weaker !== undefined && weaker.confidence >= 0.8) return weaker;
  const best = markup ?? weaker;
  // What hardly says anything would only be noise.
  if (best === undefined || best.confidence <= 0.3) return undefined;
  return best.confidence < 0.5 && (isDocument(text) || wordPairs(text) >= 3) ? undefined : best;
}
