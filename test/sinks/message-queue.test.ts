import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Severity } from '../../src/core/finding.ts';
import type { SinkMessage } from '../../src/core/sink.ts';
import { MessageQueue } from '../../src/sinks/message-queue.ts';
import { testMessage } from '../../src/sinks/outward.ts';
import { START } from './world.ts';

const BOUNDS = { messagesMax: 1_000, bytesMax: 10_000_000 };
const MANY = { messagesMax: 1_000_000, bytesMax: 1_000_000_000 };
/** Processes run what was built; `npm test` builds first. */
const BUILT = resolve(import.meta.dirname, '../../dist/sinks');

let folder: string;
let path: string;
const open: MessageQueue[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-queue-'));
  path = join(folder, 'queue.log');
});
afterEach(() => {
  for (const queue of open.splice(0)) queue.close();
  rmSync(folder, { recursive: true, force: true });
});

const queueWith = (bounds = BOUNDS): MessageQueue => {
  const queue = new MessageQueue(path, bounds);
  open.push(queue);
  return queue;
};

const message = (id: string, severity: Severity = 'high'): SinkMessage => {
  const made = testMessage(id, 'it', START);
  return { ...made, incident: { ...made.incident, severity } };
};

const idsOf = (queue: MessageQueue): string[] => [...queue.values()].map((one) => one.message.id);

describe('the queue of a sink', () => {
  it('is there again, in order, without what was delivered', () => {
    const queue = queueWith();
    for (const id of ['a', 'b', 'c', 'd']) queue.put(message(id), START);
    queue.done(['b'], START);
    // Nothing was closed: this is what a killed process leaves.
    const again = queueWith();
    expect(idsOf(again)).toEqual(['a', 'c', 'd']);
    expect(again.bytes).toBe(queue.bytes);
  });

  it('believes neither half a line nor a changed one, and says how many', () => {
    const queue = queueWith();
    for (const id of ['a', 'b', 'c']) queue.put(message(id), START);
    queue.close();
    const lines = readFileSync(path, 'utf8').split('\n');
    lines[1] = lines[1]!.replace('Nothing happened', 'Nothing happenex');
    writeFileSync(path, lines.join('\n'));
    appendFileSync(path, '0badc0de ["put",{"id":"d"');
    const again = queueWith();
    expect(idsOf(again)).toEqual(['a', 'c']);
    expect(again.damagedLines).toBe(2);
    again.put(message('e'), START);
    expect(idsOf(queueWith())).toEqual(['a', 'c', 'e']);
  });

  it('lets the oldest of the lowest severity go when it is full, and counts it', () => {
    const queue = queueWith({ messagesMax: 3, bytesMax: 10_000_000 });
    const gone = (['critical', 'low', 'low', 'high', 'critical', 'critical'] as const).map((severity, i) =>
      queue.put(message(String(i), severity), START),
    );
    expect(gone).toEqual([0, 0, 0, 1, 1, 1]);
    expect(idsOf(queue)).toEqual(['0', '4', '5']);
    expect(idsOf(queueWith({ messagesMax: 3, bytesMax: 10_000_000 }))).toEqual(['0', '4', '5']);
  });

  it('keeps within its bytes', () => {
    const one = queueWith();
    one.put(message('x'), START);
    const bytes = one.bytes;
    one.done(['x'], START);
    const queue = queueWith({ messagesMax: 1_000, bytesMax: bytes * 3 + 10 });
    for (let i = 0; i < 9; i++) queue.put(message(String(i)), START);
    expect(idsOf(queue)).toEqual(['6', '7', '8']);
  });

  it('does not let its file grow with what was delivered long ago', () => {
    const queue = queueWith();
    for (let i = 0; i < 5_000; i++) {
      queue.put(message(`m${i}`), START);
      if (i >= 5) queue.done([`m${i - 5}`], START);
    }
    expect(queue.size).toBe(5);
    expect(statSync(path).size).toBeLessThan(1_048_576 + 100_000);
    expect(idsOf(queueWith())).toHaveLength(5);
  });

  it('of a process that was killed at any moment has every message it had said to have', async () => {
    const script = `
      import { MessageQueue } from ${JSON.stringify(join(BUILT, 'message-queue.js'))};
      import { testMessage } from ${JSON.stringify(join(BUILT, 'outward.js'))};
      const queue = new MessageQueue(${JSON.stringify(path)}, ${JSON.stringify(MANY)});
      for (let i = 0; i < 1e6; i++) {
        queue.put(testMessage('m' + i, 'it', 1), 1);
        process.stdout.write('m' + i + '\\n');
        await new Promise(setImmediate);
      }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    await new Promise<void>((done) => {
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.split('\n').length > 300) child.kill('SIGKILL');
      });
      child.once('close', () => done());
    });
    const had = said.split('\n').slice(0, -1);
    expect(had.length).toBeGreaterThanOrEqual(300);
    const queue = queueWith(MANY);
    expect(idsOf(queue).slice(0, had.length)).toEqual(had);
    expect(queue.damagedLines).toBe(0);
  });

  it('keeps in memory what a full disk does not take, says so, and writes it when there is room', async () => {
    // A limit on the size of files stands for the full disk: the kernel refuses the write at the same place.
    const script = `
      import { MessageQueue } from ${JSON.stringify(join(BUILT, 'message-queue.js'))};
      import { testMessage } from ${JSON.stringify(join(BUILT, 'outward.js'))};
      const queue = new MessageQueue(${JSON.stringify(path)}, ${JSON.stringify(BOUNDS)});
      const ids = Array.from({ length: 200 }, (_, i) => 'm' + i);
      for (const id of ids) queue.put(testMessage(id, 'it', 1), 1);
      const full = { size: queue.size, isDurable: queue.isDurable };
      queue.done(ids.slice(0, 190), 2);
      queue.tick(3);
      const early = queue.isDurable;
      queue.tick(60_000);
      console.log(JSON.stringify({ full, early, late: queue.isDurable }));`;
    const child = spawn(
      'bash',
      ['-c', 'ulimit -f 32; exec "$0" --input-type=module -e "$1"', process.execPath, script],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await new Promise<void>((done) => child.once('close', () => done()));
    expect(JSON.parse(said)).toEqual({ full: { size: 200, isDurable: false }, early: false, late: true });
    const queue = queueWith();
    expect(idsOf(queue)).toEqual(Array.from({ length: 10 }, (_, i) => `m${190 + i}`));
    expect(queue.damagedLines).toBe(0);
  });
});
