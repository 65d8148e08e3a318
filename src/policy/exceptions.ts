// Exceptions: findings that the operator has declared legitimate at one place. Indexed by detection, so that a thousand of
// them cost nothing to a transaction without findings.
import type { ExceptionDocument } from '../core/document.ts';
import type { Finding } from '../core/finding.ts';
import { compileMatch, type Facts, type Matcher } from './match.ts';
import { compilePointers } from './pointer-pattern.ts';

interface CompiledException {
  readonly document: ExceptionDocument;
  readonly matches: Matcher;
  readonly isPointer: (pointer: string) => boolean;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export class Exceptions {
  readonly #byDetection = new Map<string, CompiledException[]>();

  constructor(documents: readonly ExceptionDocument[]) {
    for (const document of documents) {
      const compiled: CompiledException = {
        document,
        matches: compileMatch(document.match),
        isPointer: compilePointers(document.match.pointer),
        expiresAt: document.expires === undefined ? Number.POSITIVE_INFINITY : endOf(document.expires),
      };
      const same = this.#byDetection.get(document.detector);
      if (same === undefined) this.#byDetection.set(document.detector, [compiled]);
      else same.push(compiled);
    }
  }

  /** The exception that covers a finding, or undefined. `now` in milliseconds since the epoch. */
  find(finding: Finding, facts: Facts, now: number): ExceptionDocument | undefined {
    return this.#among(finding.detection, finding, facts, now) ?? this.#among('*', finding, facts, now);
  }

  #among(detection: string, finding: Finding, facts: Facts, now: number): ExceptionDocument | undefined {
    return this.#byDetection.get(detection)?.find(({ document: { match }, matches, isPointer, expiresAt }) => {
      // Not `now >= expiresAt`: an end that is no number must not hold for ever.
      if (!(now < expiresAt) || !isPointer(finding.pointer)) return false;
      if (match.location.length > 0 && !(match.location as readonly string[]).includes(finding.location)) return false;
      if (match.dataTypes.length > 0 && !match.dataTypes.includes(finding.dataType ?? '')) return false;
      return matches(facts);
    })?.document;
  }
}

/** Milliseconds since the epoch. A plain date holds until the end of that day; times without a zone are UTC. NaN for no date. */
export function endOf(expires: string): number {
  if (expires.length > 10) return Date.parse(/(?:Z|[+-]\d\d:\d\d)$/.test(expires) ? expires : `${expires}Z`);
  const start = Date.parse(expires);
  // The parser takes February 30 for March 2.
  const isDate = Number.isFinite(start) && new Date(start).toISOString().startsWith(expires);
  return isDate ? start + 86_400_000 : Number.NaN;
}
