// What the recorder keeps can be read again byte for byte by whoever has the key, and by nobody else; it stays within its bounds.
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Completion, Inspection, Inspector } from '../../src/core/inspector.ts';
import type { RecordedTransaction } from '../../src/core/recorded-transaction.ts';
import { recordedSince } from '../../src/recorder/read-recording.ts';
import { prune, Recorder, type RecorderSettings, segmentsIn } from '../../src/recorder/recorder.ts';
import { recordingInspector } from '../../src/recorder/recording-inspector.ts';
import { readKey, readOrMakeKey } from '../../src/recorder/recording-key.ts';

let folder = '';
let now = Date.UTC(2026, 2, 1);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-recorder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function settings(given: Partial<RecorderSettings> = {}): RecorderSettings {
  return {
    folder,
    keyFile: join(folder, 'key'),
    share: 1,
    bytesMax: 1 << 30,
    ageMaxMs: 86_400_000,
    now: () => now,
    random: () => 0.5,
    ...given,
  };
}

function transaction(n: number, body = Buffer.from([n, 0, 255])): RecordedTransaction {
  return {
    at: now,
    clientAddress: '203.0.113.7',
    request: { method: 'POST', url: `/secret-path/${n}`, rawHeaders: ['Cookie', 'hunter2'], body, isDecoded: false },
    response: {
      status: 200,
      rawHeaders: ['A', 'b', 'A', 'c'],
      body: Buffer.from('{"ssn":"536-22-8754"}'),
      isDecoded: false,
    },
  };
}

async function readAll(
  since = 0,
  keyFile = join(folder, 'key'),
): Promise<{ read: RecordedTransaction[]; unreadable: number }> {
  const recording = recordedSince(folder, keyFile, since);
  if ('objection' in recording) throw new Error(recording.objection);
  const read: RecordedTransaction[] = [];
  for await (const one of recording.read) read.push(one);
  return { read, unreadable: recording.counts.unreadable };
}

describe('the recorder', () => {
  it('gives back what it was given, byte for byte, and keeps nothing of it readable', async () => {
    const recorder = new Recorder(settings());
    const given = Array.from({ length: 250 }, (_, n) => transaction(n));
    for (const one of given) expect(recorder.offer(one)).toBe(true);
    await recorder.close();
    expect(recorder.counts).toEqual({ recorded: 250, dropped: 0, failed: 0 });
    expect((await readAll()).read).toEqual(given);
    for (const { path } of segmentsIn(folder)) {
      const bytes = readFileSync(path).toString('latin1');
      for (const secret of ['hunter2', '536-22', 'secret-path']) expect(bytes).not.toContain(secret);
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }
    expect(statSync(join(folder, 'key')).mode & 0o777).toBe(0o600);
  });

  it('notices another key, a changed byte and a cut, and gives what came before', async () => {
    const recorder = new Recorder(settings());
    for (let n = 0; n < 300; n++) recorder.offer(transaction(n));
    await recorder.close();
    const [segment] = segmentsIn(folder);
    const other = join(folder, 'other');
    readOrMakeKey(other);
    expect(await readAll(0, other)).toEqual({ read: [], unreadable: 1 });
    const bytes = readFileSync(segment!.path);
    const second = 4 + bytes.readUInt32LE(0);
    const changed = Buffer.from(bytes);
    changed[second + 40]! ^= 1;
    writeFileSync(segment!.path, changed);
    const afterChange = await readAll();
    expect([afterChange.read.length, afterChange.unreadable]).toEqual([100, 1]);
    writeFileSync(segment!.path, bytes.subarray(0, second + 100));
    const afterCut = await readAll();
    expect([afterCut.read.length, afterCut.unreadable]).toEqual([100, 0]);
    // The second frame in the place of the first.
    writeFileSync(segment!.path, bytes.subarray(second));
    expect(await readAll()).toEqual({ read: [], unreadable: 1 });
  });

  it('drops and counts what finds no room, and takes only its share', () => {
    const recorder = new Recorder(settings({ share: 0.25 }));
    expect(recorder.wants()).toBe(false);
    let taken = 0;
    for (let n = 0; n < 3_000; n++) if (recorder.offer(transaction(n))) taken += 1;
    expect(taken).toBe(2_000);
    expect(recorder.counts.dropped).toBe(1_000);
    const heavy = new Recorder(settings());
    expect(heavy.offer(transaction(0, Buffer.alloc(33 * 1024 * 1024)))).toBe(false);
  });

  it('makes room by age and by bytes, oldest first', async () => {
    for (let n = 0; n < 4; n++) {
      now += 1_000;
      const recorder = new Recorder(settings());
      recorder.offer(transaction(n));
      await recorder.close();
    }
    const segments = segmentsIn(folder);
    expect(segments).toHaveLength(4);
    utimesSync(segments[0]!.path, new Date(now - 90_000_000), new Date(now - 90_000_000));
    for (const { path } of segments.slice(1)) utimesSync(path, new Date(now), new Date(now));
    prune(settings());
    expect(segmentsIn(folder).map(({ name }) => name)).toEqual(segments.slice(1).map(({ name }) => name));
    prune(settings({ bytesMax: segments[3]!.size }));
    expect(segmentsIn(folder).map(({ name }) => name)).toEqual([segments[3]!.name]);
  });

  it('does not use a key that others may read, or that is none', () => {
    const path = join(folder, 'key');
    readOrMakeKey(path);
    expect(readOrMakeKey(path)).toEqual(readKey(path));
    chmodSync(path, 0o644);
    expect(() => readKey(path)).toThrow('can be read by others');
    writeFileSync(join(folder, 'short'), 'AAAA', { mode: 0o600 });
    expect(() => readKey(join(folder, 'short'))).toThrow('is not 32 bytes');
    expect(recordedSince(folder, join(folder, 'none'), 0)).toMatchObject({
      objection: expect.stringContaining('no key'),
    });
  });
});

describe('between the sockets and the engine', () => {
  it('changes nothing, and offers what passed once it is complete', () => {
    const calls: string[] = [];
    const answer = (name: string, value: unknown) => () => {
      calls.push(name);
      return value;
    };
    const inspection = {
      clientAddress: '198.51.100.1',
      isPeerTrusted: true,
      requestHead: answer('requestHead', 1),
      requestBody: answer('requestBody', 2),
      requestBodyOverLimit: answer('requestBodyOverLimit', 3),
      upstreamHeaders: answer('upstreamHeaders', 4),
      responseHead: answer('responseHead', 5),
      responseBody: answer('responseBody', 6),
      responseBodyOverLimit: answer('responseBodyOverLimit', 7),
      downstreamHeaders: answer('downstreamHeaders', 8),
      complete: answer('complete', undefined),
    } as unknown as Inspection;
    const offered: RecordedTransaction[] = [];
    let wants = true;
    const recording = recordingInspector({ begin: () => inspection } as Inspector, {
      wants: () => wants,
      offer: (one) => offered.push(one) > 0,
    });
    const head = { method: 'POST', target: '/a', httpVersion: '1.1', rawHeaders: ['Host', 'x'] };
    const begun = recording.begin('id', 7, head, { peerAddress: '10.0.0.1', isEncrypted: false });
    const body = Buffer.from('in');
    const out = Buffer.from('out');
    expect([
      begun.requestHead(),
      begun.requestBody(body, body),
      begun.upstreamHeaders(),
      begun.responseHead({ status: 201, rawHeaders: ['B', 'c'] }),
      begun.responseBody(out, out),
      begun.downstreamHeaders(),
    ]).toEqual([1, 2, 4, 5, 6, 8]);
    begun.complete({} as Completion);
    expect(calls.at(-1)).toBe('complete');
    expect(offered).toEqual([
      {
        at: 7,
        clientAddress: '10.0.0.1',
        request: { method: 'POST', url: '/a', rawHeaders: ['Host', 'x'], body, isDecoded: false },
        response: { status: 201, rawHeaders: ['B', 'c'], body: out, isDecoded: false },
      },
    ]);
    wants = false;
    expect(recording.begin('id', 7, head, { peerAddress: '10.0.0.1', isEncrypted: false })).toBe(inspection);
  });
});
