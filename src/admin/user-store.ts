// The people who sign in to the console: a name, a role, a password kept as its hash.
import { join } from 'node:path';
import { readDurably, writeDurably } from './durable-file.ts';
import { hashPassword, isPassword, PASSWORD_COST, type PasswordHash } from './password.ts';
import type { Role } from './token-store.ts';

export interface User {
  readonly name: string;
  readonly role: Role;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly lastSignIn: number | undefined;
}

type StoredUser = User & { readonly password: PasswordHash };

export const USER_NAME = '^[\\p{L}\\p{N}][\\p{L}\\p{N}._@+-]{0,63}$';
const USERS_MAX = 1_000;

export class UserStore {
  readonly #path: string;
  readonly #cost: number;
  #users: readonly StoredUser[];
  #nobody: Promise<PasswordHash> | undefined;

  constructor(folder: string, cost = PASSWORD_COST) {
    this.#path = join(folder, 'users.json');
    this.#cost = cost;
    this.#users = (readDurably(this.#path) as StoredUser[] | undefined) ?? [];
  }

  list(): User[] {
    return this.#users.map(({ password, ...user }) => user);
  }

  get(name: string): User | undefined {
    return this.list().find((user) => user.name === name);
  }

  /** False when the name is taken. @throws RangeError when there are too many */
  async create(name: string, role: Role, password: string, now: number): Promise<boolean> {
    const hash = await hashPassword(password, this.#cost);
    if (this.get(name) !== undefined) return false;
    if (this.#users.length >= USERS_MAX) throw new RangeError(`more than ${USERS_MAX} users`);
    this.#keep([...this.#users, { name, role, createdAt: now, lastSignIn: undefined, password: hash }]);
    return true;
  }

  /** False when there is no such user. */
  async change(name: string, change: { readonly role?: Role; readonly password?: string }): Promise<boolean> {
    const password = change.password === undefined ? undefined : await hashPassword(change.password, this.#cost);
    return this.#replace(name, (user) => ({
      ...user,
      role: change.role ?? user.role,
      password: password ?? user.password,
    }));
  }

  remove(name: string): boolean {
    const kept = this.#users.filter((user) => user.name !== name);
    if (kept.length === this.#users.length) return false;
    this.#keep(kept);
    return true;
  }

  /** True when nobody else could let others in. */
  isLastAdmin(name: string): boolean {
    const admins = this.#users.filter((user) => user.role === 'admin');
    return admins.length === 1 && admins[0]!.name === name;
  }

  /** An unknown name takes as long as a wrong password, so that names cannot be guessed by the clock. */
  async verify(name: string, password: string, now: number): Promise<User | undefined> {
    const found = this.#users.find((user) => user.name === name);
    this.#nobody ??= hashPassword('nobody has this one', this.#cost);
    const isRight = await isPassword(password, found?.password ?? (await this.#nobody));
    if (found === undefined || !isRight) return undefined;
    this.#replace(name, (user) => ({ ...user, lastSignIn: now }));
    return this.get(name);
  }

  #replace(name: string, change: (user: StoredUser) => StoredUser): boolean {
    if (!this.#users.some((user) => user.name === name)) return false;
    this.#keep(this.#users.map((user) => (user.name === name ? change(user) : user)));
    return true;
  }

  #keep(users: readonly StoredUser[]): void {
    this.#users = users;
    writeDurably(this.#path, users);
  }
}
