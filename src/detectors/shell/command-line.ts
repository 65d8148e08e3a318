// Lines of commands that are meant: the scripts of a manifest, the steps of a pipeline, the schedule of cron, what a manual
// tells to type. An injected command stands behind the value of an argument; here the value begins with a command itself.
import type { Field } from '../../core/field.ts';
import { commandName, IS_DEVELOPERS, IS_EVERYDAY, IS_LOOKING, IS_TOOL } from './commands.ts';

/** Keys under which clients keep command lines on purpose. */
const SCRIPT_POSITION =
  /\/(?:scripts?|(?:before|after|pre|post)_?-?(?:script|build|deploy|install|start|stop)|(?:build|start|test|install|run|deploy)_?-?command|commands?|run|shell|args|entrypoint|hooks?|tasks?|steps|created_by|exec|cron(?:tab)?|schedule|lines|healthcheck|test|cells\/\d{1,6}\/source)(?:\/|$)/i;

/** A prompt, the trace of `set -x`, five fields of cron, variables of the command, words that lead a command in. */
const LEAD =
  /^(?:[+$#>] |(?:[\d*/,-]{1,20}\s+){5}|@(?:daily|hourly|weekly|monthly|yearly|reboot|midnight)\s+|Exec(?:Start|Stop|Reload)\w{0,8}=[-+!@]?|[A-Z_][A-Z\d_]{0,40}=(?:"[^"]{0,200}"|'[^']{0,200}'|[^\s;|&"'`$]{0,200})\s+|(?:if|while|until|!|then|do|sudo|exec|time|env|RUN|CMD|root|set -\w{1,5}\s*;|test -\w \S{1,100}\s*&&)\s+){0,6}/;
const FIRST = /^(\.{0,2}\/?[\w@.~][\w./@:~+-]{0,80})\s+([^\s;|&]\S{0,200})/;

export function isScriptPosition(field: Field): boolean {
  return (
    field.location === 'body' && field.of === 'value' && SCRIPT_POSITION.test(field.nestedPointer ?? field.pointer)
  );
}

/** What a unit of systemd, an image or a pipeline starts: `ExecStart=/bin/sh -c "…"`, on a line of several. */
const SERVICE_LINE =
  /^\s*(?:Exec(?:Start|Stop|Reload|Condition)(?:Pre|Post)?=[-+!@:]{0,3}\/|(?:RUN|CMD|ENTRYPOINT)\s+[[\w/]|(?:- )?(?:run|command|script|entrypoint):\s)/;

export function isLineOfService(text: string, at: number, field: Field): boolean {
  if (field.location !== 'body' || at < 0) return false;
  return SERVICE_LINE.test(text.slice(text.lastIndexOf('\n', at) + 1, at + 1));
}

/** Begins the value with a command and its argument? Anywhere but in the place of a script it must be a known one. */
export function isLineOfCommands(text: string, isInScript: boolean): boolean {
  const line = text.trimStart().slice(0, 1_000);
  const match = FIRST.exec(line.slice(LEAD.exec(line)![0].length));
  if (match === null) return false;
  const { name } = commandName(match[1]!);
  if (isInScript) return /^[a-z@.~/]/.test(match[1]!);
  if (!/^[a-z./]/.test(match[1]!) || IS_LOOKING.test(name)) return false;
  return IS_DEVELOPERS.test(name) || IS_TOOL.test(name) || IS_EVERYDAY.test(name);
}
