// Patterns written by users must be matched in linear time, whatever they wrote: they are compiled by RE2's algorithm.
import { RE2JS } from 're2js';

/** What is wrong with a pattern, as something to do about it; undefined when it compiles. */
export function linearPatternFault(source: string): string | undefined {
  if (/\(\?(?:[=!]|<[=!])/.test(source)) {
    return 'look-around is not supported, since it cannot be matched in linear time; use `context` or a `validator`';
  }
  if (/(?:^|[^\\])(?:\\\\)*\\[1-9]/.test(source) || /\\k</.test(source)) {
    return 'back-references are not supported, since they cannot be matched in linear time';
  }
  try {
    RE2JS.compile(source);
    return undefined;
  } catch (error) {
    return `not a pattern: ${(error as Error).message}`;
  }
}
