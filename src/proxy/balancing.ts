// The choice between the URLs of an upstream.
import type { UpstreamMember } from './upstream-member.ts';

export type Choose = (candidates: readonly UpstreamMember[]) => UpstreamMember;

/** Each in turn. `candidates` is never empty. */
export function roundRobin(): Choose {
  let turn = -1;
  return (candidates) => {
    turn = (turn + 1) % candidates.length;
    return candidates[turn]!;
  };
}

/** The one with the fewest transactions under way; among equals each in turn, so that an idle group shares the load. */
export function leastPending(): Choose {
  let turn = -1;
  return (candidates) => {
    turn = (turn + 1) % candidates.length;
    let least = candidates[turn]!;
    for (let i = 1; i < candidates.length; i++) {
      const candidate = candidates[(turn + i) % candidates.length]!;
      if (candidate.pending < least.pending) least = candidate;
    }
    return least;
  };
}
