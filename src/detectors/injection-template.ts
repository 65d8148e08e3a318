// Server-side template injection: an expression between a template language's delimiters that computes or walks objects.
// `{{ name }}`, `${price}` and `{% if x %}` in a mail template are what templates are for.
import { AT, BRACE, DOLLAR, HASH, PERCENT } from '../core/characters.ts';
import type { FieldDetector, Recognition } from '../core/detector.ts';
import { isDocument, isInCodeSpan, plainWords } from './prose.ts';
import { noSettings } from './settings.ts';

export const injectionTemplate: FieldDetector = {
  kind: 'field',
  id: 'injection-template',
  classes: AT | BRACE | DOLLAR | PERCENT | HASH,
  settings: noSettings,
  load: () => (field) => inspect(field.text),
};

/** Opening and closing delimiters. Between them stand at most so many characters. */
const DELIMITERS: readonly (readonly [open: string, close: string])[] = [
  ['{{', '}}'],
  ['{%', '%}'],
  ['<%', '%>'],
  ['${', '}'],
  ['#{', '}'],
  ['*{', '}'],
  ['@{', '}'],
  ['%{', '}'],
  ['~{', '}'],
  ['[[', ']]'],
];
const BODY_CHARACTERS_MAX = 500;
/** `@(7*7)` of Razor and `{7*7}`. */
const SHORT = /@\((\s*\d[\d\s*+]{0,60})\)|\{(\d{1,6}\*\d{1,6})\}/g;

interface Expression {
  readonly body: string;
  readonly whole: string;
  readonly open: string;
}

/** Reads every delimiter once: the place of the next closing one is kept until it is passed. */
function* expressions(text: string): Generator<Expression> {
  for (const [open, close] of DELIMITERS) {
    let at = text.indexOf(open);
    let end = -1;
    while (at !== -1) {
      const from = at + open.length;
      if (end < from) end = text.indexOf(close, from);
      if (end === -1) break;
      if (end - from <= BODY_CHARACTERS_MAX && end > from)
        yield { body: text.slice(from, end).replace(/^[=-]/, ''), whole: text.slice(at, end + close.length), open };
      at = text.indexOf(open, from);
    }
  }
  for (const match of text.matchAll(SHORT))
    yield { body: match[1] ?? match[2]!, whole: match[0], open: match[1] === undefined ? '{' : '@(' };
}
/** Names that lead from a value to the runtime. */
const RUNTIME =
  /__[a-z]{2,20}__|\bgetClass\(|["'\])]\s*\.class\b|\.class\.(?:mro|base|forName|getClass|protectionDomain|classLoader|module)|\bclass\.forName|java\.lang|(?<![\\_-])\bRuntime\b(?![\\_-])|ProcessBuilder|freemarker|ObjectConstructor|\?new\(|\bT\(\s*(?:java|javax|org|com|sun|jdk)\.|\bself\.(?:__|module\b|_TemplateReference|environment|context)|\b_self\b|\benv\.(?:getRuntime|register)|registerUndefinedFilterCallback|\bconfig\.(?:items\(|from_|__|SECRET)|\brequest\.(?:application\b|__|environ\b)|\bcycler\.|\blipsum\.|\bjoiner\.__|\|\s*attr\s*\(|\bconstructor\b[.(['"\]]|\bprocess\.(?:mainModule|binding)|\brequire\s*\(|\bsystem\s*\(|\bpopen\b|\bpassthru\b|\bshell_exec\b|\bFile\.(?:open|read)|\bDir\.(?:entries|glob)|\bIO\.(?:popen|read|sysopen)|\bKernel\.(?:system|exec|open|fork|spawn)|['"](?:system|passthru|shell_exec|popen|exec)['"]|@java|#_memberAccess|\bfilter\s*\(\s*['"](?:system|exec)|\|\s*(?:map|filter|sort|reduce)\s*\(\s*['"]?(?:system|exec|passthru)|\bdump\s*\(|\bget_flashed_messages\.|\burl_for\.|\bself\b\s*\||\bsession\b\.__|\bapp\.request\.(?:server|cookies|headers|query)\b|\bfile_excerpt\s*\(|['"]\/(?:etc|proc|root)\/[\w.-]|\.setAttribute\s*\(/i;
const ARITHMETIC = /^\s*=?\s*['"]?\d+['"]?\s*[*+\-/^%]\s*['"]?\d+['"]?(?:\s*[*+\-/]\s*\d+)*\s*$/;
const EXPRESSIONS_READ_MAX = 2_000;
/** Plain words around an expression that is only mentioned. */
const PROSE_WORDS_MIN = 5;

/** The whole value is one look at what a template engine offers. */
const LOOK =
  /^\s*(?:\{\{-?\s*(?:config|self|_self|request|settings\.SECRET_KEY)\s*-?\}\}|\{%-?\s*debug\s*-?%\}|\{\$smarty\.\w{1,20}\})\s*$/;

function inspect(text: string): Recognition | undefined {
  if (text.length < 80 && LOOK.test(text)) return found(0.82, 'looks at what the template engine offers', text);
  let read = 0;
  let best: Recognition | undefined;
  for (const { body, whole, open } of expressions(text.slice(0, 1_000_000))) {
    if (++read > EXPRESSIONS_READ_MAX) break;
    const isWhole = whole.length + 24 >= text.trim().length;
    if (ARITHMETIC.test(body)) {
      const isQuoted = !isWhole && (plainWords(text) >= PROSE_WORDS_MIN || isInCodeSpan(text, text.indexOf(whole)));
      best ??= found(isWhole ? 0.88 : open === '{' || isQuoted ? 0.3 : 0.7, 'computes in a template expression', whole);
      if (best.confidence >= 0.8) return best;
    } else if (open !== '{' && RUNTIME.test(body)) {
      if (isDocument(text)) return undefined;
      return found(open === '<%' && !isWhole ? 0.6 : 0.95, 'reaches the runtime from a template expression', whole);
    }
  }
  if (best !== undefined) return best.confidence < 0.5 || isDocument(text) ? undefined : best;
  const directive =
    /#set\s*\(\s*\$\w{1,40}\s*=\s*(?:\d+\s*[*+]\s*\d|[^)]{0,100}(?:class\b|forName|Runtime))|\$\w{1,40}\.getClass\(|\$class\.(?:inspect|forName)\(|@\{?\s*System\.Diagnostics|[<[]#assign\s[^>\]]{1,200}(?:\?new|Execute)|#\{[^}]{0,100}(?:system|`|exec|IO\.)|\{php\}|\{system\(|<%=?\s*(?:system|exec|`|import os|Runtime)/i.exec(
      text,
    );
  return directive === null ? undefined : found(0.93, 'runs code in a template directive', directive[0]);
}

function found(confidence: number, what: string, matched: string): Recognition {
  return {
    confidence,
    what,
    matched: matched.slice(0, 120),
    ...(confidence < 0.8 ? { severity: 'low' as const } : {}),
  };
}
