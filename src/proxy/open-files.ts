// How many clients may be connected: half of the files that the process may have open. The other half is for upstreams, logs and
// whatever else; a process without a free descriptor can neither answer nor say so.
import { readFileSync } from 'node:fs';

const CONNECTIONS_MAX = 50_000;

/** `limits` is the text of proc(5) limits; Node raises the soft limit to the hard one when it starts. */
export function connectionsMaxBy(limits: string): number {
  const files = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Number.NaN);
  return files > 0 ? Math.min(CONNECTIONS_MAX, Math.floor(files / 2)) : CONNECTIONS_MAX;
}

export function connectionsMax(): number {
  try {
    return connectionsMaxBy(readFileSync('/proc/self/limits', 'latin1'));
  } catch {
    return CONNECTIONS_MAX;
  }
}
