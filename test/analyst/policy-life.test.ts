// Versions, rollback and canary: what is live, what is held back, and that both survive a restart.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AuditLog } from '../../src/admin/audit-log.ts';
import { Canary, type CanarySettings } from '../../src/analyst/canary.ts';
import type { LivePolicy } from '../../src/analyst/policies.ts';
import { PolicyLife } from '../../src/analyst/policy-life.ts';
import { PolicyVersions } from '../../src/analyst/policy-versions.ts';
import type { ExceptionDocument, PolicyBundle } from '../../src/core/document.ts';
import type { TransactionRecord } from '../../src/core/record.ts';

const SETTINGS: CanarySettings & { share: number } = {
  share: 0.5,
  durationMs: 60_000,
  samplesMin: 100,
  blockShareRise: 0.02,
  errorShareRise: 0.01,
  latencyRise: 0.5,
};

let folder = '';
let now = Date.UTC(2026, 2, 1);
beforeEach(() => {
  vi.useFakeTimers();
  folder = mkdtempSync(join(tmpdir(), 'sallyport-life-'));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

function bundle(version: string, reason = version): PolicyBundle {
  const document = {
    kind: 'exception',
    id: 'x',
    description: '',
    enabled: true,
    reason,
    source: { file: 'a.yaml', line: 1, column: 1 },
  };
  return { version, documents: [document as unknown as ExceptionDocument] };
}

function life(first: PolicyBundle, canary?: typeof SETTINGS) {
  const live: LivePolicy = { bundle: first, faults: [], reloads: 0, refusals: 0 };
  const announced: string[] = [];
  const one = new PolicyLife({
    dataFolder: folder,
    live,
    audit: new AuditLog(folder),
    log: pino({ level: 'silent' }),
    canary,
    workers: () => 2,
    announce: ({ version }, place) => announced.push(place === undefined ? version : `${version} to ${place.share}`),
    now: () => now,
  });
  one.start();
  return { one, live, announced };
}

function record(policyVersion: string, given: Partial<TransactionRecord> = {}): TransactionRecord {
  return { policyVersion, action: 'allow', status: 200, durationMs: 10, upstreamMs: 8, ...given } as TransactionRecord;
}

describe('versions', () => {
  it('are kept over a restart, with who changed what and why, and told apart value by value', () => {
    const { one } = life(bundle('v1', 'old'));
    one.changed(bundle('v2', 'new'));
    const again = life(bundle('v2', 'new')).one;
    expect(again.versions().map(({ version, by, action }) => [version, by, action])).toEqual([
      ['v2', 'files', 'publish'],
      ['v1', 'files', 'publish'],
    ]);
    expect(again.difference('v1', 'v2')).toMatchObject({
      added: [],
      removed: [],
      changed: [{ kind: 'exception', id: 'x', changes: [{ pointer: '/reason', before: 'old', after: 'new' }] }],
    });
    expect(again.difference('v1', 'nowhere')).toBeUndefined();
  });

  it('are bounded, and the newest stay', () => {
    const versions = new PolicyVersions(folder);
    for (let n = 0; n < 60; n++) versions.keep(bundle(`v${n}`), { at: n, by: 'files', action: 'publish', reason: '' });
    expect(new PolicyVersions(folder).list()).toHaveLength(50);
    expect(versions.get('v9')).toBeUndefined();
    expect(versions.get('v10')).toEqual(bundle('v10'));
  });
});

describe('a rollback', () => {
  it('brings the version before back at once, and holds until the files change', () => {
    const { one, live, announced } = life(bundle('v1'));
    one.changed(bundle('v2'));
    expect(one.rollBack(undefined, 'ann', 'too many blocks')).toEqual({ version: 'v1' });
    expect(live.bundle.version).toBe('v1');
    expect(one.held).toMatchObject({ files: 'v2', by: 'ann', reason: 'too many blocks' });
    // Read again, the same files change nothing.
    one.changed(bundle('v2'));
    expect(live.bundle.version).toBe('v1');
    one.changed(bundle('v3'));
    expect([live.bundle.version, one.held]).toEqual(['v3', undefined]);
    expect(announced).toEqual(['v2', 'v1', 'v3']);
    expect(one.rollBack('nowhere', 'ann', '')).toEqual({ objection: 'the version nowhere is not kept' });
    expect(one.rollBack('v3', 'ann', '')).toEqual({ objection: 'v3 is live already' });
  });

  it('survives a restart of everything, and of the analyst alone', () => {
    const { one } = life(bundle('v1'));
    one.changed(bundle('v2'));
    one.rollBack('v1', 'ann', 'why');
    const everything = life(bundle('v2'));
    expect([everything.live.bundle.version, everything.announced]).toEqual(['v1', ['v1']]);
    const analyst = life(bundle('v1'));
    expect([analyst.live.bundle.version, analyst.announced]).toEqual(['v1', []]);
    analyst.one.changed(bundle('v2'));
    expect(analyst.live.bundle.version).toBe('v1');
    const changedMeanwhile = life(bundle('v3'));
    expect([changedMeanwhile.live.bundle.version, changedMeanwhile.one.held]).toEqual(['v3', undefined]);
  });
});

describe('a canary', () => {
  it('goes live when it stays in its band', () => {
    const { one, live, announced } = life(bundle('v1'), SETTINGS);
    one.changed(bundle('v2'));
    expect([live.bundle.version, one.canary?.version, announced]).toEqual(['v1', 'v2', ['v2 to 0.5']]);
    for (let i = 0; i < 500; i++) {
      one.take(record('v1', { action: i % 50 === 0 ? 'block' : 'allow' }));
      one.take(record('v2', { action: i % 45 === 0 ? 'block' : 'allow' }));
    }
    vi.advanceTimersByTime(2_000);
    expect(live.bundle.version).toBe('v1');
    now += 60_000;
    vi.advanceTimersByTime(2_000);
    expect([live.bundle.version, one.canary, announced.at(-1)]).toEqual(['v2', undefined, 'v2']);
  });

  it('is taken back when it blocks more, and the files are held back with the reason', () => {
    const { one, live, announced } = life(bundle('v1'), SETTINGS);
    one.changed(bundle('v2'));
    for (let i = 0; i < 200; i++) {
      one.take(record('v1'));
      one.take(record('v2', { action: i % 8 === 0 ? 'block' : 'allow' }));
    }
    vi.advanceTimersByTime(1_000);
    expect([live.bundle.version, announced]).toEqual(['v1', ['v2 to 0.5', 'v1']]);
    expect(one.held).toMatchObject({ files: 'v2', by: 'canary', reason: expect.stringContaining('blocks 12.5 %') });
    expect(one.versions()[0]).toMatchObject({ version: 'v2', action: 'canary-failed' });
    // Somebody who knows better makes it live all the same.
    expect(one.rollBack('v2', 'ann', 'these are attacks')).toEqual({ version: 'v2' });
    expect([live.bundle.version, one.held]).toEqual(['v2', undefined]);
  });

  it.each<[string, Partial<TransactionRecord>, string]>([
    ['server errors', { status: 502 }, 'server errors'],
    ['latency of its own', { durationMs: 80, upstreamMs: 8 }, 'slowest twentieth'],
  ])('fails by %s', (_, given, reason) => {
    const canary = new Canary('v2', 'v1', SETTINGS, 0);
    for (let i = 0; i < 300; i++) {
      canary.take(record('v1'));
      canary.take(record('v2', i % 6 === 0 ? given : {}));
    }
    expect(canary.verdict(1_000)).toMatchObject({ kind: 'failed', reason: expect.stringContaining(reason) });
  });

  it('does not fail by chance, by a slow upstream, or by an attack that both see', () => {
    const canary = new Canary('v2', 'v1', SETTINGS, 0);
    let state = 7;
    const random = (): number => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return state / 2 ** 31;
    };
    for (let i = 0; i < 4_000; i++) {
      const isBlocked = random() < 0.2;
      const upstreamMs = random() * 1_000;
      canary.take(
        record(i % 2 === 0 ? 'v1' : 'v2', {
          action: isBlocked ? 'block' : 'allow',
          upstreamMs,
          durationMs: upstreamMs + random() * 4,
        }),
      );
      expect(canary.verdict(1_000)).toEqual({ kind: 'wait' });
    }
    expect(canary.verdict(60_000)).toEqual({ kind: 'passed' });
  });
});
