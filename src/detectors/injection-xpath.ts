// XPath injection: a value that closes a string of an XPath expression and goes on with a condition, a path or a function.
// What is SQL as well is named SQL; here is what only XPath says: axes, node tests, its own functions, a union of paths.
import { PAREN, PIPE, QUOTE, SLASH } from '../core/characters.ts';
import type { FieldDetector } from '../core/detector.ts';
import { noSettings } from './settings.ts';

const BREAKOUT =
  /^[^'"]{0,200}['"]\s*[\])]{0,4}\s*(?:\|\s*\/{1,2}[\w*@]|(?:or|and)\s+(?:(?:string-length|substring|contains|starts-with|count|name|local-name|position|text|node|normalize-space|translate|doc|document)\s*\(|\/{1,2}[\w*]+|\.\.\/|(?:child|parent|ancestor|descendant|following|preceding|self|attribute)(?:-or-self|-sibling)?::))/i;
/** `count(/child::node())`: looks at the document, and at nothing in it by its name. */
const AXES =
  /^\s*(?:count|string-length|name|not|boolean)\s*\(\s*\/{0,2}(?:child|parent|self|descendant|ancestor)::(?:node\(\)|\*)/;
const TAIL = /^[^'"]{0,200}['"]?\s*\]\s*(?:\|\s*)?\/{1,2}(?:\*|[\w-]+|@\*)(?:\s*[|[]|\s*$)/;

export const injectionXpath: FieldDetector = {
  kind: 'field',
  id: 'injection-xpath',
  classes: QUOTE | PIPE | PAREN | SLASH,
  settings: noSettings,
  load: () => (field) => {
    const { text } = field;
    if (field.of === 'file-name') return undefined;
    // A bracket that was opened before is closed by the expression's own author.
    const bracket = text.indexOf(']');
    const closesOwn = text.slice(0, Math.max(0, bracket)).includes('[');
    const match =
      BREAKOUT.exec(text) ??
      AXES.exec(text) ??
      (bracket !== -1 && bracket < 210 && !closesOwn ? TAIL.exec(text) : null);
    if (match === null) return undefined;
    return {
      confidence: 0.9,
      what: 'closes a string of an XPath expression and goes on',
      matched: match[0].slice(-120),
    };
  },
};
