// Admin tokens: random, shown once, kept as scrypt hashes. Roles: ingest only brings transactions, viewer reads, analyst also
// restricts, admin does all.
import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { readDurably, writeDurably } from './durable-file.ts';

export const ROLES = ['ingest', 'viewer', 'analyst', 'admin'] as const;
export type Role = (typeof ROLES)[number];

interface StoredToken {
  readonly name: string;
  readonly role: Role;
  readonly salt: string;
  readonly hash: string;
  readonly createdAt: number;
}

export interface Caller {
  readonly name: string;
  readonly role: Role;
}

const TOKENS_MAX = 1_000;
const VERIFIED_REMEMBERED_MAX = 100;

export class TokenStore {
  /** The token made at the first start, to be shown once. */
  readonly firstToken: string | undefined;
  readonly #path: string;
  #tokens: StoredToken[];
  /** Hashing costs tens of milliseconds on purpose; a caller pays once per process. */
  readonly #verified = new Map<string, Caller>();

  constructor(folder: string, given: string | undefined) {
    this.#path = join(folder, 'tokens.json');
    this.#tokens = (readDurably(this.#path) as StoredToken[] | undefined) ?? [];
    if (given !== undefined) {
      this.#tokens = this.#tokens.filter((token) => token.name !== 'environment');
      this.#store('environment', 'admin', given);
    } else if (this.#tokens.length === 0) {
      this.firstToken = this.create('first', 'admin');
    }
  }

  /** The new token's text, which is never shown again. @throws RangeError when there are too many */
  create(name: string, role: Role): string {
    const text = `sp_${randomBytes(24).toString('base64url')}`;
    this.#store(name, role, text);
    return text;
  }

  list(): readonly Pick<StoredToken, 'name' | 'role' | 'createdAt'>[] {
    return this.#tokens.map(({ name, role, createdAt }) => ({ name, role, createdAt }));
  }

  remove(name: string): boolean {
    const kept = this.#tokens.filter((token) => token.name !== name);
    if (kept.length === this.#tokens.length) return false;
    this.#tokens = kept;
    this.#verified.clear();
    writeDurably(this.#path, this.#tokens);
    return true;
  }

  verify(text: string): Caller | undefined {
    if (text.length > 200) return undefined;
    const known = this.#verified.get(text);
    if (known !== undefined) return known;
    const token = this.#tokens.find(({ salt, hash }) => timingSafeEqual(hashOf(text, salt), Buffer.from(hash, 'hex')));
    if (token === undefined) return undefined;
    const caller = { name: token.name, role: token.role };
    if (this.#verified.size >= VERIFIED_REMEMBERED_MAX) this.#verified.clear();
    this.#verified.set(text, caller);
    return caller;
  }

  #store(name: string, role: Role, text: string): void {
    if (this.#tokens.length >= TOKENS_MAX) throw new RangeError(`more than ${TOKENS_MAX} tokens`);
    const salt = randomBytes(16).toString('hex');
    const token = { name, role, salt, hash: hashOf(text, salt).toString('hex'), createdAt: Date.now() };
    this.#tokens = [...this.#tokens.filter((one) => one.name !== name), token];
    writeDurably(this.#path, this.#tokens);
  }
}

function hashOf(text: string, salt: string): Buffer {
  return scryptSync(text, salt, 32);
}
