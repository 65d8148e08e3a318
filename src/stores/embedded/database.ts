// The file of the embedded store: opened alone, checked, brought to the present schema. A file that cannot be read is moved
// aside, with a message, and a new one begun; it is never deleted and never believed.
// WAL with synchronous=NORMAL: what was committed survives the death of the process; a power cut may take the last commits,
// and leaves a sound file.
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { Fault } from '../../core/fault.ts';

export type Sqlite = Database.Database;
export type Statement = Database.Statement<unknown[]>;

/** Each brings a file from its number to the next; `PRAGMA user_version` is the number reached. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE places (id INTEGER PRIMARY KEY, place TEXT NOT NULL UNIQUE, expires INTEGER NOT NULL, size INTEGER NOT NULL);
   CREATE INDEX places_by_expiry ON places (expires);
   CREATE TABLE counts (place INTEGER NOT NULL, field TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (place, field)) WITHOUT ROWID;
   CREATE TABLE sketches (place INTEGER PRIMARY KEY, registers BLOB NOT NULL);
   CREATE TABLE members (place INTEGER NOT NULL, member TEXT NOT NULL, PRIMARY KEY (place, member)) WITHOUT ROWID;
   CREATE TABLE scores (place INTEGER NOT NULL, member TEXT NOT NULL, score REAL NOT NULL, PRIMARY KEY (place, member)) WITHOUT ROWID;
   CREATE INDEX scores_in_order ON scores (place, score, member);
   CREATE TABLE entries (id INTEGER PRIMARY KEY AUTOINCREMENT, place INTEGER NOT NULL, entry TEXT NOT NULL);
   CREATE INDEX entries_by_place ON entries (place, id);
   CREATE TABLE documents (kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, value TEXT NOT NULL, expires INTEGER NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
   CREATE INDEX documents_by_expiry ON documents (kind, expires);`,
];
export const SCHEMA_VERSION = MIGRATIONS.length;

const LOCK_WAIT_MS = 3_000;
const PAGE_BYTES = 4_096;

export interface OpenedDatabase {
  readonly database: Sqlite;
  /** True when there was no file, or none that could be used. */
  readonly isNew: boolean;
  /** Where an unusable file was moved. */
  readonly movedAside: string | undefined;
}

/** Throws a Fault when another process has the file, when it is of a newer version, or when the folder cannot be written. */
export function openDatabase(folder: string, fileBytesMax: number): OpenedDatabase {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Fault('STORE_FILE', 'gateway', 503, `cannot make ${folder}: ${(error as Error).message}`);
  }
  const file = join(folder, 'store.db');
  const isThere = existsSync(file);
  const first = tryOpen(file, fileBytesMax);
  if (first !== undefined) return { database: first, isNew: !isThere, movedAside: undefined };
  const movedAside = moveAside(file);
  const second = tryOpen(file, fileBytesMax);
  if (second === undefined) throw new Fault('STORE_FILE', 'gateway', 503, `cannot make a sound file at ${file}`);
  return { database: second, isNew: true, movedAside };
}

/** Moves the file and what belongs to it; returns its new name. */
function moveAside(file: string): string {
  let name = '';
  for (let n = 1; name === '' || existsSync(name); n++) name = `${file}.unusable-${n}`;
  renameSync(file, name);
  for (const suffix of ['-wal', '-shm']) if (existsSync(file + suffix)) renameSync(file + suffix, name + suffix);
  return name;
}

/** Undefined when the file is damaged. */
function tryOpen(file: string, fileBytesMax: number): Sqlite | undefined {
  let database: Sqlite | undefined;
  try {
    database = new Database(file, { timeout: LOCK_WAIT_MS });
    database.exec(`PRAGMA busy_timeout = ${LOCK_WAIT_MS}`);
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = NORMAL');
    // Takes the lock now, not at the first write.
    database.exec('BEGIN IMMEDIATE; COMMIT');
    if (firstValue(database.prepare('PRAGMA quick_check(1)').get()) !== 'ok') {
      database.close();
      return undefined;
    }
    const version = Number(firstValue(database.prepare('PRAGMA user_version').get()));
    if (version > SCHEMA_VERSION) {
      const message = `${file} was written by a newer version (schema ${version}, known is ${SCHEMA_VERSION})`;
      throw new Fault('STORE_NEWER_SCHEMA', 'gateway', 503, message);
    }
    for (let at = version; at < SCHEMA_VERSION; at++) {
      database.exec(`BEGIN IMMEDIATE; ${MIGRATIONS[at]} PRAGMA user_version = ${at + 1}; COMMIT`);
    }
    database.exec(`PRAGMA max_page_count = ${Math.max(256, Math.floor(fileBytesMax / PAGE_BYTES))}`);
    return database;
  } catch (error) {
    if (database?.open) database.close();
    if (error instanceof Fault) throw error;
    const code = codeOf(error);
    if (isDamage(code)) return undefined;
    if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
      throw new Fault('STORE_IN_USE', 'gateway', 503, `another process uses ${file}; give each gateway a data folder`);
    }
    throw new Fault('STORE_FILE', 'gateway', 503, `cannot open ${file}: ${(error as Error).message}`);
  }
}

/** SQLite's own name of what happened. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : '';
}

export function isDamage(code: string): boolean {
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB';
}

function firstValue(row: unknown): unknown {
  return typeof row === 'object' && row !== null ? Object.values(row)[0] : row;
}
