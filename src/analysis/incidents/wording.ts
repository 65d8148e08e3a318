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
  const text = template.replace(/\{([A-Za-z]+)\}/g, (_, name: string) => {
    if (name === 'window') return timeOf(Number(figures.windowSeconds ?? 0));
    const figure = Object.hasOwn(figures, name) ? figures[name] : undefined;
    return figure === undefined ? '' : String(figure);
  });
  return text.replace(/(?<![\d.,])1 (request|answer|response|account|object|attempt|value|call|time)s\b/g, 'one $1');
}

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
