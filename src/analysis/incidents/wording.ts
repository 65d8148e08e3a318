// Sentences from templates: `{figure}` is replaced by its value, `{window}` by the time in words. What is not known stays out.
import type { Actor, ActorKind } from '../../core/actor.ts';

const KINDS: Readonly<Record<ActorKind, string>> = {
  ip: 'IP',
  subject: 'JWT',
  'api-key': 'API key',
  session: 'session',
  header: 'header',
};

export function fill(template: string, figures: Readonly<Record<string, number | string>>): string {
  const parts = partsOf(template);
  let text = parts[0]!;
  for (let i = 1; i < parts.length; i += 2) {
    const name = parts[i]!;
    if (name === 'window') text += timeOf(Number(figures.windowSeconds ?? 0));
    else text += (Object.hasOwn(figures, name) ? figures[name] : undefined) ?? '';
    text += parts[i + 1];
  }
  return text.includes('1 ') ? text.replace(ONE, 'one $1') : text;
}

/** A few dozen templates make all the sentences there are. */
const TEMPLATES_KEPT_MAX = 500;
const templates = new Map<string, readonly string[]>();

/** Text and name alternating, text first. */
function partsOf(template: string): readonly string[] {
  let parts = templates.get(template);
  if (parts === undefined) {
    parts = template.split(/\{([A-Za-z]+)\}/);
    if (templates.size >= TEMPLATES_KEPT_MAX) templates.clear();
    templates.set(template, parts);
  }
  return parts;
}

/** The nouns that figures of the shipped texts stand before. */
const ONE =
  /(?<![\d.,])1 (?:different )?(access|account|address|answer|attempt|byte|call|caller|hour|kind|login|message|network|object|other|record|request|response|step|time|use|value)(?:es|s)\b/g;

/** `IP 203.0.113.7`, or how many there are. */
export function nameOf(actors: readonly Actor[]): string {
  const first = actors[0];
  if (first === undefined) return 'Nobody in particular';
  const name = `${KINDS[first.kind]} ${first.id}`;
  const alike = actors.filter((actor) => actor.kind === first.kind).length;
  return alike > 1 ? `${name} and ${alike - 1} more` : name;
}

function timeOf(seconds: number): string {
  for (const [unit, size] of [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ] as const) {
    if (seconds % size !== 0) continue;
    const count = seconds / size;
    return count === 1 ? `one ${unit}` : `${count} ${unit}s`;
  }
  return seconds === 1 ? 'one second' : `${seconds} seconds`;
}
