// Compiles what a document is about (endpoints, actors) into one function over the facts of a transaction.
import type { Actor, Token } from '../core/actor.ts';
import type { ActorMatch, EndpointMatch } from '../core/document.ts';
import { AddressRanges } from './address-ranges.ts';
import { compileEndpointPattern } from './endpoint-pattern.ts';

/** What is known of a transaction when documents are matched. */
export interface Facts {
  readonly method: string;
  /** Lower case, without port. */
  readonly host: string;
  /** Decoded path segments. */
  readonly segments: readonly string[];
  /** Segments of the endpoint's template, `{id}` and all. */
  readonly templateSegments: readonly string[];
  readonly actors: readonly Actor[];
  readonly token: Token | undefined;
  /** The token's signature was checked, or no key is configured and the upstream is the one who checks it. */
  readonly areClaimsTrusted: boolean;
  readonly clientAddress: string;
}

export type Matcher = (facts: Facts) => boolean;

const always: Matcher = () => true;

/** Endpoint patterns and the actor condition must both hold; an empty one always does. */
export function compileMatch(match: EndpointMatch): Matcher {
  const patterns = match.endpoint.map(compileEndpointPattern);
  const isActor = match.actor === undefined ? undefined : compileActorMatch(match.actor);
  if (patterns.length === 0) return isActor ?? always;
  const isEndpoint: Matcher = (facts) =>
    patterns.some(
      (pattern) =>
        pattern.matches(facts.method, facts.host, facts.segments) ||
        // An exception pasted from an explanation names the template; `{id}` in it is a segment like any other.
        pattern.matches(facts.method, facts.host, facts.templateSegments),
    );
  return isActor === undefined ? isEndpoint : (facts) => isEndpoint(facts) && isActor(facts);
}

function compileActorMatch(match: ActorMatch): Matcher {
  const ids = match.id.length === 0 ? undefined : new Set(match.id);
  const ranges = match.ip.length === 0 ? undefined : new AddressRanges(match.ip.map((range) => [range, true] as const));
  const claims = Object.entries(match.claim).map(([path, values]) => [path.split('.'), new Set(values)] as const);
  const needsActor = match.kind !== undefined || ids !== undefined;
  return ({ actors, token, areClaimsTrusted, clientAddress }) => {
    if (ranges !== undefined && ranges.find(clientAddress) === undefined) return false;
    for (const [path, values] of claims) {
      // A claim that nobody vouches for grants nothing.
      if (token === undefined || !areClaimsTrusted || !hasClaim(token.claims, path, values)) return false;
    }
    return (
      !needsActor ||
      actors.some(
        (actor) => (match.kind === undefined || actor.kind === match.kind) && (ids === undefined || ids.has(actor.id)),
      )
    );
  };
}

function hasClaim(claims: unknown, path: readonly string[], values: ReadonlySet<string>): boolean {
  let value: unknown = claims;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return false;
    value = (value as Record<string, unknown>)[step];
  }
  return Array.isArray(value) ? value.some((one) => values.has(String(one))) : values.has(String(value));
}
