// Behaviour that people declared legitimate at one place or for one actor: the exceptions whose `detector` is a scenario.
// Exceptions about pointers, locations or data types are about single findings and do not hold here.
import type { ExceptionDocument } from '../../core/document.ts';
import { endOf } from '../../policy/exceptions.ts';
import { compileMatch, type Matcher } from '../../policy/match.ts';
import { factsOf } from './scenarios.ts';
import type { Signal } from './signal.ts';

interface Compiled {
  readonly detection: string;
  readonly matches: Matcher;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export class ScenarioExceptions {
  readonly #compiled: readonly Compiled[];

  constructor(documents: readonly ExceptionDocument[]) {
    this.#compiled = documents
      .filter(({ match }) => match.pointer.length + match.location.length + match.dataTypes.length === 0)
      .map(({ detector, match, expires }) => ({
        detection: detector,
        matches: compileMatch(match),
        expiresAt: expires === undefined ? Number.POSITIVE_INFINITY : endOf(expires),
      }));
  }

  isExcepted({ scenario, occurrence, at }: Signal): boolean {
    if (this.#compiled.length === 0 || occurrence === undefined) return false;
    return this.#compiled.some(
      ({ detection, matches, expiresAt }) =>
        (detection === scenario.id || detection === '*') && at < expiresAt && matches(factsOf(occurrence)),
    );
  }
}
