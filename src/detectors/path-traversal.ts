// Path traversal: a value that, used as a path, leads out of the folder it was meant for, or straight to a file that only
// attackers ask for. Parent steps inside a longer text are links and imports; a value that is a path as a whole is judged.
import { BACKSLASH, CONTROL, DOT, PERCENT, SLASH } from '../core/characters.ts';
import type { FieldDetector, Recognition } from '../core/detector.ts';
import type { Field } from '../core/field.ts';
import { noSettings } from './settings.ts';

export const pathTraversal: FieldDetector = {
  kind: 'field',
  id: 'path-traversal',
  classes: SLASH | BACKSLASH | PERCENT | DOT | CONTROL,
  settings: noSettings,
  load: () => inspect,
};

/** `../`, `..\`, `..;/`, `....//`, `.%2e/`, `..%c0%af` and other spellings that some server reads as one step up. */
const STEP =
  /(?<=^|[/\\;=:,\s"'(?&\u0000\u2215\u2044\uff0f]|%2f|%5c|%af|%9c|0x2f)(?:\.|\u2024|\uff0e|%2e|%252e){2,80}(?:\u0000|;[^/\\]{0,20})?(?:[/\\\u2215\u2044\uff0f\uff3c]|%(?:25)*2f|%(?:25)*5c|%c0%af|%c1%9c|%c0%9v|0x2f|0x5c)+/gi;
const SENSITIVE =
  /(?:^|[/\\])(?:etc[/\\]+(?:passwd|shadow|group|hosts|issue|motd|fstab|crontab|sudoers|ssh[/\\]|nginx[/\\]|apache2?[/\\]|httpd[/\\]|mysql[/\\]|my\.cnf|php|resolv\.conf|hostname|environment|profile)|proc[/\\]+(?:self|version|cmdline|mounts|net|sched_debug|\d+)[/\\]?|root[/\\]\.|var[/\\]+(?:log|run[/\\]secrets|mail|spool)[/\\]|(?:win(?:dows|nt)|boot)[/\\.](?:system32|win\.ini|system\.ini|repair|ini|php\.ini|debug)|boot\.ini|\.ssh[/\\]|\.aws[/\\]credentials|\.env$|\.git[/\\]|\.bash_history|\.htpasswd|web-inf[/\\]|meta-inf[/\\]|id_rsa|sam$|windows[/\\]system32|inetpub[/\\])/i;

const ROOTED = /^(?:(?:file:\/{2,3})?[/\\]?(?:[a-z]:)?[/\\]|~[/\\]|web-inf[/\\])/i;
/** Of the sensitive files, those that no client names. */
const GRAVE =
  /passwd|shadow|win\.ini|boot\.ini|id_rsa|\benviron\b|cmdline|\.ssh[/\\](?:id_|authorized)|web-inf|global\.asa|drivers[/\\]etc|system32[/\\]config|proc[/\\]+(?:self|\d+)[/\\]+(?:fd|maps|mem|stat|root|cwd|exe|mount)/i;
const OF_SERVICES = /^[/\\](?:etc|var[/\\]log)[/\\]/i;

/** `\\\\host\\c$\\…`: the whole disk of a Windows machine. */
const ADMIN_SHARE = /^\s*\\{2}[^\\\s]{1,255}\\[a-z]\$\\/i;

function inspect(field: Field): Recognition | undefined {
  // Of a browser this header has a whole address; lock files have relative paths as keys.
  if (field.name === 'referer' && field.text.includes('://')) return undefined;
  const recognition = inPath(field);
  // Keys are names, and seldom paths: there only what nobody calls a field.
  return field.of === 'key' && (recognition?.confidence ?? 0) < 0.85 ? undefined : recognition;
}

function inPath(field: Field): Recognition | undefined {
  if (ADMIN_SHARE.test(field.text)) return found(0.88, 'names a disk of another machine', field.text);
  // `/./` stays where it is.
  const text = plainPath(field.text);
  const hasSteps = text.includes('..') || /%2e|\uff0e|\u2024/i.test(text);
  const isPath = isPathAsWhole(text);
  const steps = hasSteps ? climbs(text) : 0;
  // `photos/../a.jpg` stays in its folder.
  const leaves = steps > 1 || !/^[/\\]?[\w.-]+[/\\]\.\.[/\\]/.test(text);
  if (steps > 0 && SENSITIVE.test(text)) return found(isPath ? 0.97 : 0.6, 'climbs up to a system file', text);
  if (steps >= 2 && isPath) {
    if (field.location === 'body' && field.of !== 'file-name' && isOfAProject(text, steps)) return undefined;
    return found(0.88, `climbs ${steps} folders up`, text);
  }
  if (steps === 1 && isPath && (field.of === 'file-name' || field.location === 'path'))
    return found(0.85, 'climbs out of its folder', text);
  // One step is what links are made of; one that is spelled to get past a filter is not.
  if (steps === 1 && leaves && isPath && isSpelledOddly(field, text))
    return found(0.85, 'climbs out of its folder in an odd spelling', text);
  if (steps === 1 && leaves && isPath && field.location === 'query')
    return found(0.6, 'climbs out of its folder', text);
  if (text.includes('\u0000') && /\.\w{1,5}(?:\u0000|$)/.test(text) && isPath)
    return found(0.85, 'hides a file name’s end behind a null byte', text);
  if (!isPath || !ROOTED.test(text) || !SENSITIVE.test(text)) return undefined;
  if (GRAVE.test(text)) return found(0.9, 'names a system file', text);
  // Configuration in a body names what it mounts and logs to.
  if (field.location === 'body' && field.of === 'value') return undefined;
  return found(field.location === 'query' && OF_SERVICES.test(text) ? 0.82 : 0.5, 'names a system file', text);
}

/** Steps of the path that climbs furthest: two pictures next to each other climb no further than one. */
function climbs(text: string): number {
  if (!/\s/.test(text.trim())) return stepsIn(text);
  return Math.max(...text.split(/\s+/, 50).map(stepsIn));
}

/**
 * Without the steps that stay (`/./`), and with the spellings undone that some reader takes for a dot or a slash: digits of a
 * code, half of an overlong form, a null byte or an escape between the dots.
 */
function plainPath(text: string): string {
  let plain = text;
  if (/0x(?:2[ef]|5c)/i.test(plain))
    plain = plain.replace(/0x2e/gi, '.').replace(/0x2f/gi, '/').replace(/0x5c/gi, '\\');
  if (/[\u00c0\u00c1\ufffd\u2216\uefc8\uf025]/.test(plain))
    plain = plain.replace(/[\u00c0\u00c1\ufffd](?=[./\\])/g, '').replace(/[\u2216\uefc8\uf025]/g, '/');
  if (/\.[\0\\]+\.|%[\\/]/.test(plain)) plain = plain.replace(/\.[\0\\]+\.(?=[/\\])/g, '..').replace(/%(?=[\\/])/g, '');
  if (plain.includes('/./')) plain = plain.replace(/\/(?:\.\/)+/g, '/');
  return plain.startsWith('\0') ? plain.slice(1) : plain;
}

/** Encoded once more than its place asks for, or written with signs that only careless readers take for a dot or a slash. */
function isSpelledOddly(field: Field, text: string): boolean {
  return (
    !text.includes('://') &&
    (field.decodings.some((one) => one === 'percent' || one === 'overlong' || one === 'unicode') ||
      /0x2e|0x2f|0x5c|[\u00c0\u00c1\u2215\u2216\u2044\uff0e\uff0f\uefc8\uf025]/i.test(field.text) ||
      /%(?:25)*(?:2e|2f|5c|c0|c1)/i.test(text))
  );
}

const STEPS_COUNTED_MAX = 40;

function stepsIn(text: string): number {
  let steps = 0;
  STEP.lastIndex = 0;
  while (steps < STEPS_COUNTED_MAX && STEP.test(text)) steps += 1;
  return steps;
}

/** No white space beyond a file name's, no line ends, no prose: something a server could open. */
function isPathAsWhole(text: string): boolean {
  const trimmed = text.trim();
  return trimmed.length > 0 && trimmed.length <= 4_096 && !/[\r\n<>]/.test(trimmed) && trimmed.split(/\s+/).length <= 3;
}

/**
 * `../../components/button.tsx`, `../../../build`, `cd ../../dist && ls`: how the files of a project name their neighbours. Plain
 * steps, a few of them, and at their end nothing that is outside of every project.
 */
function isOfAProject(text: string, steps: number): boolean {
  if (/\s/.test(text.trim())) return steps <= 3 && !/^["']?[.]{2}/.test(text.trim());
  return (
    steps <= PROJECT_STEPS_MAX &&
    /^(?:file:|link:|portal:)?(?:\.\.\/){1,6}(?:[\w@*{}-][\w@.*{}-]*(?:\/[\w@.*{}-]+)*\/?)?(?:#[\w/.-]*)?$/.test(
      text,
    ) &&
    (PROJECT_FILE.test(text) || (steps <= 3 && !/\.\w{1,5}$/.test(text) && text.length > 3 * steps))
  );
}
const PROJECT_STEPS_MAX = 6;
const PROJECT_FILE =
  /\/$|\.(?:tsx?|jsx?|mjs|cjs|vue|css|scss|less|png|svg|jpe?g|gif|webp|md|json|ya?ml|html|py|go|rs|java|rb|h|c|cpp)(?:#|$)/;

function found(confidence: number, what: string, text: string): Recognition {
  return { confidence, what, matched: text.slice(0, 120), ...(confidence < 0.8 ? { severity: 'low' as const } : {}) };
}
