// Command injection: a value that, put into a shell line, ends the command it was an argument of and starts another.
// Looked for is a separator or substitution of sh or cmd, followed by something that lexes as a command with its arguments.
import { AMPERSAND, BACKTICK, BRACE, CONTROL, DOLLAR, PAREN, PIPE, SEMICOLON } from '../core/characters.ts';
import type { FieldDetector, Recognition } from '../core/detector.ts';
import type { Field } from '../core/field.ts';
import { noSettings } from './settings.ts';

export const injectionCommand: FieldDetector = {
  kind: 'field',
  id: 'injection-command',
  classes: AMPERSAND | BACKTICK | BRACE | CONTROL | DOLLAR | PAREN | PIPE | SEMICOLON,
  settings: noSettings,
  load: () => inspect,
};

const COMMANDS =
  'cat|tac|less|more|head|tail|ls|dir|id|whoami|who|w|uname|hostname|ifconfig|ip|ipconfig|netstat|ss|ps|tasklist|env|printenv|set|export|pwd|cd|echo|printf|touch|rm|del|mv|cp|copy|mkdir|chmod|chown|find|grep|egrep|awk|sed|cut|sort|xargs|tee|base64|xxd|od|strings|wget|curl|nc|ncat|netcat|telnet|ssh|scp|ftp|tftp|socat|ping|nslookup|dig|host|traceroute|python\\d?|perl|ruby|php|node|lua|bash|sh|zsh|ksh|dash|csh|tcsh|busybox|cmd|cmd\\.exe|powershell|powershell\\.exe|pwsh|certutil|bitsadmin|mshta|rundll32|regsvr32|wmic|reg|net|type|systeminfo|ver|vol|sleep|timeout|kill|killall|shutdown|reboot|halt|crontab|at|mail|sendmail|mysql|psql|sqlite3|git|tar|zip|unzip|gzip|gcc|make|apt|apt-get|yum|apk|pip|npm|service|systemctl|su|sudo|passwd|useradd|adduser|mount|umount|dd|df|du|free|uptime|date|cal|last|lsof|nmap|exec|eval|source|test|true|false|expr|nohup|screen|tmux|start|call|for|if|while|until|case|function';
const COMMAND_WORD = new RegExp(`^(?:${COMMANDS})$`, 'i');
/** Words that are commands and everyday English: they need more than their name. */
const EVERYDAY =
  /^(?:cat|more|head|tail|less|id|who|w|ip|set|export|find|cut|sort|type|at|mail|date|last|test|true|false|make|start|call|for|if|while|until|case|function|host|more|kill|service|source|screen|sleep|net|copy|dir|echo|node|ruby|git|perl|php|touch|free|time|su|ping|exec|eval|ver|vol|reg|halt|mount|expr|cal|tee|dig|shutdown|reboot|timeout)$/i;
const SEPARATOR = /(\|\||&&|[;|&\n]|\r\n|%0a|\$\(|`|<\(|>\()[\s\0]*/gi;
const SEPARATORS_READ_MAX = 60;

function inspect(field: Field): Recognition | undefined {
  const { text } = field;
  if (field.of === 'key' || field.name === 'user-agent' || field.name === 'accept') return shellshock(text);
  const early = shellshock(text) ?? evasion(text);
  if (early !== undefined) return early;
  const isDocument = isCodeOrProse(text);
  SEPARATOR.lastIndex = 0;
  let best: Recognition | undefined;
  for (let n = 0; n < SEPARATORS_READ_MAX; n++) {
    const match = SEPARATOR.exec(text);
    if (match === null) break;
    const confidence = confidenceOf(match[1]!, text, match.index, SEPARATOR.lastIndex);
    if (confidence === 0) continue;
    const weighed = isDocument ? Math.min(confidence, 0.35) : confidence;
    if (weighed > (best?.confidence ?? 0)) {
      best = {
        confidence: weighed,
        what:
          match[1] === '$(' || match[1] === '`'
            ? 'substitutes the output of a command'
            : 'ends a command and starts another',
        matched: text.slice(match.index, match.index + 120),
        ...(weighed < 0.8 ? { severity: 'low' as const } : {}),
      };
    }
    if (best !== undefined && best.confidence >= 0.9) break;
  }
  return best;
}

/** What stands behind the separator: a command word, its arguments, and how the whole ends. */
function confidenceOf(separator: string, text: string, at: number, start: number): number {
  const tail = text.slice(start, start + 300);
  const word = /^(?:[\w./\\:~?*[\]-]|\\.|'[\w/]{0,8}'|"[\w/]{0,8}"|\$@|\$\*|\^)+/.exec(tail)?.[0];
  if (word === undefined) return 0;
  const bare = word.replace(/\\(.)/g, '$1').replace(/['"^]|\$@|\$\*/g, '');
  const wasSplit = bare !== word && !/[\\]/.test(word.replace(/\\[A-Za-z]/g, ''));
  const name = bare.replace(/^.*[/\\]/, '').replace(/\.exe$/i, '');
  const isPathed = /^(?:\/(?:usr\/|s?bin\/|etc\/|tmp\/|opt\/)|[a-z]:\\)/i.test(bare) || /^\/[?*\w]{2,4}\//.test(bare);
  if (!COMMAND_WORD.test(name) && !isPathed && !/^\/[?*]/.test(bare)) return 0;
  const rest = tail.slice(word.length);
  const isSubstitution = separator === '$(' || separator === '`';
  const argument = /^(?:\s+|\$\{?IFS\}?\$?\d?|\{IFS\}|<|%09|\+)((?:[^\s;|&)`])+)/.exec(rest)?.[1] ?? '';
  const hasShellArgument =
    /^(?:-{1,2}[A-Za-z]|\/(?:etc|bin|tmp|dev|proc|var|usr|home|root|c\b|all)|\.{1,2}\/|\$|~\/|>|<|\d{1,3}(?:\.\d{1,3}){3}|https?:|[a-z]:\\|%\w+%|\/\w$|\|)/i.test(
      argument,
    );
  const ends = /^\s*(?:$|[;|&)`#]|\n|%0a|\/\/)/.test(rest) || (isSubstitution && /^[^\n]{0,200}[)`]/.test(rest));
  if (wasSplit || hasShellArgument || isPathed) return isProse(text, at) ? 0.5 : 0.95;
  // In prose, backticks set code apart: a word and a space stand in front of them.
  if (separator === '`' && /[A-Za-z]{2,}[ \n]+$/.test(text.slice(Math.max(0, at - 40), at))) return 0.25;
  if (/^(?:sleep|ping|timeout)$/i.test(name) && /^(?:-\w+\s+)?\d/.test(argument)) return 0.92;
  if (/^(?:cat|type|more|head|tail)$/i.test(name) && /[/\\.]/.test(argument)) return 0.9;
  if (isSubstitution)
    return ends && !EVERYDAY.test(name)
      ? 0.92
      : ends && separator === '$('
        ? 0.88
        : ends && /^`(?:id|ls|whoami)/.test(text.slice(at, at + 10)) && text.length < 60
          ? 0.85
          : 0;
  if (ends && !EVERYDAY.test(name)) return separator === '\n' ? 0.6 : 0.9;
  // `;id`, `|cat x`: an everyday word counts when it follows tightly and is all there is.
  const isTight = text[at + separator.length] !== ' ' || at === 0 || /[|&;]/.test(text[at - 1] ?? '');
  if (ends && separator !== '\n' && text.length < 120 && !/\s/.test(text.slice(0, at).trim()) && isTight) return 0.82;
  if (/^(?:echo|printf)$/i.test(name) && !isProse(text, at) && text.length < 200) return separator === '\n' ? 0.4 : 0.8;
  return 0;
}

/** Several plain words in front: the separator belongs to a sentence. */
function isProse(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 300), at).trim();
  return before.split(/\s+/).length >= 8;
}

/** Several lines of code or Markdown: commands are what the text is about. */
function isCodeOrProse(text: string): boolean {
  if (text.length < 40) return false;
  if (text.includes('```') || /^(?:#!\/|\$ |# |> )/m.test(text)) return true;
  const lines = text.split('\n', 12).filter((line) => line.trim() !== '');
  return lines.length >= 4 || (lines.length === 1 && text.trim().split(/\s+/).length > 25);
}

function shellshock(text: string): Recognition | undefined {
  return /\(\)\s*\{\s*(?::|_|[^}]{0,40});?\s*\}\s*;/.test(text.slice(0, 4_000))
    ? { confidence: 0.97, what: 'defines a shell function and goes on (Shellshock)', matched: text.slice(0, 120) }
    : undefined;
}

/** Spellings nobody uses but to get past a filter: `${IFS}`, `{cat,/etc/passwd}`, `c${x}at`, `/???/c?t`. */
function evasion(text: string): Recognition | undefined {
  const match =
    /\w\$\{?IFS\}?(?:\$\d)?\S/.exec(text) ??
    /\{(?:cat|ls|ping|curl|wget|nc|bash|sh),[^\s}]{1,100}\}/.exec(text) ??
    /(?:^|[\s;|&=(])\/[?*a-z]*\?[?*a-z]*\/[?*a-z]*\?[?*a-z\d]*(?:\s|$|\/)/.exec(text) ??
    /\$\{PATH:\d|\$\{HOME:\d|\$\{[A-Z_]+:\d+:\d+\}|\$\(printf\s|%(?:COMSPEC|PATHEXT|ProgramFiles):~/i.exec(text) ??
    /\bpowershell(?:\.exe)?\s+(?:-\w+\s+){0,5}-e(?:nc|ncodedcommand|c)?\s+[A-Za-z0-9+/=]{16}/i.exec(text) ??
    /\/dev\/(?:tcp|udp)\/[\w.]+\/\d+/.exec(text) ??
    /\bcmd(?:\.exe)?\s*\/[ckr]\s+\S/i.exec(text);
  if (match === null) return undefined;
  const isText = isCodeOrProse(text);
  return {
    confidence: isText ? 0.4 : 0.93,
    what: 'is spelled to get past filters for shell commands',
    matched: text.slice(match.index, match.index + 120),
    ...(isText ? { severity: 'low' as const } : {}),
  };
}
