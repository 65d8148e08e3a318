// What every store promises: one suite, run against each of them.
import { expect, it } from 'vitest';
import { quantileOf } from '../../src/core/log-buckets.ts';
import { DOCUMENT_BYTES_MAX, ENTRY_BYTES_MAX, OTHER_FIELD, type Store, type StoreKey } from '../../src/core/store.ts';

const HOUR = { ttlMs: 3_600_000, sizeMax: 1_000 };
let keys = 0;

/** A key nobody used. */
const fresh = (owner = 'GET shop/users/{id}'): StoreKey => ({ space: 'endpoint', owner, name: `n${keys++}.x` });

export function storeContract(store: () => Store): void {
  it('adds to counters, from any number of writes', async () => {
    const key = fresh();
    for (let i = 0; i < 100; i++) store().count(key, 'requests', 2, HOUR);
    store().count(key, 'failures', 1, HOUR);
    await store().flush();
    store().count(key, 'requests', -50, HOUR);
    await store().flush();
    expect(await store().counters(key)).toEqual(
      new Map([['requests', 150]].concat([['failures', 1]]) as [string, number][]),
    );
  });

  it('reads nothing where nothing is', async () => {
    const key = fresh();
    expect(await store().counters(key)).toEqual(new Map());
    expect(await store().histogram(key)).toEqual(new Map());
    expect(await store().distinct([key])).toBe(0);
    expect(await store().members(key)).toEqual(new Set());
    expect(await store().ranked(key, { order: 'highest-first', membersMax: 10 })).toEqual([]);
    expect(await store().newest(key, 10)).toEqual([]);
    expect(await store().document('incident', `none-${key.name}`)).toBeUndefined();
  });

  it('stores what was collected within its time, unasked', async () => {
    const key = fresh();
    store().count(key, 'requests', 1, HOUR);
    await expect.poll(async () => (await store().counters(key)).get('requests'), { interval: 20 }).toBe(1);
  });

  it('keeps fields with any text apart', async () => {
    const key = fresh();
    const fields = ['', ' ', '\0', '__proto__', 'constructor', 'ü한글🐘', '-1', '{other', '\n', 'a'.repeat(256)];
    for (const [i, field] of fields.entries()) store().count(key, field, i + 1, HOUR);
    await store().flush();
    const stored = fields.map((field, i) => [field.replace('\0', '\u2400'), i + 1] as const);
    expect(await store().counters(key)).toEqual(new Map(stored));
  });

  it('shortens what is too long, and keeps it apart from what begins alike', async () => {
    const key = fresh();
    store().count(key, `${'a'.repeat(5_000)}1`, 1, HOUR);
    store().count(key, `${'a'.repeat(5_000)}2`, 1, HOUR);
    await store().flush();
    const fields = [...(await store().counters(key)).keys()];
    expect(fields).toHaveLength(2);
    for (const field of fields) expect(field).toMatch(/^a{233}~[\w-]{22}$/);
  });

  it('counts what a full set of counters does not take as other', async () => {
    const key = fresh();
    const keep = { ttlMs: 3_600_000, sizeMax: 3 };
    for (let i = 0; i < 10; i++) store().count(key, `field-${i}`, 1, keep);
    await store().flush();
    store().count(key, 'field-0', 5, keep);
    store().count(key, 'late', 5, keep);
    await store().flush();
    const counters = await store().counters(key);
    expect(counters.size).toBe(4);
    expect(counters.get('field-0')).toBe(6);
    expect(counters.get(OTHER_FIELD)).toBe(12);
    expect(store().health().counts.refused).toBeGreaterThanOrEqual(8);
  });

  it('knows quantiles from a histogram', async () => {
    const key = fresh();
    for (let value = 1; value <= 1_000; value++) store().observe(key, value, HOUR);
    store().observe(key, 0, HOUR, 10);
    await store().flush();
    const buckets = await store().histogram(key);
    expect([...buckets.values()].reduce((a, b) => a + b, 0)).toBe(1_010);
    expect(quantileOf(buckets, 0.5)).toBeGreaterThan(470);
    expect(quantileOf(buckets, 0.5)).toBeLessThan(530);
    expect(quantileOf(buckets, 0.99)).toBeGreaterThan(930);
    expect(quantileOf(buckets, 0.99)).toBeLessThan(1_050);
  });

  it('counts distinct members within two percent, alone and together', async () => {
    const [first, second, target] = [fresh('actor'), fresh('actor'), fresh('actor')];
    for (let i = 0; i < 20_000; i++) store().addDistinct(first, `user-${i}`, HOUR);
    for (let i = 10_000; i < 30_000; i++) store().addDistinct(second, `user-${i}`, HOUR);
    await store().flush();
    expect(Math.abs((await store().distinct([first])) / 20_000 - 1)).toBeLessThan(0.02);
    expect(Math.abs((await store().distinct([first, second])) / 30_000 - 1)).toBeLessThan(0.02);
    await store().mergeDistinct(target, [first, second], HOUR);
    expect(Math.abs((await store().distinct([target])) / 30_000 - 1)).toBeLessThan(0.02);
  });

  it('counts few distinct members exactly', async () => {
    const key = fresh();
    for (let i = 0; i < 7; i++) store().addDistinct(key, `user-${i}`, HOUR);
    await store().flush();
    for (let i = 0; i < 7; i++) store().addDistinct(key, `user-${i}`, HOUR);
    await store().flush();
    expect(await store().distinct([key])).toBe(7);
  });

  it('keeps a set within its size', async () => {
    const key = fresh();
    for (const member of ['a', 'b', 'a', 'c', 'd', 'e']) store().addMember(key, member, { ttlMs: 60_000, sizeMax: 3 });
    await store().flush();
    store().addMember(key, 'a', { ttlMs: 60_000, sizeMax: 3 });
    store().addMember(key, 'f', { ttlMs: 60_000, sizeMax: 3 });
    await store().flush();
    expect(await store().members(key)).toEqual(new Set(['a', 'b', 'c']));
  });

  it('gives the members of an index by score, and lets the lowest go', async () => {
    const key = fresh();
    const keep = { ttlMs: 60_000, sizeMax: 4 };
    for (const [i, member] of ['a', 'b', 'c', 'd', 'e', 'f'].entries()) store().rank(key, member, i, keep);
    await store().flush();
    store().rank(key, 'c', 9.5, keep);
    store().unrank(key, 'e');
    await store().flush();
    expect(await store().ranked(key, { order: 'highest-first', membersMax: 10 })).toEqual([
      { member: 'c', score: 9.5 },
      { member: 'f', score: 5 },
      { member: 'd', score: 3 },
    ]);
    const range = { min: 3, max: 5, order: 'lowest-first', membersMax: 1 } as const;
    expect(await store().ranked(key, range)).toEqual([{ member: 'd', score: 3 }]);
    expect(store().rank(key, 'x', Number.NaN, keep)).toBe(false);
  });

  it('gives the newest entries of a feed first, and lets the oldest go', async () => {
    const key = fresh();
    const keep = { ttlMs: 60_000, sizeMax: 5 };
    for (let i = 0; i < 4; i++) store().append(key, `entry-${i}`, keep);
    await store().flush();
    for (let i = 4; i < 8; i++) store().append(key, `entry-${i}`, keep);
    store().append(key, 'entry-7', keep);
    await store().flush();
    expect(await store().newest(key, 3)).toEqual(['entry-7', 'entry-7', 'entry-6']);
    expect(await store().newest(key, 100)).toEqual(['entry-7', 'entry-7', 'entry-6', 'entry-5', 'entry-4']);
    expect(store().append(key, 'a'.repeat(ENTRY_BYTES_MAX + 1), keep)).toBe(false);
  });

  it('forgets values some time after the last write', async () => {
    const keep = { ttlMs: 150, sizeMax: 10 };
    const key = fresh();
    store().count(key, 'a', 1, keep);
    store().observe(key, 5, keep);
    store().addDistinct(key, 'a', keep);
    store().addMember(key, 'a', keep);
    store().rank(key, 'a', 1, keep);
    store().append(key, 'a', keep);
    await store().flush();
    await store().put('short-lived', key.name, {}, 0, keep);
    const left = async () =>
      (await store().counters(key)).size +
      (await store().histogram(key)).size +
      (await store().distinct([key])) +
      (await store().members(key)).size +
      (await store().ranked(key, { order: 'highest-first', membersMax: 10 })).length +
      (await store().newest(key, 10)).length +
      ((await store().document('short-lived', key.name)) === undefined ? 0 : 1);
    await expect.poll(left, { interval: 20, timeout: 5_000 }).toBe(0);
    store().count(key, 'b', 1, keep);
    await store().flush();
    expect(await store().counters(key)).toEqual(new Map([['b', 1]]));
  });

  it('erases a key whatever is there', async () => {
    const [key, other] = [fresh(), fresh()];
    for (const one of [key, other]) {
      store().count(one, 'a', 1, HOUR);
      store().observe(one, 1, HOUR);
      store().append(one, 'a', HOUR);
    }
    await store().flush();
    await store().erase(key);
    expect((await store().counters(key)).size + (await store().histogram(key)).size).toBe(0);
    expect(await store().newest(key, 1)).toEqual([]);
    expect((await store().counters(other)).size + (await store().histogram(other)).size).toBe(2);
  });

  it('writes a document only onto the version that was read', async () => {
    const id = `inc-${keys++}`;
    expect(await store().put('incident', id, { status: 'open' }, 0, HOUR)).toEqual({ isWritten: true, version: 1 });
    const refusal = await store().put('incident', id, { status: 'lost' }, 0, HOUR);
    expect(refusal).toEqual({ isWritten: false, current: { id, version: 1, value: { status: 'open' } } });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => store().put('incident', id, { by: i }, 1, HOUR)),
    );
    expect(answers.filter((answer) => answer.isWritten)).toHaveLength(1);
    expect(await store().document('incident', id)).toMatchObject({ id, version: 2 });
    expect(await store().remove('incident', id, 1)).toBe(false);
    expect(await store().remove('incident', id, 2)).toBe(true);
    expect(await store().document('incident', id)).toBeUndefined();
    expect(await store().put('incident', id, [1, null, 'x'], 5, HOUR)).toEqual({
      isWritten: false,
      current: undefined,
    });
  });

  it('gives all documents of a kind, page by page', async () => {
    const kind = `kind-${keys++}`;
    const ids = Array.from({ length: 230 }, (_, i) => `id ${i} {x}\n한글`);
    await Promise.all(ids.map((id, i) => store().put(kind, id, { i }, 0, HOUR)));
    const found: string[] = [];
    let after: string | undefined;
    let pages = 0;
    do {
      const page = await store().documents(kind, { documentsMax: 50, after });
      expect(page.documents.length).toBeLessThanOrEqual(50);
      found.push(...page.documents.map((document) => document.id));
      after = page.next;
      pages += 1;
    } while (after !== undefined && pages < 500);
    expect(found.toSorted()).toEqual(ids.toSorted());
    expect((await store().documents(`${kind}-none`, { documentsMax: 10 })).documents).toEqual([]);
  });

  it('keeps about as many documents of a kind as it was told, and those that live longest', async () => {
    const kind = `kind-${keys++}`;
    for (let begin = 0; begin < 3_000; begin += 100) {
      await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          store().put(kind, `id-${begin + i}`, {}, 0, { ttlMs: 1_000_000 + (begin + i) * 1_000, sizeMax: 500 }),
        ),
      );
    }
    const kept = new Set<string>();
    for (let after: string | undefined, pages = 0; pages < 500; pages++) {
      const page = await store().documents(kind, { documentsMax: 200, after });
      for (const document of page.documents) kept.add(document.id);
      after = page.next;
      if (after === undefined) break;
    }
    expect(kept.size).toBeGreaterThanOrEqual(500);
    expect(kept.size).toBeLessThan(1_500);
    expect(kept.has('id-2999')).toBe(true);
    expect(kept.has('id-0')).toBe(false);
  });

  it('refuses what is over its bound with a fault', async () => {
    const large = 'a'.repeat(DOCUMENT_BYTES_MAX);
    await expect(store().put('incident', 'large', large, 0, HOUR)).rejects.toMatchObject({ code: 'STORE_DOCUMENT' });
    await expect(store().put('incident', 'none', undefined, 0, HOUR)).rejects.toMatchObject({ code: 'STORE_DOCUMENT' });
    await expect(store().publish('news', `${large}a`)).rejects.toMatchObject({ code: 'STORE_MESSAGE' });
    const key = { space: 'end point', owner: '', name: 'x' };
    expect(() => store().count(key, 'a', 1, HOUR)).toThrow(expect.objectContaining({ code: 'STORE_KEY' }));
    await expect(store().counters(key)).rejects.toMatchObject({ code: 'STORE_KEY' });
  });

  it('tells subscribers what is published, in order, and no more once they left', async () => {
    const heard: string[] = [];
    let listening = 0;
    const unsubscribe = store().subscribe('news', {
      onMessage: (message) => heard.push(message),
      onListening: () => {
        listening += 1;
      },
    });
    await expect.poll(() => listening).toBe(1);
    await store().publish('news', 'one');
    await store().publish('other', 'not for us');
    await store().publish('news', 'ü한글🐘');
    await expect.poll(() => heard).toEqual(['one', 'ü한글🐘']);
    unsubscribe();
    const other: string[] = [];
    const leave = store().subscribe('marker', {
      onMessage: (message) => other.push(message),
      onListening: () => (listening += 1),
    });
    await expect.poll(() => listening).toBe(2);
    await store().publish('news', 'two');
    await store().publish('marker', 'end');
    await expect.poll(() => other).toEqual(['end']);
    expect(heard).toHaveLength(2);
    leave();
  });

  it('says how it is', () => {
    const health = store().health();
    expect(health).toMatchObject({ state: 'up', reason: undefined });
    expect(health.counts.written).toBeGreaterThan(0);
    expect(health.counts.flushes).toBeGreaterThan(0);
    expect(health.counts).toMatchObject({ dropped: 0, ignored: 0 });
  });
}
