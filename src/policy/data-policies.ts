// Data policies compiled: for a data type seen somewhere, which policy applies and what it asks for.
import type { DataPolicyDocument, DataTypeDocument } from '../core/document.ts';
import type { Location } from '../core/field.ts';
import type { Direction } from '../core/transaction.ts';
import { EndpointIndex } from './endpoint-index.ts';
import { compileMatch, type Facts, type Matcher } from './match.ts';
import { compilePointers } from './pointer-pattern.ts';

export interface CompiledDataPolicy {
  readonly document: DataPolicyDocument;
  readonly matches: Matcher;
  readonly isExcepted: Matcher;
  readonly isPointer: (pointer: string) => boolean;
}

export class DataPolicies {
  /** Data type id → policies about it, in document order. */
  readonly #byType = new Map<string, EndpointIndex<CompiledDataPolicy>>();
  readonly #directions = new Set<Direction>();
  readonly #bodyDirections = new Set<Direction>();
  readonly #locations = new Set<Location>();

  /** @throws RangeError when a policy names a data type or tag that no document defines */
  constructor(policies: readonly DataPolicyDocument[], dataTypes: readonly DataTypeDocument[]) {
    for (const document of policies) {
      const excepts = document.except.map(compileMatch);
      const compiled: CompiledDataPolicy = {
        document,
        matches: compileMatch(document.match),
        isExcepted: (facts) => excepts.some((except) => except(facts)),
        isPointer: compilePointers(document.match.pointer),
      };
      const { direction, location } = document.match;
      for (const one of direction === 'both' ? (['request', 'response'] as const) : [direction]) {
        this.#directions.add(one);
        if (location.length === 0 || location.includes('body')) this.#bodyDirections.add(one);
      }
      for (const one of location) this.#locations.add(one);
      for (const id of typesOf(document, dataTypes)) {
        const ofType = this.#byType.get(id) ?? new EndpointIndex();
        this.#byType.set(id, ofType);
        ofType.add(compiled, document.match.endpoint);
      }
    }
  }

  /** False when nothing has to be looked for in that direction. */
  concernsDirection(direction: Direction): boolean {
    return this.#directions.has(direction);
  }

  /** False when no policy of that direction is about bodies, which then need not be scanned. */
  concernsBody(direction: Direction): boolean {
    return this.#bodyDirections.has(direction);
  }

  /** True when a policy names the location itself: headers and cookies are scanned only then. */
  concernsLocation(location: Location): boolean {
    return this.#locations.has(location);
  }

  /** Policies about a data type in this direction at this endpoint and actor, exceptions already taken out. */
  about(dataType: string, direction: Direction, location: Location, facts: Facts): CompiledDataPolicy[] {
    const candidates = this.#byType.get(dataType)?.candidates(facts);
    if (candidates === undefined) return [];
    return candidates.filter(({ document: { match }, matches, isExcepted }) => {
      if (match.direction !== 'both' && match.direction !== direction) return false;
      if (
        match.location.length > 0 ? !match.location.includes(location) : location === 'header' || location === 'cookie'
      ) {
        return false;
      }
      return matches(facts) && !isExcepted(facts);
    });
  }
}

/** Ids that a policy's `dataTypes` mean. */
export function typesOf(policy: DataPolicyDocument, dataTypes: readonly DataTypeDocument[]): string[] {
  const ids = new Set<string>();
  for (const entry of policy.match.dataTypes) {
    if (entry === '*') for (const type of dataTypes) ids.add(type.id);
    else if (entry.startsWith('tag:')) {
      for (const type of dataTypes) if (type.tags.includes(entry.slice(4))) ids.add(type.id);
    } else ids.add(entry);
  }
  return [...ids];
}
