// Command injection: a value that, put into a shell line, ends the command it was an argument of and starts another.
// Looked for is a separator or substitution of sh or cmd, followed by something that lexes as a command with its arguments.
// Lists (`red|green`), tables, Markdown and manuals are full of both: what stands in front and behind tells them apart.
import {
  ALPHA,
  AMPERSAND,
  AT,
  BACKSLASH,
  BACKTICK,
  BRACE,
  COLON,
  COMMA,
  CONTROL,
  DIGIT,
  DOLLAR,
  DOT,
  HASH,
  JOINER,
  LEADING_NUMBER,
  NON_ASCII,
  PAREN,
  PIPE,
  PLUS,
  SEMICOLON,
  SLASH,
  SPACE,
} from '../core/characters.ts';
import type { FieldDetector, Recognition } from '../core/detector.ts';
import type { Field } from '../core/field.ts';
import { isDocument, wordPairs } from './prose.ts';
import { noSettings } from './settings.ts';
import { areClauses } from './shell/clauses.ts';
import { isLineOfCommands, isLineOfService, isScriptPosition } from './shell/command-line.ts';
import {
  commandName,
  IS_BUILDERS,
  IS_COMMAND,
  IS_DEVELOPERS,
  IS_LONE,
  IS_LOOKING,
  IS_TOOL,
  SENSITIVE_FILE,
} from './shell/commands.ts';
import { disguised } from './shell/disguise.ts';

export const injectionCommand: FieldDetector = {
  kind: 'field',
  id: 'injection-command',
  classes: AMPERSAND | BACKTICK | BRACE | CONTROL | DOLLAR | PAREN | PIPE | SEMICOLON | SLASH,
  settings: noSettings,
  load: () => inspect,
};

/** What a separator begins with. */
const MARK = /[;|&\n%$`<>]/g;
const SEPARATOR = /(\|\||&&|[;|&\n]|%0a|\$\(|`|<\(|>\()[\s\0\u{b}]{0,20}/iuy;
const SEPARATORS_READ_MAX = 120;
/** Every name of a sensitive file has one of these, but for one. */
const IN_FILE_NAME = BACKSLASH | DOT | JOINER | SLASH;
const BARE_FILE_NAME = /system32/i;
const PROSE_PAIRS_MIN = 2;

function inspect(field: Field): Recognition | undefined {
  const { text } = field;
  const shellshock =
    (field.classes & PAREN) === 0 || (field.classes & BRACE) === 0
      ? null
      : /(?:^|[=:'"\s;])\(\)\s{0,10}\{[^\S\n]{0,10}(?::|_|[\w ]{1,20});?[^\S\n]{0,10}\}[^\S\n]{0,10}[;>]/.exec(
          text.slice(0, 4_000),
        );
  if (shellshock !== null && (field.location !== 'body' || text.length < 1_000))
    return found(0.97, 'defines a shell function and goes on (Shellshock)', text);
  if (field.name === 'accept') return undefined;
  const recognition = inText(field, text);
  // Keys are words with separators, agents lists of products: there only what is a command beyond doubt.
  const isDoubtful = field.of === 'key' || field.name === 'user-agent';
  return isDoubtful && (recognition?.confidence ?? 0) < SURE ? undefined : recognition;
}

const SURE = 0.88;

/** What a text is made of in which a semicolon is the only mark, and no spelling could disguise a command. */
const OF_CLAUSES =
  ALPHA | AT | COLON | COMMA | DIGIT | DOT | HASH | LEADING_NUMBER | NON_ASCII | PAREN | PLUS | SEMICOLON | SPACE;

function inText(field: Field, text: string): Recognition | undefined {
  if ((field.classes & ~OF_CLAUSES) === 0 && areClauses(text)) return undefined;
  if (isDocument(text)) return undefined;
  const disguise = disguised(text);
  if (disguise !== undefined) {
    const isInScript = isScriptPosition(field);
    const at = text.indexOf(disguise.part);
    const isMeant =
      disguise.isOfScripts && (isInScript ? isLineOfCommands(text, true) : isLineOfService(text, at, field));
    const confidence = isMeant ? 0 : isInlineCode(text, at) ? 0.25 : isProse(text, 0, text) ? 0.45 : 0.93;
    if (confidence > 0) return found(confidence, 'is spelled to get past filters for shell commands', disguise.part);
  }
  const alone = (field.classes & IN_FILE_NAME) === 0 && !BARE_FILE_NAME.test(text) ? undefined : wholeLine(text);
  if (alone !== undefined) return alone;
  let best: Recognition | undefined;
  let next = 0;
  for (let read = 0; read < SEPARATORS_READ_MAX; ) {
    MARK.lastIndex = next;
    const mark = MARK.exec(text);
    if (mark === null) break;
    SEPARATOR.lastIndex = mark.index;
    const match = SEPARATOR.exec(text);
    next = match === null ? mark.index + 1 : SEPARATOR.lastIndex;
    if (match === null) continue;
    read += 1;
    const strength = confidenceOf(match[1]!, text, match.index, SEPARATOR.lastIndex, field.location === 'body');
    if (strength <= (best?.confidence ?? 0)) continue;
    const isMeant =
      isMeantThere(text, match.index, isScriptPosition(field)) || isLineOfService(text, match.index, field);
    const confidence = isMeant ? 0 : strength;
    if (confidence <= (best?.confidence ?? 0)) continue;
    best = found(
      confidence,
      match[1] === '$(' || match[1] === '`'
        ? 'substitutes the output of a command'
        : 'ends a command and starts another',
      text.slice(match.index),
    );
    if (confidence >= 0.9) break;
  }
  return best;
}

/** The line begins with a command of its own, and what follows the separator touches nothing of the system. */
function isMeantThere(text: string, at: number, isInScript: boolean): boolean {
  return (
    at > 0 && !SENSITIVE_FILE.test(text) && isLineOfCommands(text, isInScript) && !QUOTED_WORD.test(text.slice(at))
  );
}

const QUOTED_WORD = /[;|&`(]\s{0,4}\w{1,10}(?:\\[a-z]|''|""|'\w{1,6}'|"\w{1,6}"|\$@)\w/;

/** `cat /etc/passwd`, `/bin/ls -al /root/`: no separator, but a command and a file that no argument in earnest names. */
function wholeLine(text: string): Recognition | undefined {
  if (text.length > 300) return undefined;
  const match = /^\s*(\/?[\w./-]{2,40})[\s<]+(.{1,200})$/.exec(text);
  if (match === null) return undefined;
  const { name } = commandName(match[1]!);
  if (!IS_COMMAND.test(name) || !SENSITIVE_FILE.test(match[2]!) || wordPairs(text) >= PROSE_PAIRS_MIN) return undefined;
  return found(0.85, 'is a shell command on a file of the system', text);
}

const ENTITY = /^&(?:copy|sort|cut|more|less);/;
const PLAIN_WORD = /[a-z]{2,20}(?=[ ,.]|$)/y;
const WORD = /(?:[\w./\\:~?*[\]-]|\\.|(?<=[\w\\])(?:'[\w/]{0,8}'?|"[\w/]{0,8}"?)|\$@|\$\*|\^)+/y;
const EVASIVE = /[\w]\\[a-z]|[\w]''|[\w]""|[\w]'[\w]|[\w]"[\w]|\$@|\$\*|\w\^\w/;
const ARGUMENT = /^(?:[\s\0\u{b}]+|\$\{?IFS\}?\$?\d?|<|\+)([^\s;|&)`]+)/u;

/** What stands behind the separator: a command word, its arguments, and how the whole ends. */
function confidenceOf(separator: string, text: string, at: number, start: number, isInBody: boolean): number {
  // `at the door; ring once`: most of what stands behind a mark and a space is a plain word.
  if (at > 0 && text.charCodeAt(at + separator.length) === 0x20) {
    PLAIN_WORD.lastIndex = start;
    const plain = PLAIN_WORD.exec(text);
    if (plain !== null && !IS_COMMAND.test(plain[0])) return 0;
  }
  WORD.lastIndex = start;
  const word = WORD.exec(text)?.[0];
  if (word === undefined) return 0;
  const isEvasive = EVASIVE.test(word) && !/^[A-Za-z]:\\/.test(word);
  const { name, isInBinFolder } = commandName(isEvasive ? word.replace(/[\\'"^]|\$[@*]/g, '') : word);
  // `` `true` `` is a word set apart, and `&copy;` a sign: neither does anything.
  if (
    (separator === '`' && /^(?:true|false|test)$/.test(name)) ||
    (separator === '&' && ENTITY.test(text.slice(at, at + 8)))
  )
    return 0;
  const isKnown = isInBinFolder || IS_COMMAND.test(name);
  if (!isKnown && (!isTightlySet(text, at, separator) || !/^[a-z][\w-]{1,15}$/.test(name))) return 0;
  const rest = text.slice(start + word.length, start + word.length + 300);
  const line = /^[^;|&\n`]{0,300}/.exec(rest)![0];
  const argument = ARGUMENT.exec(rest)?.[1] ?? '';
  const strength = isKnown
    ? strengthOf(name, isInBinFolder, isEvasive, argument, line, rest, separator, isBehindValue(text, at, separator))
    : /^(?:-{1,2}[a-z]|\/(?:etc|bin|tmp|dev|var|usr)\/|https?:\/\/|(?:[\w-]+\.){2,}[a-z]{2,})/i.test(argument)
      ? 0.82
      : 0;
  if (strength === 0) return 0;
  const before = text.slice(0, at);
  if (separator === '`' && isMarkdown(text, at, before)) return 0;
  // `tag=$(cat "$dir/VERSION")`: the line of a script.
  if (/^\s*[A-Za-z_]\w*=["']?$/.test(before) && (separator === '`' || separator === '$(') && strength < 0.93)
    return 0.5;
  if (separator === '\n') {
    // `curl (7.88.1-5) unstable`: the head of a change log.
    if (argument.startsWith('(')) return 0;
    if (IS_LONE.test(name)) {
      const lone = confidenceOfLone(before, rest, isInBody);
      if (lone > 0) return lone;
    }
    const isValue = /^[\w.:@%/'")-]*$/.test(before.trim()) && text.trim().split('\n', 4).length <= 2;
    const isGrave =
      strength >= 0.92 && (argument !== '' || IS_LOOKING.test(name) || /\d/.test(before) || before.trim() === '');
    if (!isValue || !isGrave || (IS_DEVELOPERS.test(name) && !SENSITIVE_FILE.test(line))) return 0;
  }
  if (isProse(before, before.length, rest)) return strength >= 0.93 ? 0.45 : 0;
  if (isInList(separator, before, argument)) return 0;
  if (strength < 0.93 && isCommandLine(separator, before)) return 0;
  return strength;
}

/** An address, or a number: what a parameter of a network tool or of a record holds. */
const ADDRESS = /^(?:\d{1,3}\.){3}\d{1,3}$|^[\da-f]{0,4}(?::[\da-f]{0,4}){3,7}$/i;
const NUMBER = /^-?\d{0,20}['")]{0,2}$/;

/**
 * `127.0.0.1\nid`, `\nid #`: behind nothing, a number or an address a line of its own, of a command's name and nothing else.
 * Texts in bodies have lines of one word, tables that were pasted in have them behind numbers: there it takes an address.
 */
function confidenceOfLone(before: string, rest: string, isInBody: boolean): number {
  if (!/^\s{0,4}(?:#\s*)?$/.test(rest)) return 0;
  const value = before.trim();
  if (ADDRESS.test(value)) return 0.85;
  if (!NUMBER.test(value)) return 0;
  return isInBody ? 0.5 : 0.82;
}

function strengthOf(
  name: string,
  isInBinFolder: boolean,
  isEvasive: boolean,
  argument: string,
  line: string,
  rest: string,
  separator: string,
  isBehindValue: boolean,
): number {
  if (isEvasive) return 0.95;
  if (SENSITIVE_FILE.test(line)) return 0.95;
  const isSubstitution = separator === '$(' || separator === '`';
  const ends =
    /^\s*(?:$|>\s{0,4}[/\w.]|[;|&)`#\0'"]|\n|%0a|\/\/)/.test(rest) ||
    (isSubstitution && /^[^\n]{0,200}[)`]/.test(rest));
  if (/^(?:sleep|ping6?|timeout|usleep)$/.test(name) && /^(?:-\w+\s*)?(?:\d|localhost|[\w-]+\.\w)/.test(argument))
    return 0.92;
  if (
    /^(?:ping|nslookup|dig|host|getent|traceroute|tracert|telnet|nc|ncat|netcat|curl|wget|ftp|tftp|ssh)$/.test(name) &&
    /[\w-]+\.[\w-]+|\/\/|^-|\$\(|`|localhost/.test(line)
  )
    return name === 'host' && !/^[\w-]+(?:\.[\w-]+)+$/.test(argument) ? 0.5 : 0.93;
  if (
    /^(?:bash|sh|zsh|ksh|dash|python\d?|perl|ruby|php\d?|node|lua|powershell|pwsh|cmd)$/.test(name) &&
    /^(?:-[ceripnxs]\b|-enc|\/[ck]\b)/i.test(argument)
  )
    return 0.95;
  if (
    /^(?:cat|tac|type|more|less|head|tail|nl|od|xxd|strings|base64|rm|del|cp|mv|copy|find|ls|dir|chmod|chown|touch)$/.test(
      name,
    ) &&
    /^(?:-\w+$|[\w.~:]*[/\\*]|\*|\.|\w+\.(?:php|txt|conf|ini|log|asp|jsp|py|env|key|pem)\b)/i.test(argument)
  )
    return /^-/.test(argument) || isInBinFolder ? 0.9 : 0.88;
  if (name === 'ps' && /^(?:-|aux|ef)/.test(argument)) return 0.9;
  if (
    isBehindValue &&
    /^\s*(?:-\S{1,40}\s+|[\d+=a-z]{1,10}\s+){0,3}\/(?:tmp|etc|home|root|dev|var)(?:\/|\s|$)/.test(line)
  )
    return 0.85;
  if (IS_LOOKING.test(name)) return ends || /^[-/]/.test(argument) ? 0.92 : 0;
  if (isInBinFolder && (ends || argument !== '')) return 0.92;
  if (/^(?:echo|printf|expr|print)$/.test(name))
    return /\$\(|`|\$\(\(|\$[A-Z{]|^\s+['"]?[\w!@.-]{1,40}['"]?\s*(?:$|[;|&)`#>])|^\s+\d+\s*[-+*]/.test(
      line + rest.slice(line.length, line.length + 1),
    )
      ? 0.85
      : 0;
  if (/^(?:net|reg|wmic|sc)$/.test(name))
    return /^(?:user|localgroup|view|share|start|query|add|process|os)\b/i.test(argument) ? 0.92 : 0;
  if (IS_TOOL.test(name)) return IS_DEVELOPERS.test(name) ? 0 : ends || /^-/.test(argument) ? 0.85 : 0;
  if (/^-{1,2}[a-z]|^\/[a-z](?:\s|$)/i.test(argument)) return IS_DEVELOPERS.test(name) ? 0.82 : 0.88;
  return ends && (isBehindValue || isSubstitution) ? 0.82 : 0;
}

/** `;id`, `127.0.0.1 && id`: what an everyday word needs in front of it to be a command. */
function isBehindValue(text: string, at: number, separator: string): boolean {
  if (isTightlySet(text, at, separator)) return true;
  const before = text.slice(Math.max(0, at - 200), at).trim();
  return /^\S*$/.test(before) && (/\d|^['")]*$/.test(before) || separator.length === 2);
}

/** Nothing or a plain value stands in front, and no space behind the separator unless it opens the value. */
function isTightlySet(text: string, at: number, separator: string): boolean {
  return at === 0 || (text[at + separator.length] !== ' ' && !/\s/.test(text.slice(0, at).trim()));
}

/** In Markdown a pair of backticks sets code apart, three of them a block. */
function isMarkdown(text: string, at: number, before: string): boolean {
  if (text.startsWith('``', at) || before.endsWith('`')) return true;
  const ticks = before.split('`').length - 1;
  if (/^\s{0,40}\|(?:[^|]{0,400}\|){0,20}\s{1,40}$/.test(before) && TABLE_REST.test(text.slice(at + 1))) return true;
  // The closing one of a pair opens nothing.
  if (ticks % 2 === 1) return true;
  const close = text.indexOf('`', at + 1);
  if (close === -1) return /[A-Za-z]{2,}[\s(]+$/.test(before);
  const inside = text.slice(at + 1, close);
  const isAlone = !/[A-Za-z]{2,}/.test(before + text.slice(close + 1));
  if (isAlone) return IS_BUILDERS.test(inside.trim().split(/\s+/)[0]!) && !SENSITIVE_FILE.test(inside);
  return (
    /(?:^|[\w.,:)\]*_#>-]{1,}[\s(["*_]+|[([{"*_#-])$/.test(before) ||
    /^[\s.,:;)]+[A-Za-z]{2,}/.test(text.slice(close + 1))
  );
}

/** `` env`  | Universal `process.env` | ``: the rest of a cell, and of a row with words in it. */
const TABLE_REST = /^[^`|\n]{1,80}`\s{1,40}\|[^|\n]{0,200}[a-z]{2,} [^|\n]{0,200}\|\s{0,40}(?:$|\n|[^|\n]{1,200}\|)/i;

/** `` Use `curl https://… | sh` and … ``: words in front of the backtick that opens, and words or nothing behind the other. */
function isInlineCode(text: string, at: number): boolean {
  const before = text.slice(0, at);
  const close = text.indexOf('`', at);
  if (close === -1 || (before.split('`').length - 1) % 2 !== 1) return false;
  return /[A-Za-z]{2,}[\s(:]+`[^`]{0,20}$/.test(before) && /^(?:[\s.,:;)!?]|$)/.test(text.slice(close + 1));
}

/** Plain words in front or behind: the separator belongs to a sentence. */
function isProse(text: string, at: number, rest: string): boolean {
  return (
    wordPairs(text.slice(Math.max(0, at - 1_200), at), 'end') >= PROSE_PAIRS_MIN || wordPairs(rest) >= PROSE_PAIRS_MIN
  );
}

/** `npm run build && rm -rf dist`, `head -c 16 x | base64`: the whole value is a line of commands, of a script or a manual. */
function isCommandLine(separator: string, before: string): boolean {
  const line = before
    .slice(-300)
    .trimStart()
    .replace(/^(?:[+$#] |- ["']?)/, '');
  if (/^(?:[A-Z_]+=\S+\s+)*[a-z@./][\w./@:-]*\s+\S/.test(line)) return true;
  // Words in front of the separator and white space around it, in quotes or parentheses as well.
  if (/^[\w(="'-]{2,}\s+\S[^;|&]*\s$/.test(line) && /^[|&;]/.test(separator)) return true;
  return /\s$/.test(line) && separator.length === 2 && /^[a-z][\w:.-]{2,}\s+$/.test(line);
}

/** `name|id`, `dog;cat`, `| id | name |`: words of a list, of a pattern or of a table. */
function isInList(separator: string, before: string, argument: string): boolean {
  if (argument !== '' && !/^[|;&]?$/.test(argument)) return false;
  if (separator !== '|' && separator !== ';' && separator !== '&') return false;
  return (
    // `?(*.)+(spec|test).ts`: a choice in parentheses.
    (separator === '|' && /\([\w.*-]{1,40}(?:\|[\w.*-]{1,40}){0,20}$/.test(before.slice(-400))) ||
    /^[\s(]*[A-Za-z_][\w-]{2}[\w\s-]*(?:[|;&,]\s*[\w\s-]*)*$/.test(before.slice(-200)) ||
    /\|.*\|/.test(before) ||
    before.trim() === '|'
  );
}

function found(confidence: number, what: string, matched: string): Recognition {
  return {
    confidence,
    what,
    matched: matched.slice(0, 120),
    ...(confidence < 0.8 ? { severity: 'low' as const } : {}),
  };
}
