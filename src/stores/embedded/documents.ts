// Versioned documents in the file of the embedded store. Writing compares the version and sets the next one in one transaction.
import type { DocumentPage, DocumentPageRequest, Keep, PutAnswer, StoredDocument } from '../../core/store.ts';
import { checkedDocument } from '../checked.ts';
import type { Tally } from '../tally.ts';
import type { Sqlite } from './database.ts';

const PAGE_CHARS_MAX = 4_194_304;

export class Documents {
  readonly #database: Sqlite;
  readonly #tally: Tally;
  /** Kind → how many, expired ones included. */
  readonly #sizes = new Map<string, number>();

  constructor(database: Sqlite, tally: Tally) {
    this.#database = database;
    this.#tally = tally;
    for (const row of database.prepare('SELECT kind, count(*) AS size FROM documents GROUP BY kind').all()) {
      const { kind, size } = row as { kind: string; size: number };
      this.#sizes.set(kind, size);
    }
  }

  read(kind: string, id: string, now: number): StoredDocument | undefined {
    const sql = 'SELECT id, version, value FROM documents WHERE kind = ? AND id = ? AND expires > ?';
    return this.#checked(this.#database.prepare(sql).all(kind, id, now)[0]);
  }

  /** 0 when there is none. The document itself, which may be long, is not read. */
  #version(kind: string, id: string, now: number): number {
    const sql = 'SELECT version FROM documents WHERE kind = ? AND id = ? AND expires > ?';
    const [row] = this.#database.prepare(sql).all(kind, id, now);
    return row === undefined ? 0 : (row as { version: number }).version;
  }

  page(kind: string, { documentsMax, after }: DocumentPageRequest, now: number): DocumentPage {
    const sql =
      'SELECT id, version, value FROM documents WHERE kind = ? AND id > ? AND expires > ? ORDER BY id LIMIT ?';
    const documents: StoredDocument[] = [];
    let chars = 0;
    let last: string | undefined;
    let rows = 0;
    for (const row of this.#database.prepare(sql).iterate(kind, after ?? '', now, documentsMax)) {
      const { id, value } = row as { id: string; value: string };
      chars += String(value).length;
      if (rows > 0 && chars > PAGE_CHARS_MAX) return { documents, next: last };
      rows += 1;
      last = id;
      const document = this.#checked(row);
      if (document !== undefined) documents.push(document);
    }
    return { documents, next: rows < documentsMax ? undefined : last };
  }

  put(kind: string, id: string, json: string, expected: number, keep: Keep, now: number): PutAnswer {
    if (this.#version(kind, id, now) !== expected) {
      // A document that is not what it should be is none: it does not stand in the way.
      const current = this.read(kind, id, now);
      if ((current?.version ?? 0) !== expected) return { isWritten: false, current };
    }
    this.#delete('kind = ? AND id = ?', kind, kind, id);
    const sql = 'INSERT INTO documents (kind, id, version, value, expires) VALUES (?, ?, ?, ?, ?)';
    this.#database.prepare(sql).run(kind, id, expected + 1, json, now + keep.ttlMs);
    this.#sizes.set(kind, (this.#sizes.get(kind) ?? 0) + 1);
    this.#bound(kind, id, keep.sizeMax);
    return { isWritten: true, version: expected + 1 };
  }

  remove(kind: string, id: string, expected: number, now: number): boolean {
    if (this.read(kind, id, now)?.version !== expected) return false;
    return this.#delete('kind = ? AND id = ?', kind, kind, id) > 0;
  }

  /** Forgets documents that expired. */
  sweep(now: number): void {
    for (const kind of this.#sizes.keys()) this.#delete('kind = ? AND expires <= ?', kind, kind, now);
  }

  /** Lets those that expire first go, never the one just written. */
  #bound(kind: string, written: string, sizeMax: number): void {
    const over = (this.#sizes.get(kind) ?? 0) - Math.max(1, sizeMax);
    if (over <= 0) return;
    const oldest = 'SELECT id FROM documents WHERE kind = ? AND id <> ? ORDER BY expires LIMIT ?';
    this.#delete(`kind = ? AND id IN (${oldest})`, kind, kind, kind, written, over);
  }

  #delete(where: string, kind: string, ...values: readonly unknown[]): number {
    const { changes } = this.#database.prepare(`DELETE FROM documents WHERE ${where}`).run(...values);
    this.#sizes.set(kind, (this.#sizes.get(kind) ?? 0) - changes);
    return changes;
  }

  #checked(row: unknown): StoredDocument | undefined {
    if (row === undefined) return undefined;
    const { id, version, value } = row as { id: unknown; version: unknown; value: unknown };
    return checkedDocument(id, version, value, this.#tally);
  }
}
