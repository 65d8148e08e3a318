// Cross-site scripting: markup or script that runs in whoever looks at the value. The value is read with a small HTML
// tokenizer (WHATWG HTML §13.2.5, simplified) in the places it may land: element content, behind a quote that closes an
// attribute, and inside a script string. Rich text without anything that runs is rich text.
import { ANGLE, BACKTICK, COLON, DOUBLE_QUOTE, EQUALS, PAREN, QUOTE } from '../core/characters.ts';
import type { FieldDetector, Recognition } from '../core/detector.ts';
import type { Field } from '../core/field.ts';
import { decodeHtmlEntities } from '../decoding/html-entities.ts';
import { isDocument, isSourceCode, wordPairs } from './prose.ts';
import { noSettings } from './settings.ts';

/** Elements that run or fetch something by themselves. */
const ACTIVE = new Set(
  'script iframe object embed applet base meta link form frame frameset svg math style template portal isindex xml import foreignobject animate set handler listener bgsound layer ilayer noscript marquee keygen details dialog video audio source input button select textarea body html img image x xss a b span label'.split(
    ' ',
  ),
);
/** Of them, those that are an attack by being there at all. */
const RUNS_ALONE = new Set(
  'script iframe object embed applet base frame frameset portal isindex bgsound layer ilayer handler listener'.split(
    ' ',
  ),
);
const URL_ATTRIBUTES =
  /^(?:href|src|action|formaction|data|xlink:href|poster|background|lowsrc|dynsrc|code|codebase|manifest|from|to|values|srcset|ping|content|srcdoc|style)$/;
/** Words that begin like an event and are none. */
const NO_EVENT =
  /^on(?:set|ion|line|ly|ce|going|board(?:ing|ed)?|site|shore|wards?|looker|tology|demand|premises?|call|hand|ymous|slaught)$/;
/** Media types of script elements that hold data. */
const DATA_BLOCK =
  /^\s*(?:application\/(?:[\w.-]+\+)?json|text\/(?:plain|template|x-handlebars(?:-template)?|x-mustache))\s*$/i;
/** Neighbouring plain words in front of a handler from which it is quoted in a sentence. */
const PROSE_PAIRS_MIN = 4;
const ATTRIBUTES_READ_MAX = 1_000;
/** Attributes of tags that never close are read again by every tag behind; this many characters for each one of the text. */
const READ_AGAIN_MAX = 2;
const STYLE_CHARACTERS = 400;
const HANDLERS_READ_MAX = 400;

export const xss: FieldDetector = {
  kind: 'field',
  id: 'xss',
  classes: ANGLE | PAREN | QUOTE | DOUBLE_QUOTE | BACKTICK | COLON | EQUALS,
  settings: noSettings,
  load: () => inspect,
};

function inspect(field: Field): Recognition | undefined {
  // Browsers skip NUL where it stands in a name; some filters take its escape out.
  const text = /\0|\\0/.test(field.text) ? field.text.replace(/\0|\\0(?!\d)/g, '') : field.text;
  const markup = text.indexOf('<') === -1 ? undefined : inMarkup(text, field);
  if (markup !== undefined && markup.confidence >= 0.8) {
    if (isPage(text)) return TAKES.test(text) ? markup : undefined;
    return isSourceCode(text) ? { ...markup, confidence: 0.45, severity: 'low' } : markup;
  }
  const weaker =
    inAttribute(text) ?? scriptUrl(text) ?? inScript(text) ?? inPieces(text) ?? wholeExpression(field, text);
  if (weaker !== undefined && weaker.confidence >= 0.8) return weaker;
  const best = markup ?? weaker;
  // What hardly says anything would only be noise.
  if (best === undefined || best.confidence <= 0.3) return undefined;
  return best.confidence < 0.5 && (isDocument(text) || wordPairs(text) >= 3) ? undefined : best;
}

/** A whole page as editors and uploads send it: scripts and styles are what pages are made of. */
function isPage(text: string): boolean {
  return (
    text.length > 300 &&
    /^\s*(?:<\?xml[^>]{0,100}>\s*)?(?:<!--[^>]{0,400}-->\s*)?<(?:!doctype\s+html|html[\s>])/i.test(text) &&
    /<\/(?:head|body|title)>/i.test(text.slice(0, 100_000))
  );
}

/** What script that is smuggled into a page does in it, and the page's own has no need of. */
const TAKES =
  /\b(?:alert|prompt|confirm|eval|atob)\s{0,4}[(`]|document\s{0,4}\.\s{0,4}cookie|String\.fromCharCode|javascript:(?!\s*(?:void|;|["']))/;

/** `autof<x>ocus o<x>nfocus=alert<x>(1)`: filters that take tags out put the words together. */
function inPieces(text: string): Recognition | undefined {
  if (text.length > 10_000 || !/<[^<>]{0,20}>/.test(text)) return undefined;
  const joined = text.replace(/<[^<>]{0,20}>/g, '');
  const recognition = inAttribute(joined);
  return recognition !== undefined &&
    recognition.confidence >= 0.8 &&
    inAttribute(text.replace(/<[^<>]{0,20}>/g, '\n')) === undefined
    ? recognition
    : undefined;
}

/** Calls of the browser in a spelling that no program uses, or as the whole value where a word or a number belongs. */
const ODD_CALL =
  /(?:^|[^\w$.])(?:\(\s*(?:alert|confirm|prompt|eval)\s*\)\s*[(`]|(?:alert|confirm|prompt)\s*(?:\?\.\s*\(|\.\s*(?:call|apply|bind)\s*[(`]|`)|(?:window|self|top|parent|this|globalThis|frames)\s*\[\s*['"`/][^\]]{1,60}\]\s*[(`]|eval\s*\(\s*(?:atob|String\.fromCharCode|unescape|location|name)\b|(?:\[\]|[\w$]{1,30})\s*[.[]['"]?(?:constructor|filter|map|find|sort)['"]?\]?\s*(?:[.[]['"]?constructor['"]?\]?\s*)?\(\s*(?:['"`][^'"`]{0,80}(?:alert|prompt|confirm|document|eval)|alert|prompt|confirm|eval)|\bdocument\s*\[\s*['"`]|\bset(?:Timeout|Interval)\s*\(\s*['"`]|\bFunction\s*\(\s*['"`][^'"`]{0,60}\b(?:alert|prompt|confirm|eval)|onerror\s*=\s*(?:alert|eval|confirm|prompt|print)\s*[;}]\s*throw\b|location\s*=\s*['"`]javascript:)|\+ADw-\/?(?:script|img|svg|iframe|body)\b/i;
const PLAIN_CALL = /^[\s'"`;)}\]+*-]{0,12}(?:alert|confirm|prompt)\s*\([^\n]{0,80}\)[\s;'"`/+*-]{0,12}$/;

function wholeExpression(field: Field, text: string): Recognition | undefined {
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

const NAME_CHARACTERS_MAX = 40;

/** Where a tag's name ends; -1 when none begins here. White space and NUL may stand in front of the name. */
function nameEnd(text: string, from: number): number {
  const end = Math.min(text.length, from + NAME_CHARACTERS_MAX);
  let i = from;
  for (; i < end; i++) {
    const c = text.charCodeAt(i);
    // White space, NUL, double quote, apostrophe, slash, less, equals, greater.
    if (c <= 0x20 || c === 0x22 || c === 0x27 || c === 0x2f || (c >= 0x3c && c <= 0x3e)) break;
  }
  return i === from ? -1 : i;
}

/** Letters, `!`, `?` and `%`; a slash closes an element and runs nothing. */
function isTagStart(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || code === 0x21 || code === 0x3f || code === 0x25;
}

/** Tags in element content, also such that never close: browsers close them. */
function inMarkup(text: string, field: Field): Recognition | undefined {
  let weak: Recognition | undefined;
  let at = text.indexOf('<');
  const budget = { characters: READ_AGAIN_MAX * text.length + 8_192 };
  while (at !== -1) {
    let from = at + 1;
    while (from < at + NAME_CHARACTERS_MAX && text.charCodeAt(from) <= 0x20) from += 1;
    const end = isTagStart(text.charCodeAt(from)) ? nameEnd(text, from) : -1;
    if (end !== -1) {
      const found = inTag(text, at, end, text.slice(from, end).toLowerCase(), field, budget);
      if (found !== undefined && found.confidence >= 0.8) return found;
      weak ??= found;
    }
    at = text.indexOf('<', at + 1);
  }
  return weak;
}

const NO_ATTRIBUTES: readonly Attribute[] = [];

function inTag(
  text: string,
  at: number,
  end: number,
  name: string,
  field: Field,
  budget: { characters: number },
): Recognition | undefined {
  const attributes = text.charCodeAt(end) === 0x3e ? NO_ATTRIBUTES : readAttributes(text, end, budget);
  for (const { name: attribute, value } of attributes) {
    if (attribute === 'attributename' && /^(?:on|x?link:?href|href|style)/i.test(value))
      return found(0.9, `sets an event or a link by <${name}>`, text, at);
    if (/^data(?:src|fld|formatas)$/.test(attribute)) return found(0.85, 'binds markup from data', text, at);
    // `onClick={save}` is JSX in a code sample: nothing runs from it.
    if (isEvent(attribute) && value !== '')
      return found(
        (value.startsWith('{') && !BROWSER.test(value)) || isCodeSample(text, at) ? 0.3 : 0.95,
        `has the event handler ${attribute} on <${name}>`,
        text,
        at,
      );
    if (URL_ATTRIBUTES.test(attribute) && isScriptUrl(value))
      return found(0.95, `has a script URL in ${attribute} of <${name}>`, text, at);
    if (attribute === 'srcdoc') return found(0.9, 'has an inline document', text, at);
    if (attribute === 'style' && /expression\s*\(|-moz-binding|behaviou?r\s*:|javascript:/i.test(plainStyle(value)))
      return found(0.9, 'runs script from a style', text, at);
    if (name === 'meta' && attribute === 'http-equiv' && /refresh|set-cookie|content-security|^link$/i.test(value)) {
      const isUsed = attributes.some((one) => one.name === 'content');
      return found(isUsed && !isCodeSample(text, at) ? 0.85 : 0.3, 'redirects with a meta element', text, at);
    }
    if (name === 'meta' && /utf-?7/i.test(value)) return found(0.85, 'changes the charset of the page', text, at);
  }
  if (!ACTIVE.has(name)) return undefined;
  // Data blocks are never run (HTML §4.12.1): pages carry their structured data in them.
  if (name === 'script' && attributes.some((one) => one.name === 'type' && DATA_BLOCK.test(one.value)))
    return undefined;
  const mayBeNamed = name.startsWith('script') || name === 'xss' || RUNS_ALONE.has(name);
  const isCode = mayBeNamed && isCodeSample(text, at);
  // `<script>` and `<object>` in a sentence, or as a placeholder in a manual: nothing in them, nothing behind them.
  const isNamed =
    mayBeNamed &&
    attributes.length === 0 &&
    (isOnlyNamed(text, at, name) || (wasEscaped(field) && isWithoutScript(text, at)));
  if (name === 'script' || name === 'script/src') {
    const isOwn = isOwnScript(attributes, text, at);
    return found(isCode || isNamed ? 0.25 : isOwn ? 0.5 : 0.95, 'opens a script element', text, at);
  }
  if (name === 'xss')
    return found(isNamed && text.length > 200 ? 0.4 : 0.85, 'is the tag that scanners probe with', text, at);
  // Without an attribute an `<iframe>` shows nothing, an `<object>` loads nothing, and `List<Object>` is a type.
  if (RUNS_ALONE.has(name) && name !== 'script' && attributes.length === 0) return undefined;
  if (RUNS_ALONE.has(name))
    return found(
      isCode || isNamed ? 0.25 : name === 'iframe' && isWholeEmbed(text, field) ? 0.4 : 0.85,
      `opens <${name}>`,
      text,
      at,
    );
  if (name === 'style') budget.characters -= STYLE_CHARACTERS;
  if (
    name === 'style' &&
    budget.characters > 0 &&
    /@import\s*(?:url\s*\()?\s*['"]?\s*(?:javascript|data|\/\/|http)|expression\s*\(|javascript:|-moz-binding|behaviou?r\s*:/i.test(
      plainStyle(text.slice(at, at + STYLE_CHARACTERS)),
    )
  )
    return found(0.85, 'imports script in a style', text, at);
  if (name === 'link' && attributes.some((a) => a.name === 'rel' && /import|stylesheet/i.test(a.value))) {
    const isForeign = attributes.some((a) => a.name === 'href' && /^\s*(?:https?:)?\/\//i.test(a.value));
    const isAlone = text.length < 300 && text.slice(0, at).trim() === '' && !/>\s*\S/.test(text.slice(at));
    return isForeign ? found(isAlone ? 0.82 : 0.45, 'links a foreign style sheet', text, at) : undefined;
  }
  return undefined;
}

/** `<script src="../dist/tree.js"></script>` among other markup: a script of the page's own host, by its whole name. */
function isOwnScript(attributes: readonly Attribute[], text: string, at: number): boolean {
  const source = attributes.find((one) => one.name === 'src')?.value ?? '';
  return (
    /^(?:\.{1,2}\/|\/(?!\/))?[\w{}][\w./@{} -]{0,200}\.m?js(?:\?[\w.={} -]{0,80})?$/.test(source) &&
    /^<script[^>]{0,400}>\s*<\/script>/i.test(text.slice(at, at + 500))
  );
}

/** Editors embed videos by an iframe over https and nothing else. */
function isWholeEmbed(text: string, field: Field): boolean {
  return (
    field.text.length > 80 &&
    /<iframe[^>]+src=["']https:\/\/(?:www\.)?(?:youtube|youtube-nocookie|vimeo|google)\.com\//i.test(text)
  );
}

/** A style as CSS reads it: comments and escapes undone. */
function plainStyle(value: string): string {
  return decodeHtmlEntities(value.slice(0, 2_000))
    .replace(/\/\*[^*]{0,100}\*\//g, '')
    .replace(/\\([0-9a-f]{1,6})\s?/gi, (_, hex: string) =>
      String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff)),
    )
    .replaceAll('\\', '');
}

/** Markup that was written with entities is shown, not run, unless somebody decodes it once too often. */
function wasEscaped(field: Field): boolean {
  return field.decodings.includes('html');
}

function isWithoutScript(text: string, at: number): boolean {
  const close = text.indexOf('>', at);
  return close !== -1 && !/[(=`;]|<\/?[a-z]/i.test(text.slice(close + 1, close + 400).replace(/[.,;!?] /g, ' '));
}

/** `<name>` with neither a closing tag nor script behind it, in words or in a usage line. */
function isOnlyNamed(text: string, at: number, name: string): boolean {
  const close = text.indexOf('>', at);
  if (close === -1) return false;
  if (name !== 'script' && isDocument(text)) return true;
  const rest = text.slice(close + 1, close + 2_000);
  if (new RegExp(`</\\s*${name.slice(0, 12)}`, 'i').test(rest))
    return wordPairs(rest) >= 3 && !/[(=;`]/.test(rest.slice(0, 200));
  // Texts in languages without white space between words name it as well: letters in front, nothing that runs behind.
  if (name === 'script' && /[^\0-\u024f]{2}[^<>]{0,40}$/u.test(text.slice(Math.max(0, at - 60), at)))
    if (/^[^<>(=;`{[]{0,40}[^\0-\u024f]{2}[^<>(=;`{[]{0,400}$/u.test(rest)) return true;
  if (
    name === 'script' &&
    /[\p{L}]{2}[^<>]{0,40}$/u.test(text.slice(Math.max(0, at - 60), at)) &&
    !/[(=;`{[]/.test(rest.slice(0, 400)) &&
    text.length > 40
  )
    return true;
  if (name === 'script' || name === 'xss') return wordPairs(text) >= 3 && !/^[^<\n]{0,80}[(=`]/.test(rest);
  return !/[=(]/.test(rest.slice(0, 80)) && text.length > name.length + 4;
}

/** Inside a fenced or inline code sample markup is shown, not used. */
function isCodeSample(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 4_000), at);
  const fences = before.split('```').length - 1;
  if (fences % 2 === 1) return true;
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return (line.split('`').length - 1) % 2 === 1 && text.indexOf('`', at) !== -1;
}

interface Attribute {
  readonly name: string;
  readonly value: string;
}

const ATTRIBUTE =
  /[\s/"'\0]*([^\s/>"'=<\0][^\s/>=\0]{0,60})(?:[\s\0]*=[\s\0]*("[^"]{0,2000}"?|'[^']{0,2000}'?|`[^`]{0,2000}`?|[^\s>]{0,2000}))?/y;

function isEvent(name: string): boolean {
  const local = name.slice(name.lastIndexOf(':') + 1);
  return /^on[a-z]{3,25}$/.test(local) && !NO_EVENT.test(local);
}

function readAttributes(text: string, start: number, budget: { characters: number }): Attribute[] {
  const attributes: Attribute[] = [];
  let at = start;
  while (attributes.length < ATTRIBUTES_READ_MAX && budget.characters > 0 && at < text.length && text[at] !== '>') {
    ATTRIBUTE.lastIndex = at;
    const match = ATTRIBUTE.exec(text);
    if (match === null || ATTRIBUTE.lastIndex === at) break;
    budget.characters -= ATTRIBUTE.lastIndex - at;
    at = ATTRIBUTE.lastIndex;
    attributes.push({
      name: match[1]!.toLowerCase().replace(/^[^a-z]+/, ''),
      value: (match[2] ?? '').replace(/^["'`]|["'`]$/g, ''),
    });
  }
  return attributes;
}

const HANDLER = /(?:^|["'`\s/])(on[a-z]{3,25})\s{0,20}=\s{0,20}["'`]?\s{0,20}([^\s"'`][^\n]{0,200})/gi;

/** `" onmouseover=alert(1) x="`: the value closes the attribute it stands in and adds a handler. */
function inAttribute(text: string): Recognition | undefined {
  if (!text.includes('=')) return undefined;
  const quote = text.search(/["'`]/);
  let weak: Recognition | undefined;
  let read = 0;
  let isLong: boolean | undefined;
  for (const match of text.matchAll(HANDLER)) {
    if (++read > HANDLERS_READ_MAX) break;
    const name = match[1]!.toLowerCase();
    const value = match[2]!;
    if (NO_EVENT.test(name) || !isCall(value) || (value.startsWith('{') && !BROWSER.test(value))) continue;
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

/** The whole value is a script URL, with the white space and controls that browsers ignore. */
function scriptUrl(text: string): Recognition | undefined {
  if (/^\s*javascript:\s*(?:void\s*\(?\s*0?\s*\)?)?;?\s*$/i.test(text)) return undefined;
  return /[(`=]|%28|alert/i.test(text) && isScriptUrl(text) ? found(0.9, 'is a script URL', text, 0) : undefined;
}

function isScriptUrl(value: string): boolean {
  const plain = decodeHtmlEntities(value.slice(0, 300))
    .replace(/[\u0000-\u0020\u00a0]/g, '')
    .toLowerCase();
  return (
    // A sign that a charset of the page swallows may stand in front.
    /^[^\0-\u007f]?(?:javascript|vbscript|livescript|jscript):/.test(plain) ||
    /^data:(?:text\/html|image\/svg\+xml|text\/xml|application\/(?:xhtml\+)?xml|,|;|text\/javascript)/.test(plain)
  );
}

const BROWSER =
  /\.(?:map|forEach|some|every|find|filter|reduce|sort)\(\s*(?:alert|confirm|prompt|eval)\b|\b(?:alert|prompt|confirm|eval|fetch|setTimeout|setInterval|Function|atob|import|print)\s*(?:\(|`|\?\.)|\b(?:document\s*\.\s*(?:cookie|domain|write|location|body)|window\s*[.[]|top\s*\[|self\s*\[|parent\s*\[|location\s*(?:=|\.\s*(?:href|replace|assign))|localStorage|XMLHttpRequest|String\.fromCharCode)/;

function isCall(text: string): boolean {
  return (
    BROWSER.test(text) ||
    /[\w$\])]\s*[(`]/.test(text) ||
    /=/.test(text) ||
    /&(?:#|lpar)/i.test(text) ||
    /\\u00/.test(text)
  );
}

/** `';alert(1)//`: the value closes a script string and goes on with a call into the browser. */
function inScript(text: string): Recognition | undefined {
  const template = /\$\{\s*(?:alert|prompt|confirm|eval|fetch|document\.|window\.|self\[|top\[)[^}]{0,200}\}/.exec(
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

function found(confidence: number, what: string, text: string, at: number): Recognition {
  return {
    confidence,
    what,
    matched: text.slice(at, at + 120),
    ...(confidence < 0.8 ? { severity: 'low' as const } : {}),
  };
}
