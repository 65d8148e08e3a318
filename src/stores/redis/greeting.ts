// What is done first on every new connection: agree on the schema, and look whether the store still is the one we knew.
// The schema's version is a number in one key. An older one is brought up by the migrations, by one node at a time; a newer one
// is left alone, and this node does not use the store. Each shard carries a random word; when it is gone or another one, the
// shard was emptied.
import { randomBytes } from 'node:crypto';
import { Fault } from '../../core/fault.ts';
import { SHARDS } from '../keys.ts';
import type { StoreLog } from '../log.ts';
import type { Tally } from '../tally.ts';
import type { RedisClient } from './client.ts';
import type { Connection } from './connection.ts';

/** Brings what is stored from version `from` to `from + 1`. Runs again from its beginning when it was interrupted. */
export interface Migration {
  readonly from: number;
  readonly describe: string;
  run(client: RedisClient, keyPrefix: string): Promise<void>;
}

/** None yet: version 1 is the first. */
export const MIGRATIONS: readonly Migration[] = [];

const LOCK_MS = 60_000;

export class Greeting {
  readonly #connection: () => Connection;
  readonly #keyPrefix: string;
  readonly #migrations: readonly Migration[];
  readonly #tally: Tally;
  readonly #log: StoreLog;
  readonly #word = randomBytes(9).toString('base64url');
  readonly #words: (string | undefined)[] = Array.from({ length: SHARDS }, () => undefined);

  constructor(
    connection: () => Connection,
    keyPrefix: string,
    migrations: readonly Migration[],
    tally: Tally,
    log: StoreLog,
  ) {
    this.#connection = connection;
    this.#keyPrefix = keyPrefix;
    this.#migrations = migrations;
    this.#tally = tally;
    this.#log = log;
  }

  async agreeOnSchema(): Promise<void> {
    const known = this.#migrations.length + 1;
    const key = `${this.#keyPrefix}:schema`;
    for (;;) {
      const before = await this.#send((client) => client.set(key, known, 'NX', 'GET'));
      if (before === null) return;
      const version = typeof before === 'string' && /^\d{1,6}$/.test(before) ? Number(before) : undefined;
      if (version === known) return;
      if (version === undefined || version === 0) {
        this.#tally.ignored += 1;
        this.#log.error({ key }, 'the schema version in Redis was no number: it is written anew');
        await this.#send((client) => client.set(key, known));
        return;
      }
      if (version > known) {
        const message = `Redis holds schema ${version}, this version knows ${known}`;
        this.#log.error({ version, known }, 'Redis was written by a newer version, and is not used');
        throw new Fault('STORE_NEWER_SCHEMA', 'gateway', 503, message);
      }
      await this.#migrate(key, version);
    }
  }

  /** Whether a shard lost what it held since we last looked, or holds nothing yet. */
  async findsEmpty(): Promise<boolean> {
    const found = await Promise.allSettled(this.#words.map((_, shard) => this.#wordOf(shard)));
    let isEmptied = false;
    for (const [shard, result] of found.entries()) {
      if (result.status === 'rejected') continue;
      const before = this.#words[shard];
      const isFirstLook = before === undefined;
      if (isFirstLook ? result.value === this.#word : result.value !== before) isEmptied = true;
      this.#words[shard] = result.value;
    }
    return isEmptied;
  }

  /** The word a shard carries; ours when it carried none. */
  async #wordOf(shard: number): Promise<string> {
    const key = `${this.#keyPrefix}:{${shard}}:word`;
    const before = await this.#send((client) => client.set(key, this.#word, 'NX', 'GET'));
    return typeof before === 'string' ? before : this.#word;
  }

  async #migrate(key: string, version: number): Promise<void> {
    const migration = this.#migrations.find((one) => one.from === version);
    const lock = `${this.#keyPrefix}:migrating`;
    const hasLock = await this.#send((client) => client.set(lock, this.#word, 'PX', LOCK_MS, 'NX'));
    if (migration === undefined || hasLock !== 'OK') {
      throw new Fault('STORE_MIGRATING', 'gateway', 503, 'another node brings the store to this version');
    }
    this.#log.info({ from: version, what: migration.describe }, 'bringing the store in Redis to this version');
    await migration.run(this.#connection().client, this.#keyPrefix);
    await this.#send((client) => client.set(key, version + 1));
    await this.#send((client) => client.del(lock));
  }

  #send(command: (client: RedisClient) => Promise<unknown>): Promise<unknown> {
    return this.#connection().sendUnchecked(command);
  }
}
