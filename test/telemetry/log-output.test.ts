// A process whose log is no longer read ends all the same, whatever it had to say: behind a fatal line, at an exit, and by `endProcess`.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const LOG_OUTPUT = pathToFileURL(resolve(import.meta.dirname, '../../dist/telemetry/log-output.js')).href;
const PATIENCE_MS = 20_000;

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly said: string;
}

/** Runs `steps` with `log`, `out` and `endProcess` at hand, after whoever reads has gone or been told to wait. */
function program(steps: string, reader: 'reads' | 'is gone' | 'waits'): Promise<Ended> {
  const source = `
    import { pino } from 'pino';
    import { endProcess, openLogOutput } from '${LOG_OUTPUT}';
    const out = openLogOutput();
    const log = pino({}, out);
    process.once('message', () => { ${steps} });
    process.send('ready');
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: resolve(import.meta.dirname, '../..'),
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const stdout = child.stdout!;
  let said = '';
  if (reader === 'reads') stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const late = setTimeout(() => child.kill('SIGABRT'), PATIENCE_MS);
  child.once('message', () => {
    if (reader === 'is gone') stdout.destroy();
    child.send('go');
  });
  return new Promise((done) => {
    child.once('close', (code, signal) => {
      clearTimeout(late);
      done({ code, signal, said });
    });
    // Of a pipe that is not read there is no close.
    if (reader !== 'reads')
      child.once('exit', (code, signal) => {
        clearTimeout(late);
        stdout.destroy();
        done({ code, signal, said });
      });
  });
}

/** More than a pipe and both its ends hold. */
const MUCH = "for (let i = 0; i < 4000; i++) log.info('x'.repeat(1000));";

describe('a process that has something to say and ends', () => {
  it.each([
    ['a fatal line', "log.fatal('last words'); setTimeout(() => process.exit(3), 300);", 3],
    ['an exit', "log.info('last words'); process.exit(3);", 3],
    ['its end', "log.fatal('last words'); endProcess(out, 3);", 3],
  ])('is not held by a reader that is gone: %s', { timeout: 2 * PATIENCE_MS }, async (_, steps, code) => {
    expect(await program(steps, 'is gone')).toMatchObject({ code, signal: null });
  });

  it('kills itself when what it said is not taken', { timeout: 2 * PATIENCE_MS }, async () => {
    expect(await program(`${MUCH} endProcess(out, 3);`, 'waits')).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  it('says all of it to somebody who reads', { timeout: 2 * PATIENCE_MS }, async () => {
    const { code, said } = await program("log.fatal('last words'); endProcess(out, 3);", 'reads');
    expect(code).toBe(3);
    expect(said).toContain('last words');
  });
});
