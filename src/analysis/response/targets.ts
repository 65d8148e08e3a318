// Whom a plan may restrict for an incident: the identities of the first kind that it names and the incident has, without those
// that are protected; and whether that may happen without a person.
import { type Actor, actorKey } from '../../core/actor.ts';
import type { Incident } from '../../core/incident.ts';
import type { RestrictAction } from '../../core/response-plan.ts';

/** Transactions below which one detection alone is one signal. */
const ONE_SIGNAL_MAX = 5;
/** An attack from more addresses than this meets bystanders: a person decides. */
const SOURCES_MAX = 3;

export interface Target {
  readonly actor: Actor;
  readonly othersPerDay: number;
  readonly mayBeAutomatic: boolean;
  /** Said to whoever decides. */
  readonly warning: string | undefined;
}

export interface KnownOfActors {
  readonly confidenceOf: (key: string, now: number) => number;
  /** Different detections that accuse an actor. */
  readonly detectionsOf: (key: string, now: number) => number;
  /** Other identities seen with an actor in a day. */
  readonly othersOf: (key: string, now: number) => number;
  /** Why an actor must not be restricted. */
  readonly objectionTo: (actor: Actor) => string | undefined;
}

export function targetsOf(
  action: RestrictAction,
  incident: Incident,
  confidenceMin: number,
  known: KnownOfActors,
  now: number,
): Target[] {
  const candidates = incident.actors.filter(
    (actor) =>
      action.actor.includes(actor.kind) &&
      known.objectionTo(actor) === undefined &&
      known.confidenceOf(actorKey(actor), now) >= confidenceMin,
  );
  // A name that anybody can write comes last: whoever writes another's must not have him blocked.
  for (const isUnproven of [false, true]) {
    for (const kind of action.actor) {
      const actors = candidates.filter((actor) => actor.kind === kind && isOnlyNamed(actor, incident) === isUnproven);
      if (actors.length > 0) return actors.map((actor) => targetOf(actor, actors.length, action, incident, known, now));
    }
  }
  return [];
}

/**
 * A subject or header that nobody checked: not the gateway, and not the API, which never answered what the incident is about. Keys and
 * sessions are secrets of those who show them.
 */
function isOnlyNamed({ kind, isVerified }: Actor, { result }: Incident): boolean {
  return (kind === 'subject' || kind === 'header') && !isVerified && result !== 'succeeded';
}

function targetOf(
  actor: Actor,
  sources: number,
  action: RestrictAction,
  incident: Incident,
  known: KnownOfActors,
  now: number,
): Target {
  const key = actorKey(actor);
  const isAddress = actor.kind === 'ip';
  const othersPerDay = isAddress ? known.othersOf(key, now) : 0;
  const isOneSignal = known.detectionsOf(key, now) < 2 && incident.count < ONE_SIGNAL_MAX;
  const warning =
    othersPerDay > action.othersMax
      ? `${othersPerDay} other users came from this address in 24 hours: restrict the token, key or session instead`
      : isOneSignal && (isAddress || !actor.isVerified)
        ? 'one signal only, of an identity that can be forged'
        : isOnlyNamed(actor, incident)
          ? 'a name that nobody has checked: whoever wrote it may be somebody else'
          : isAddress && sources > SOURCES_MAX
            ? `one of ${sources} addresses of this attack, among which may be bystanders`
            : undefined;
  return { actor, othersPerDay, warning, mayBeAutomatic: warning === undefined };
}
