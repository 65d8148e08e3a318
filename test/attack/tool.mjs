// A tool in a process of its own, ended when its time is over.
// @ts-check
import { spawn } from 'node:child_process';

const OUTPUT_CHARACTERS_MAX = 4_000_000;

/**
 * What it wrote, whatever its exit code.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {number} seconds
 * @returns {Promise<string>}
 */
export function run(command, args, seconds) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: seconds * 1_000,
      killSignal: 'SIGKILL',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        if (output.length < OUTPUT_CHARACTERS_MAX) output += chunk;
      });
    child.once('error', fail);
    child.once('close', () => done(output));
  });
}

/** What a browser calls itself: that a tool names itself is another detector's matter. */
export const BROWSER =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36';
