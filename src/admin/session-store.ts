// Who is signed in to the console. The secret lives in the browser's cookie; here is its hash, so that a copy of the file lets
// nobody in. Invariant: every session ends, by idling, by age, or by what it was made from going away.
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readDurably, writeDurably } from './durable-file.ts';

export interface Session {
  /** Hash of the secret. */
  readonly id: string;
  readonly signedInWith: 'password' | 'token' | 'oidc';
  /** Of the user or of the token, or as the identity provider says. */
  readonly name: string;
  /** Of somebody from the identity provider: the groups that make roles. */
  readonly groups?: readonly string[];
  /** To be sent as a header with every change: another site can make a browser send the cookie, but cannot read this. */
  readonly csrfToken: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  lastUsed: number;
}

export const SESSION_IDLE_MS = 2 * 3_600_000;
export const SESSION_AGE_MS = 12 * 3_600_000;
const SESSIONS_MAX = 1_000;

export class SessionStore {
  readonly #path: string;
  readonly #byId = new Map<string, Session>();

  constructor(folder: string) {
    this.#path = join(folder, 'sessions.json');
    for (const one of (readDurably(this.#path) as Session[] | undefined) ?? []) this.#byId.set(one.id, one);
  }

  create(
    signedInWith: Session['signedInWith'],
    name: string,
    now: number,
    groups?: readonly string[],
  ): { secret: string; session: Session } {
    const secret = randomBytes(32).toString('base64url');
    const csrfToken = randomBytes(24).toString('base64url');
    const session: Session = {
      id: idOf(secret),
      signedInWith,
      name,
      ...(groups === undefined ? {} : { groups }),
      csrfToken,
      createdAt: now,
      lastUsed: now,
    };
    this.#expire(now);
    if (this.#byId.size >= SESSIONS_MAX) this.#byId.delete(this.#byId.keys().next().value!);
    this.#byId.set(session.id, session);
    this.#keep();
    return { secret, session };
  }

  find(secret: string, now: number): Session | undefined {
    if (secret.length > 100) return undefined;
    const session = this.#byId.get(idOf(secret));
    if (session === undefined || isOver(session, now)) return undefined;
    session.lastUsed = now;
    return session;
  }

  isLive(session: Session, now: number): boolean {
    return this.#byId.get(session.id) === session && !isOver(session, now);
  }

  remove(session: Session): void {
    if (this.#byId.delete(session.id)) this.#keep();
  }

  /** Signs a person out everywhere; `except` stays. */
  removeOf(signedInWith: Session['signedInWith'], name: string, except?: Session): void {
    for (const one of [...this.#byId.values()])
      if (one.signedInWith === signedInWith && one.name === name && one.id !== except?.id) this.#byId.delete(one.id);
    this.#keep();
  }

  #expire(now: number): void {
    for (const [id, session] of this.#byId) if (isOver(session, now)) this.#byId.delete(id);
  }

  #keep(): void {
    writeDurably(this.#path, [...this.#byId.values()]);
  }
}

function isOver({ createdAt, lastUsed }: Session, now: number): boolean {
  return now - lastUsed > SESSION_IDLE_MS || now - createdAt > SESSION_AGE_MS;
}

function idOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
