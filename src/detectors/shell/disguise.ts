// Spellings that a shell undoes and nobody else uses: quotes and escapes inside words, variables that are empty, `$IFS` for
// white space, brace lists, wildcards that can only mean one file. What comes out plain and dangerous was disguised.
import { SENSITIVE_FILE } from './commands.ts';

/** Paths that wildcards are written for. */
const TARGETS =
  '/etc/passwd /etc/shadow /etc/group /etc/hosts /bin/cat /bin/ls /bin/sh /bin/bash /bin/nc /bin/id /bin/uname /bin/ping /usr/bin/id /usr/bin/whoami /usr/bin/nc /usr/bin/cat /usr/bin/curl /usr/bin/wget /usr/bin/head /usr/bin/tail /usr/bin/uname /usr/bin/python3 /usr/bin/base64'.split(
    ' ',
  );
const GLOB = /(?<![\w.*?/])\/[\w?*[\]-]{1,20}(?:\/[\w?*[\]-]{1,20}){1,3}(?![\w/*?])/g;
const GLOBS_READ_MAX = 20;

/** Spellings, and whether scripts in earnest have them as well. */
const SPELLINGS: readonly (readonly [spelling: RegExp, isOfScripts: boolean])[] = [
  [/\w\$\{?IFS\}?(?:\$\d)?\S/, false],
  [/(?:^|[;|&`(]\s{0,4})\{(?:cat|ls|ping|curl|wget|nc|bash|sh|echo|id|uname),[^\s}]{1,100}\}/, false],
  [
    /\$\{(?:PATH|HOME|PWD|SHELL|LS_COLORS)[:#%]|\$\{[A-Z_]+:\d+:\d+\}|\$\(printf\s|%(?:COMSPEC|PATHEXT|ProgramFiles|CommonProgramFiles):~/i,
    true,
  ],
  [/\bpowershell(?:\.exe)?\s+(?:-\w+\s+){0,5}-e(?:nc|ncodedcommand|c)?\s+[A-Za-z0-9+/=]{16}/i, false],
  [/\bIEX\s*\(\s*(?:New-Object|Invoke-|iwr|irm)\b|\bNet\.WebClient\)?\s*\.\s*Download(?:String|File)\s*\(/i, true],
  [/\/dev\/(?:tcp|udp)\/[\w.]+\/\d+/, false],
  [/\bcmd(?:\.exe)?\s*\/[ckr]\s+\S/i, true],
  [/\b(?:nc|ncat|netcat)\b[^|;&\n]{0,60}\s-[a-z]*[ec]\s+\/?(?:bin\/)?(?:ba|z|k|c|da)?sh\b/i, false],
  [/\bbash\s+-i\b/, false],
  [/\b(?:ba|z|k|da)?sh\s+-c\s+['"$`]/, true],
  [/\bbase64\s+(?:-d|--decode|-D)\s*\|\s*(?:ba|z|da)?sh\b|\|\s*(?:rev|xxd -r[ -p]*)\s*\|\s*(?:ba|z|da)?sh\b/, false],
  [/\b(?:curl|wget)\b[^|;&\n]{1,200}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b/, true],
  [/\$'(?:\\x[0-9a-f]{2}|[a-z]+\\x20)/i, false],
  [/\$\(\s{0,4}<\s{0,4}\/(?:etc|proc|root|home|var|flag)\b/, false],
  [/\w\$\{[@*]\}\w|(?:^|[\s;|&])\$\{[@*]\}\w/, false],
];

/** Every spelling has one of these. */
const NEEDED = /[$%{\-/|?*'"\\]/;

interface Disguise {
  readonly part: string;
  readonly isOfScripts: boolean;
}

/** The disguised part, or undefined. */
export function disguised(text: string): Disguise | undefined {
  if (!NEEDED.test(text)) return undefined;
  let ordinary: Disguise | undefined;
  for (const [spelling, isOfScripts] of SPELLINGS) {
    const match = spelling.exec(text);
    if (match === null) continue;
    const disguise = { part: text.slice(match.index, match.index + 120), isOfScripts };
    if (!isOfScripts) return disguise;
    ordinary ??= disguise;
  }
  const part = byWildcard(text) ?? byEmptyParts(text);
  return part === undefined ? ordinary : { part, isOfScripts: false };
}

function byWildcard(text: string): string | undefined {
  if (!/[?*]/.test(text)) return undefined;
  let read = 0;
  for (const { 0: glob } of text.matchAll(GLOB)) {
    if (++read > GLOBS_READ_MAX) break;
    // `/api/*` and `/usr/*/id` are patterns in earnest; a letter next to a wildcard, or a question mark, spells a name.
    if (!/\?|[a-z]\*|\*[a-z]/.test(glob) || /\*\*\/|\.\w+$/.test(glob)) continue;
    const pattern = new RegExp(
      `^${glob
        .replace(/[.[\]-]/g, '\\$&')
        .replace(/\?/g, '[^/]')
        .replace(/\*+/g, '[^/]*')}$`,
    );
    if (TARGETS.some((target) => pattern.test(target))) return glob;
  }
  return undefined;
}

/** `/et'c/pa'ss'wd`, `/etc$u/passwd`, `c\at`, `wh""oami`, `who$@ami`: parts that the shell drops. */
const EMPTY_PARTS =
  /(?<=[\w/])(?:''|""|\\(?=[a-z])|\$(?:@|\*|[a-z_]\w{0,2}(?=[/\s]|$)|\{\w{1,3}\})|'(?=[\w/])|"(?=[\w/]))/g;
const DROPPED_MAX = 2_000;

function byEmptyParts(text: string): string | undefined {
  if (text.length > DROPPED_MAX || !/['"\\$]/.test(text) || !/[/]|\b(?:wh|ca|un|ls|id|ec|cu|wg|pi|sl)/.test(text))
    return undefined;
  const plain = text.replace(EMPTY_PARTS, '');
  if (plain === text) return undefined;
  return SENSITIVE_FILE.test(plain) && !SENSITIVE_FILE.test(text) ? text.slice(0, 120) : undefined;
}
