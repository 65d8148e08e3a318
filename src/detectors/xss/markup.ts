// Tags in element content, read with a small HTML tokenizer (WHATWG HTML §13.2.5, simplified): what runs or fetches by itself.
import type { Recognition } from '../../core/detector.ts';
import type { Field } from '../../core/field.ts';
import { decodeHtmlEntities } from '../../decoding/html-entities.ts';
import { type Attribute, isEvent, isScriptUrl, readAttributes } from './attributes.ts';
import { isCodeSample, isOnlyNamed, isWithoutScript, wasEscaped } from './code-sample.ts';
import { found } from './found.ts';
import { isEmbed } from './page.ts';
import { BROWSER } from './script.ts';

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

const ABSOLUTE = /^[\s\0]*(?:[a-z][a-z\d+.-]*:|[/\\]|&)/i;

/** Media types of script elements that hold data. */
const DATA_BLOCK =
  /^\s*(?:application\/(?:[\w.-]+\+)?json|text\/(?:plain|template|x-handlebars(?:-template)?|x-mustache))\s*$/i;

/** Attributes of tags that never close are read again by every tag behind; this many characters for each one of the text. */
const READ_AGAIN_MAX = 2;

const STYLE_CHARACTERS = 400;

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
export function inMarkup(text: string, field: Field): Recognition | undefined {
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
    const isOwn = isOwnScript(attributes, text, at) || (field.location === 'body' && isEmbed(text, at));
    return found(isCode || isNamed ? 0.25 : isOwn ? 0.5 : 0.95, 'opens a script element', text, at);
  }
  if (name === 'xss')
    return found(isNamed && text.length > 200 ? 0.4 : 0.85, 'is the tag that scanners probe with', text, at);
  // Without an attribute an `<iframe>` shows nothing, an `<object>` loads nothing, and `List<Object>` is a type.
  if (RUNS_ALONE.has(name) && attributes.every((one) => one.value === '')) return undefined;
  // What does not begin like an address moves nothing away from its own host.
  if (name === 'base' && !attributes.some((one) => one.name === 'href' && ABSOLUTE.test(one.value))) return undefined;
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
