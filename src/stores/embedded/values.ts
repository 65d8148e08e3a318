// Counters, histograms, sketches, sets, indexes and feeds in the tables of one file. A place is a key with its expiry and size;
// its content is in the table of its kind. Everything here runs inside the caller's transaction.
import { OTHER_FIELD, type ScoreRange } from '../../core/store.ts';
import { type PendingValue, SIZE_MAX } from '../pending.ts';
import type { Tally } from '../tally.ts';
import type { Sqlite, Statement } from './database.ts';
import { Sketch } from './sketch.ts';

interface PlaceRow {
  readonly id: number;
  readonly expires: number;
  size: number;
}

const TABLES: Record<string, string> = {
  c: 'counts',
  h: 'counts',
  u: 'sketches',
  s: 'members',
  z: 'scores',
  f: 'entries',
};
const COUNT_LIMIT = Number.MAX_SAFE_INTEGER;

export class Values {
  readonly #database: Sqlite;
  readonly #tally: Tally;
  readonly #statements = new Map<string, Statement>();

  constructor(database: Sqlite, tally: Tally) {
    this.#database = database;
    this.#tally = tally;
  }

  write(value: PendingValue, now: number): void {
    const place = this.#placeFor(value.place, now);
    switch (value.kind) {
      case 'counters':
      case 'histogram':
        this.#writeCounts(place, value);
        break;
      case 'distinct':
        this.#writeSketch(place, [...value.items.keys()]);
        break;
      case 'members':
        this.#writeMembers(place, value);
        break;
      case 'index':
        this.#writeScores(place, value);
        break;
      case 'feed':
        this.#writeEntries(place, value);
        break;
      default:
        value.kind satisfies never;
    }
    const expires = value.ttlMs === 0 ? place.expires : now + value.ttlMs;
    this.#run('UPDATE places SET expires = ?, size = ? WHERE id = ?', expires, place.size, place.id);
  }

  /** Field, count, field, count … */
  counts(place: string, now: number): readonly unknown[] {
    const rows = this.#rowsOf(place, now, `SELECT field, count FROM counts WHERE place = ? LIMIT ${SIZE_MAX + 1}`);
    return rows.flatMap((row) => [row.field, row.count]);
  }

  members(place: string, now: number): readonly unknown[] {
    return this.#rowsOf(place, now, `SELECT member FROM members WHERE place = ? LIMIT ${SIZE_MAX}`).map(
      (r) => r.member,
    );
  }

  scores(place: string, range: ScoreRange, now: number): readonly unknown[] {
    const direction = range.order === 'highest-first' ? 'DESC' : 'ASC';
    const sql = `SELECT member, score FROM scores WHERE place = ? AND score >= ? AND score <= ?
      ORDER BY score ${direction}, member ${direction} LIMIT ?`;
    const bounds = [
      range.min ?? -Number.MAX_VALUE,
      range.max ?? Number.MAX_VALUE,
      Math.min(range.membersMax, SIZE_MAX),
    ];
    return this.#rowsOf(place, now, sql, ...bounds).flatMap((row) => [row.member, row.score]);
  }

  entries(place: string, entriesMax: number, now: number): readonly unknown[] {
    const sql = 'SELECT entry FROM entries WHERE place = ? ORDER BY id DESC LIMIT ?';
    return this.#rowsOf(place, now, sql, Math.min(entriesMax, SIZE_MAX)).map((row) => row.entry);
  }

  /** The sketches of these places in one. */
  sketch(places: readonly string[], now: number): Sketch {
    const merged = new Sketch();
    for (const text of places) {
      const place = this.#place(text);
      if (place !== undefined && place.expires > now) merged.merge(this.#readSketch(place));
    }
    return merged;
  }

  mergeSketches(into: string, sources: readonly string[], ttlMs: number, now: number): void {
    const merged = this.sketch([into, ...sources], now);
    const place = this.#placeFor(into, now);
    this.#run('INSERT OR REPLACE INTO sketches (place, registers) VALUES (?, ?)', place.id, merged.toBytes());
    this.#run('UPDATE places SET expires = ?, size = 1 WHERE id = ?', now + ttlMs, place.id);
  }

  erase(text: string): void {
    const place = this.#place(text);
    if (place === undefined) return;
    this.#clear(text, place.id);
    this.#run('DELETE FROM places WHERE id = ?', place.id);
  }

  /** Forgets places that expired; true when there may be more. */
  sweep(now: number, placesMax: number): boolean {
    const rows = this.#all('SELECT place FROM places WHERE expires <= ? ORDER BY expires LIMIT ?', now, placesMax);
    for (const row of rows) this.erase(String(row.place));
    return rows.length === placesMax;
  }

  /** Forgets a part of the places, those that would expire first; how many. */
  makeRoom(share: number): number {
    const places = Number(this.#all('SELECT count(*) AS places FROM places')[0]?.places ?? 0);
    const rows = this.#all('SELECT place FROM places ORDER BY expires LIMIT ?', Math.ceil(places * share));
    for (const row of rows) this.erase(String(row.place));
    return rows.length;
  }

  #writeCounts(place: PlaceRow, value: PendingValue): void {
    for (const [field, by] of value.items) {
      if (this.#addTo(place, field, by as number)) continue;
      if (value.kind === 'counters' && place.size >= value.sizeMax && field !== OTHER_FIELD) {
        this.#tally.refused += 1;
        if (this.#addTo(place, OTHER_FIELD, by as number)) continue;
        this.#run('INSERT INTO counts (place, field, count) VALUES (?, ?, ?)', place.id, OTHER_FIELD, by);
        continue;
      }
      this.#run('INSERT INTO counts (place, field, count) VALUES (?, ?, ?)', place.id, field, by);
      if (field !== OTHER_FIELD) place.size += 1;
    }
  }

  #addTo(place: PlaceRow, field: string, by: number): boolean {
    const sql = `UPDATE counts SET count = max(-${COUNT_LIMIT}, min(${COUNT_LIMIT}, count + ?)) WHERE place = ? AND field = ?`;
    return this.#run(sql, by, place.id, field) > 0;
  }

  #writeSketch(place: PlaceRow, members: readonly string[]): void {
    const sketch = this.#readSketch(place);
    for (const member of members) sketch.add(member);
    this.#run('INSERT OR REPLACE INTO sketches (place, registers) VALUES (?, ?)', place.id, sketch.toBytes());
    place.size = 1;
  }

  #readSketch(place: PlaceRow): Sketch {
    const row = this.#all('SELECT registers FROM sketches WHERE place = ?', place.id)[0];
    if (row === undefined) return new Sketch();
    const { registers } = row;
    const sketch = registers instanceof ArrayBuffer ? Sketch.fromBytes(new Uint8Array(registers)) : undefined;
    if (sketch === undefined) this.#tally.ignored += 1;
    return sketch ?? new Sketch();
  }

  #writeMembers(place: PlaceRow, value: PendingValue): void {
    for (const member of value.items.keys()) {
      place.size += this.#run('INSERT OR IGNORE INTO members (place, member) VALUES (?, ?)', place.id, member);
      if (place.size <= value.sizeMax) continue;
      place.size -= this.#run('DELETE FROM members WHERE place = ? AND member = ?', place.id, member);
      this.#tally.refused += 1;
    }
  }

  #writeScores(place: PlaceRow, value: PendingValue): void {
    for (const [member, score] of value.items) {
      if (score === undefined) {
        place.size -= this.#run('DELETE FROM scores WHERE place = ? AND member = ?', place.id, member);
      } else if (
        this.#run('UPDATE scores SET score = ? WHERE place = ? AND member = ?', score, place.id, member) === 0
      ) {
        this.#run('INSERT INTO scores (place, member, score) VALUES (?, ?, ?)', place.id, member, score);
        place.size += 1;
      }
    }
    if (place.size <= value.sizeMax) return;
    const sql = `DELETE FROM scores WHERE place = ? AND member IN
      (SELECT member FROM scores WHERE place = ? ORDER BY score, member LIMIT ?)`;
    place.size -= this.#run(sql, place.id, place.id, place.size - value.sizeMax);
  }

  #writeEntries(place: PlaceRow, value: PendingValue): void {
    for (const entry of value.items.values()) {
      this.#run('INSERT INTO entries (place, entry) VALUES (?, ?)', place.id, entry);
      place.size += 1;
    }
    if (place.size <= value.sizeMax) return;
    const sql = `DELETE FROM entries WHERE place = ? AND id IN
      (SELECT id FROM entries WHERE place = ? ORDER BY id LIMIT ?)`;
    place.size -= this.#run(sql, place.id, place.id, place.size - value.sizeMax);
  }

  /** The place, made when it is not there, and empty when it had expired. */
  #placeFor(text: string, now: number): PlaceRow {
    const place = this.#place(text);
    if (place === undefined) {
      this.#run('INSERT INTO places (place, expires, size) VALUES (?, ?, 0)', text, now);
      return this.#place(text)!;
    }
    if (place.expires > now) return place;
    this.#clear(text, place.id);
    return { ...place, size: 0 };
  }

  #place(text: string): PlaceRow | undefined {
    const row = this.#all('SELECT id, expires, size FROM places WHERE place = ?', text)[0];
    return row === undefined ? undefined : { id: Number(row.id), expires: Number(row.expires), size: Number(row.size) };
  }

  #clear(text: string, id: number): void {
    const table = TABLES[text[0]!];
    if (table !== undefined) this.#run(`DELETE FROM ${table} WHERE place = ?`, id);
  }

  #rowsOf(text: string, now: number, sql: string, ...more: readonly unknown[]): readonly Record<string, unknown>[] {
    const place = this.#place(text);
    return place === undefined || place.expires <= now ? [] : this.#all(sql, place.id, ...more);
  }

  #run(sql: string, ...values: readonly unknown[]): number {
    return this.#prepared(sql).run(...values).changes;
  }

  #all(sql: string, ...values: readonly unknown[]): readonly Record<string, unknown>[] {
    return this.#prepared(sql).all(...values) as Record<string, unknown>[];
  }

  #prepared(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare<unknown[]>(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
