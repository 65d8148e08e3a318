// Versioned documents in Redis: each a string of its own, `version writer`, its id and its value on a line each, and an index
// by expiry for each kind and shard, which finds them and bounds them.

import { randomBytes } from 'node:crypto';
import { Fault } from '../../core/fault.ts';
import type { DocumentPage, DocumentPageRequest, Keep, PutAnswer, StoredDocument } from '../../core/store.ts';
import { checkedDocument } from '../checked.ts';
import { placeOfDocument, SHARDS } from '../keys.ts';
import type { Tally } from '../tally.ts';
import type { Connection } from './connection.ts';

export type KeyName = (shard: number, text: string) => string;

interface Position {
  readonly shard: number;
  /** Expiry of the document before, and its digest. */
  readonly score: string;
  readonly digest: string;
}

export class RedisDocuments {
  readonly #connection: Connection;
  readonly #tally: Tally;
  readonly #key: KeyName;

  constructor(connection: Connection, tally: Tally, key: KeyName) {
    this.#connection = connection;
    this.#tally = tally;
    this.#key = key;
  }

  async read(kind: string, id: string): Promise<StoredDocument | undefined> {
    const { shard, text } = placeOfDocument(kind, id);
    const [found] = await this.#texts([this.#key(shard, text)]);
    return this.#parsed(found);
  }

  async put(kind: string, id: string, json: string, expected: number, keep: Keep): Promise<PutAnswer> {
    const place = placeOfDocument(kind, id);
    const keys = [this.#key(place.shard, place.text), this.#key(place.shard, `i:${kind}`)];
    const body = `${JSON.stringify(place.id)}\n${json}`;
    const writer = randomBytes(6).toString('base64url');
    const siblings = this.#key(place.shard, `d:${kind}:`);
    const write = async (onto: number): Promise<PutAnswer | 'unreadable'> => {
      const args = [onto, writer, body, Math.ceil(keep.ttlMs), place.digest, perShard(keep.sizeMax), siblings];
      const answer = await this.#connection.script('put', keys, args);
      const [isWritten, found] = Array.isArray(answer) ? (answer as unknown[]) : [];
      if (isWritten === 1) {
        this.#tally.written += 1;
        return { isWritten: true, version: Number(found) };
      }
      if (typeof found !== 'string') return { isWritten: false, current: undefined };
      const current = this.#parsed(found);
      return current === undefined ? 'unreadable' : { isWritten: false, current };
    };
    const answer = await write(expected);
    if (answer !== 'unreadable') return answer;
    // What nobody can read is as good as not there; it is written over.
    if (expected === 0) await this.#connection.send((client) => client.del(keys[0]!));
    const again = expected === 0 ? await write(0) : undefined;
    return again === undefined || again === 'unreadable' ? { isWritten: false, current: undefined } : again;
  }

  async remove(kind: string, id: string, expected: number): Promise<boolean> {
    const { shard, text, digest } = placeOfDocument(kind, id);
    const keys = [this.#key(shard, text), this.#key(shard, `i:${kind}`)];
    return (await this.#connection.script('remove', keys, [expected, digest])) === 1;
  }

  async page(kind: string, { documentsMax, after }: DocumentPageRequest): Promise<DocumentPage> {
    placeOfDocument(kind, '');
    let at = after === undefined ? { shard: 0, score: '-inf', digest: '' } : positionOf(after);
    const documents: StoredDocument[] = [];
    while (at.shard < SHARDS && documents.length < documentsMax) {
      const shard = at.shard;
      const entries = await this.#indexed(kind, at, documentsMax - documents.length);
      if (entries.length === 0) {
        at = { shard: shard + 1, score: '-inf', digest: '' };
        continue;
      }
      const texts = await this.#texts(entries.map(({ digest }) => this.#key(shard, `d:${kind}:${digest}`)));
      if (texts.length === 0) break;
      for (const text of texts) {
        const document = this.#parsed(text);
        if (document !== undefined) documents.push(document);
      }
      const last = entries[Math.min(texts.length, entries.length) - 1]!;
      at = { shard, score: last.score, digest: last.digest };
      // A short answer was large: the rest is for the next page.
      if (texts.length < entries.length) break;
    }
    return { documents, next: at.shard < SHARDS ? `${at.shard}|${at.score}|${at.digest}` : undefined };
  }

  /** What the index holds after a position, in order of expiry and digest. */
  async #indexed(kind: string, at: Position, wanted: number): Promise<readonly Omit<Position, 'shard'>[]> {
    const key = this.#key(at.shard, `i:${kind}`);
    const found: { score: string; digest: string }[] = [];
    for (let offset = 0; found.length < wanted; ) {
      const range = { min: at.score, max: '+inf', order: 'lowest-first', offset, wanted };
      const flat = await this.#rangeOf(key, range.min, range.offset, range.wanted);
      for (let i = 0; i + 1 < flat.length; i += 2) {
        const [digest, score] = [String(flat[i]), String(flat[i + 1])];
        if (score !== at.score || digest > at.digest) found.push({ digest, score });
      }
      if (flat.length < wanted * 2) break;
      offset += wanted;
    }
    return found.slice(0, wanted).filter(({ digest }) => isDigest(digest) || this.#ignored());
  }

  async #rangeOf(key: string, min: string, offset: number, wanted: number): Promise<readonly unknown[]> {
    try {
      const flat = await this.#connection.send((client) =>
        client.zrange(key, min, '+inf', 'BYSCORE', 'LIMIT', offset, wanted, 'WITHSCORES'),
      );
      return Array.isArray(flat) ? flat : [];
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'STORE_REFUSED') throw error;
      // Not an index: the next write sets it aside.
      this.#ignored();
      return [];
    }
  }

  async #texts(keys: readonly string[]): Promise<readonly unknown[]> {
    const answer = await this.#connection.script('documents', keys, []);
    return Array.isArray(answer) ? answer : [];
  }

  #parsed(text: unknown): StoredDocument | undefined {
    if (text === null || text === undefined) return undefined;
    if (typeof text === 'string') {
      const first = text.indexOf('\n');
      const second = text.indexOf('\n', first + 1);
      const version = /^(\d{1,14}) /.exec(text)?.[1];
      if (first > 0 && second > 0) {
        return checkedDocument(idOf(text.slice(first + 1, second)), version, text.slice(second + 1), this.#tally);
      }
    }
    this.#ignored();
    return undefined;
  }

  #ignored(): false {
    this.#tally.ignored += 1;
    return false;
  }
}

/** Owners spread evenly, not equally: some room above the share, so that nothing goes before its kind is full. */
function perShard(sizeMax: number): number {
  const share = sizeMax / SHARDS;
  return Math.ceil(share + 4 * Math.sqrt(share) + 8);
}

function idOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function positionOf(after: string): Position {
  const [, shard, score, digest] = /^(\d{1,2})\|(-inf|\d{1,16})\|([\w-]{0,22})$/.exec(after) ?? [];
  if (shard === undefined) throw new Fault('STORE_KEY', 'gateway', 400, 'the page does not exist');
  return { shard: Number(shard), score: score!, digest: digest! };
}

function isDigest(text: string): boolean {
  return /^[\w-]{22}$/.test(text);
}
