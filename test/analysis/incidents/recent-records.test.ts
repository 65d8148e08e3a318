import { describe, expect, it } from 'vitest';
import { BEFORE_MAX, RecentRecords } from '../../../src/analysis/incidents/evidence.ts';
import type { TransactionRecord } from '../../../src/core/record.ts';

const record = (id: string): TransactionRecord => ({ id, findings: [] }) as unknown as TransactionRecord;
const idsBefore = (recent: RecentRecords, keys: readonly string[], id: string): string[] =>
  recent.before(new Set(keys), id).map((one) => one.id);

describe('recent records', () => {
  it('gives the latest of an actor, by whatever of its keys, oldest first and each once', () => {
    const recent = new RecentRecords();
    for (let i = 0; i < 20; i++) {
      recent.add(record(`mine-${i}`), i % 2 === 0 ? ['ip:a', 'subject:ann'] : ['subject:ann']);
      recent.add(record(`other-${i}`), ['ip:b']);
    }
    expect(idsBefore(recent, ['ip:a', 'subject:ann'], 'mine-19')).toEqual(
      ['mine-14', 'mine-15', 'mine-16', 'mine-17', 'mine-18'].slice(-BEFORE_MAX),
    );
    expect(idsBefore(recent, ['ip:a'], 'mine-18')).toEqual(['mine-8', 'mine-10', 'mine-12', 'mine-14', 'mine-16']);
    expect(idsBefore(recent, ['ip:nobody'], 'mine-18')).toEqual([]);
  });

  it('forgets what has left the ring, and only that', () => {
    const recent = new RecentRecords();
    recent.add(record('first'), ['ip:a', 'ip:a']);
    recent.add(record('second'), ['ip:a']);
    for (let i = 0; i < 4_999; i++) recent.add(record(`other-${i}`), [`ip:${i}`]);
    expect(idsBefore(recent, ['ip:a'], 'x')).toEqual(['second']);
    recent.add(record('last'), ['ip:z']);
    expect(idsBefore(recent, ['ip:a'], 'x')).toEqual([]);
    expect(idsBefore(recent, ['ip:4998'], 'x')).toEqual(['other-4998']);
  });
});
