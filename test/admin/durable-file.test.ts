import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { AuditLog } from '../../src/admin/audit-log.ts';
import { readDurably, writeDurably } from '../../src/admin/durable-file.ts';
import { testFolder } from '../support/certificate.ts';

describe('a durable file', () => {
  it('D2 is never believed when it was cut off or changed at any byte; what stood there before is read instead', () => {
    const path = join(testFolder(), 'value.json');
    writeDurably(path, ['before']);
    writeDurably(path, ['now', { a: 1 }]);
    const whole = readFileSync(path);
    expect(readDurably(path)).toEqual(['now', { a: 1 }]);
    const damaged: Buffer[] = [];
    for (let i = 0; i < whole.length; i++) {
      if (i < whole.length - 1) damaged.push(whole.subarray(0, i));
      const changed = Buffer.from(whole);
      changed[i]! ^= 1;
      damaged.push(changed);
    }
    expect(damaged.length).toBeGreaterThan(150);
    for (const bytes of damaged) {
      writeFileSync(path, bytes);
      const read = readDurably(path);
      // Of the last line break nothing depends.
      if (bytes.subarray(0, -1).equals(whole.subarray(0, -1))) expect(read).toEqual(['now', { a: 1 }]);
      else expect(read).toEqual(['before']);
    }
  });

  it('that is not there is nothing, whatever stood there once', () => {
    const path = join(testFolder(), 'value.json');
    expect(readDurably(path)).toBeUndefined();
  });

  it('leaves the one before as it was when it cannot be written, and nothing beside it', () => {
    const folder = testFolder();
    const path = join(folder, 'value.json');
    writeDurably(path, 'good');
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(() => writeDurably(path, circle)).toThrow();
    expect(readDurably(path)).toBe('good');
    expect(readdirSync(folder)).toEqual(['value.json']);
  });
});

describe('the audit log', () => {
  it('D1 keeps in memory what the disk does not take, and writes it when there is room', () => {
    vi.useFakeTimers();
    try {
      const folder = testFolder();
      const failures: string[] = [];
      const log = new AuditLog(folder, (code) => failures.push(code));
      const path = join(folder, 'audit.jsonl');
      // A folder in its place takes no byte either.
      mkdirSync(path);
      for (const target of ['1', '2', '3']) log.add({ actor: 'ann', action: 'restriction.create', target });
      expect(failures).toEqual(['EISDIR', 'EISDIR', 'EISDIR']);
      rmdirSync(path);
      vi.advanceTimersByTime(5_000);
      expect(log.latest(10).map(({ target }) => target)).toEqual(['3', '2', '1']);
      log.add({ actor: 'ann', action: 'restriction.create', target: '4' });
      expect(log.latest(1)[0]).toMatchObject({ target: '4' });
    } finally {
      vi.useRealTimers();
    }
  });
});
