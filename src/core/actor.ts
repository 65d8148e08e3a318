// Who is behind a transaction. One transaction has several actors: its address, its subject, its key, its session.
// Invariant: an id is never a secret. Keys and session tokens appear as a keyed or plain SHA-256 prefix only.

export const ACTOR_KINDS = ['ip', 'subject', 'api-key', 'session', 'header'] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

export interface Actor {
  readonly kind: ActorKind;
  /** `203.0.113.7`, `ann@example.com`, `key:3f9a…`; for IPv6 the /64 network. */
  readonly id: string;
  /** False for what the client merely asserts, such as the subject of a token whose signature was not checked. */
  readonly isVerified: boolean;
}

/** An `api-key` that came as a bearer token and is no JWT. */
export const OPAQUE_TOKEN = 'token:';

/** Claims of the transaction's token, when it has one. */
export interface Token {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly header: Readonly<Record<string, unknown>>;
  readonly isVerified: boolean;
}

/** An actor that thousands of transactions have in common: its key is one text, which tables find by being the same. */
export class SharedActor implements Actor {
  readonly kind: ActorKind;
  readonly id: string;
  readonly isVerified: boolean;
  // No member: it is the same actor as one without.
  readonly #key: string;

  constructor(kind: ActorKind, id: string, isVerified: boolean) {
    this.kind = kind;
    this.id = id;
    this.isVerified = isVerified;
    this.#key = `${kind}:${id}`;
  }

  get key(): string {
    return this.#key;
  }
}

/** One string for tables and restrictions: `subject:ann@example.com`. */
export function actorKey(actor: Pick<Actor, 'kind' | 'id'>): string {
  return actor instanceof SharedActor ? actor.key : `${actor.kind}:${actor.id}`;
}
