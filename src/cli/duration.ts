// Durations on the command line, as the configuration writes them: `24h`, `7d`, `90m`.
import { duration } from '../configuration/written-values.ts';

/** Undefined when it is none. */
export function milliseconds(text: string): number | undefined {
  const parsed = duration.safeParse(text);
  return parsed.success ? parsed.data : undefined;
}
