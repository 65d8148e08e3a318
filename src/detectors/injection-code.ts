// Code injection: look-ups that fetch and run (Log4Shell), expression languages, calls into a language's runtime, and the
// opening bytes of serialised objects that run something when they are read back.
import {
  ALPHA,
  AMPERSAND,
  ANGLE,
  AT,
  BANG,
  BRACE,
  BRACKET,
  COLON,
  COMMA,
  CONTROL,
  DASH,
  DIGIT,
  DOLLAR,
  DOT,
  DOUBLE_QUOTE,
  HASH,
  JOINER,
  LEADING_NUMBER,
  NON_ASCII,
  PAREN,
  QUOTE,
  SEMICOLON,
  SLASH,
  SPACE,
  TOKEN,
} from '../core/characters.ts';
import type { FieldDetector, Recognition } from '../core/detector.ts';
import type { Field } from '../core/field.ts';
import { isDocument, wordPairs } from './prose.ts';
import { noSettings } from './settings.ts';

export const injectionCode: FieldDetector = {
  kind: 'field',
  id: 'injection-code',
  classes: ANGLE | BRACE | COLON | DOLLAR | PAREN | QUOTE | SEMICOLON | TOKEN,
  settings: noSettings,
  load: () => inspect,
};

/** Classes that no pattern below can do without, but for one. */
const PROSE = ALPHA | COMMA | DASH | DIGIT | LEADING_NUMBER | NON_ASCII | QUOTE | SEMICOLON | SPACE | TOKEN;

const LOOKUPS_UNFOLDED_MAX = 12;

function inspect(field: Field): Recognition | undefined {
  const { text } = field;
  if ((field.classes & DOLLAR) !== 0 && text.includes('${')) {
    const plain = unfoldLookups(text.slice(0, 8_192));
    if (
      /\$\{\s*(?:jndi|ctx:.*jndi|env:|sys:|java:|main:|bundle:|docker:|k8s:|spring:|script:|url:|dns:)/i.test(plain)
    ) {
      const isJndi = /\$\{\s*jndi\s*:/i.test(plain);
      if (isJndi || plain !== text.slice(0, 8_192))
        return found(0.97, 'has a look-up that loads code (Log4Shell)', text);
      if (/\$\{\s*(?:script|url|dns):/i.test(plain)) return found(0.9, 'has a look-up that runs or fetches', text);
    }
  }
  const serialised = serialisedObject(field);
  if (serialised !== undefined) return found(0.9, `is a serialised ${serialised} object`, text);
  // Words with commas between them are no code, whatever they say.
  if ((field.classes & ~PROSE) === 0 && !text.includes('ObjectDataProvider')) return undefined;
  // A moment, an address of a network: a word of code has two letters at least.
  if (!LETTERS.test(text)) return undefined;
  // Dots alone: an address, a domain, a name of a class.
  if ((field.classes & ~(PROSE | AT | DOT)) === 0 && !NAMES.test(text)) return undefined;
  const isLong = isDocument(text);
  for (const [pattern, what, needs] of CODE) {
    if ((field.classes & needs) === 0) continue;
    const match = pattern.exec(text.slice(0, 100_000));
    if (match === null) continue;
    // Articles, questions and editors: what the code stands in is about code.
    if (isLong) return undefined;
    const isProse =
      wordPairs(text.slice(0, match.index), 'end') >= 2 ||
      wordPairs(text.slice(match.index)) >= 3 ||
      isMeantThere(field, what);
    return found(isProse ? 0.4 : 0.9, what, text.slice(match.index));
  }
  return undefined;
}

/** Cells of notebooks hold programs; so do fields for code, where a page of PHP that only shows something breaks in nowhere. */
const CELL = /\/cells\/\d{1,6}\/source(?:\/|$)/;
const SCRIPT = /\/scripts\/[^/]{1,100}$/;
const CODE_NAME = /^(?:code|source(?:_?code)?|snippet|example|template)$/i;
const GRAVE =
  /\$\{?_|`|\b(?:eval|assert|system|exec|shell_exec|passthru|popen|proc_open|phpinfo|phpversion|php_uname|base64_decode|str_rot13|gzinflate|md5|chr|include|require|file\w*|fopen|readfile|fwrite|unlink|move_uploaded_file|call_user_func\w*|create_function|ini_set|curl_\w+|getenv|die|exit)\b/i;

function isMeantThere({ location, pointer, nestedPointer, name, text }: Field, what: string): boolean {
  if (location !== 'body') return false;
  if (CELL.test(nestedPointer ?? pointer)) return true;
  // `"clean": "node -e \"require('fs').rmSync('dist')\""`: a manifest's own script.
  if (SCRIPT.test(nestedPointer ?? pointer) && /^\s*(?:node|tsx|bun)\s+-(?:e|p|-eval|-print)\s/.test(text)) return true;
  return (
    what === 'opens PHP code' &&
    CODE_NAME.test(name) &&
    !GRAVE.test(text.replace(/\$_(?:GET|POST)\[['"]\w+['"]\]\s*\?\?/g, ''))
  );
}

/** What the patterns below know by a name with dots. */
const NAMES = /java|spring|groovy|class|process|rowset|builtins|server|ObjectDataProvider/i;
const LETTERS = /[A-Za-z_]{2}/;

/** Patterns, what they find, and the classes one of which whatever fits the pattern has. */
const CODE: readonly (readonly [pattern: RegExp, what: string, needs: number])[] = [
  [/<\?(?:php\b|=)\s*[^?]{0,400}(?:\(|\$_|echo|eval)/i, 'opens PHP code', ANGLE],
  [
    /(?:^|[;{}(\s"'@=|])(?:eval|assert|system|shell_exec|passthru|proc_open|popen|pcntl_exec|create_function|call_user_func(?:_array)?|preg_replace|base64_decode|phpinfo|file_put_contents)\s*\(\s*(?:\$_|base64_decode|chr\(|['"][^'"]{0,200}['"]\s*\)\s*;?|(?<=phpinfo\s{0,4}\(\s{0,4})\)|gzinflate|str_rot13)/i,
    'calls into the PHP runtime',
    PAREN,
  ],
  [
    /(?:^|[;"'.)\]}\s])(?:exit|die|print|echo|print_r|var_dump|printf)[\s(]{1,4}(?:md5|phpinfo|phpversion|php_uname|shell_exec|system|passthru|base64_decode|chr|getcwd|get_current_user|\$_(?:GET|POST|REQUEST|SERVER|COOKIE))\b\s*[(.[]/i,
    'calls into the PHP runtime',
    BRACKET | DOT | PAREN,
  ],
  [
    /\$\{\s{0,4}@\w{2,30}\s{0,4}\(|^\s*;?\s*(?:print|echo|die|exit|var_dump)\s*\(?\s*\d{1,9}\s*[*+]\s*\d{1,9}\s*\)?\s*;/,
    'evaluates an expression of PHP',
    PAREN | SEMICOLON,
  ],
  [/^\s*(?:java\.lang\.)?Thread\.sleep\s*\(\s*\d{1,9}\s*\)\s*;?\s*$/, 'makes the Java runtime wait', PAREN],
  [
    /\bServer\.(?:ScriptTimeout|CreateObject|Execute|MapPath)\b|\bResponse\.Write\s*\(|\bresponse\.write\s*\(\s*\d{1,12}\s*[*+]|\b[Cc]reate[Oo]bject\s*\(|\b[Ee]val\s*\(?\s*[Rr]equest\s*[.(["]|\bEx"\s*&\s*"e/,
    'calls into the ASP runtime',
    AMPERSAND | BRACKET | DOT | DOUBLE_QUOTE | PAREN,
  ],
  [
    /require\s*\(\s*['"](?:node:)?(?:child_process|fs|vm|net|os|http|https)['"]\s*\)\s*(?:\.\s*\w{1,40}\s*[.(`]|\[)|(?:^|[^=\s(,])require\s*\(\s*['"](?:node:)?(?:child_process|vm)['"]|process\.(?:mainModule|binding)\b|global\.process\b|_\$\$ND_FUNC\$\$_|constructor\s*\.\s*constructor\s*\(|this\.constructor\.constructor/,
    'calls into the Node runtime',
    DOLLAR | DOT | PAREN,
  ],
  [
    /__import__\s*\(\s*['"](?:os|subprocess|sys|pty|socket)|\bos\.(?:system|popen|exec[lv]\w*)\s*\(|subprocess\.(?:call|run|Popen|check_output)\s*\(|\beval\s*\(\s*compile\s*\(|__builtins__/,
    'calls into the Python runtime',
    JOINER | PAREN,
  ],
  [
    /Runtime\s*\.\s*getRuntime\s*\(|new\s+(?:java\.lang\.)?ProcessBuilder|java\.lang\.(?:Runtime|System|Class|ProcessBuilder)\b|@java\.lang\.|#_memberAccess|\(#\w+\s*=\s*[@#]|Class\.forName\s*\(|#(?:context|request|session|parameters)\[['"]|javax\.script\.ScriptEngine|org\.springframework|com\.sun\.rowset|groovy\.(?:lang|util)\.|T\(java\.|class\.module\.classLoader/,
    'calls into the Java runtime',
    DOT | HASH | PAREN | SPACE | CONTROL | NON_ASCII,
  ],
  [
    /!!(?:python\/|javax?\.|org\.|com\.sun|ruby\/)|!ruby\/(?:object|hash|struct)|tag:yaml\.org,2002:(?:python|java|ruby)/,
    'names a type that YAML would instantiate',
    BANG | COLON,
  ],
  [
    /"@type"\s*:\s*"(?:com\.sun|org\.apache|java\.|javax\.|ch\.qos)|\$type"?\s*:\s*"System\.|ObjectDataProvider/,
    'names a type that the parser would instantiate',
    -1,
  ],
  [
    /\b(?:rmi|ldaps?|dns|iiop|corba|nis):\/\/[^\s"']{1,200}\/?[^\s"']{0,100}(?=[}"']|$)(?<=jndi.{0,300})/i,
    'points at a naming service',
    SLASH,
  ],
];

/** Evaluates nested look-ups by their grammar: `${lower:j}`, `${::-j}`, `${env:X:-j}` all become `j`. */
function unfoldLookups(text: string): string {
  let current = text;
  for (let i = 0; i < LOOKUPS_UNFOLDED_MAX; i++) {
    const next = current.replace(
      /\$\{(?:(?:lower|upper):([^${}]{0,40})|[^${}]{0,60}:-([^${}]{0,80})|date:'([^'${}]{0,20})')\}/gi,
      (_, a?: string, b?: string, c?: string) => a ?? b ?? c ?? '',
    );
    if (next === current) break;
    current = next;
  }
  return current;
}

/** What a serialised object begins with, but for PHP's. */
const SERIALISED_FIRST = new Set([...'rHaA\u00acgKY\u0080cB'].map((c) => c.charCodeAt(0)));

function serialisedObject({ text, classes }: Field): string | undefined {
  const isPhp = (classes & DOUBLE_QUOTE) !== 0 && isPhpObject(text);
  if (isPhp) return 'PHP';
  if (!SERIALISED_FIRST.has(text.charCodeAt(0))) return undefined;
  if (
    /^(?:rO0AB|H4sIA{4,}.{0,20}rO0|\xac\xed\x00\x05|aced0005)/i.test(text) &&
    /^(?:rO0AB|\xac\xed|aced0005)/.test(text)
  )
    return 'Java';
  if (/^AAEAAAD\/{3,}/.test(text)) return '.NET';
  if (
    /^(?:gASV|gAJ|gAN[x}]|KGRwMA|Y29z\b|\x80\x04\x95|c(?:os|posix|__builtin__|subprocess)\n)/.test(text) &&
    text.length > 20
  )
    return 'Python';
  return /^BAh[bIo7[{]/.test(text) && text.length > 24 && /^[A-Za-z0-9+/=%-]+$/.test(text) ? 'Ruby' : undefined;
}

function isPhpObject(text: string): boolean {
  return text.includes(':"') && /(?:^|[;:{])[OC]:\d{1,4}:"[A-Za-z_\\][\w\\]{0,100}":\d{1,4}:\{/.test(text);
}

function found(confidence: number, what: string, text: string): Recognition {
  return {
    confidence,
    what,
    matched: text.slice(0, 120),
    ...(confidence < 0.8 ? { severity: 'low' as const } : { severity: 'critical' as const }),
  };
}
