// sqlmap, level 3 and risk 2, on the places of the sample API that reach its database.
// @ts-check
import { join } from 'node:path';
import { BROWSER, run } from './tool.mjs';

const SECONDS_EACH = 150;
const SECONDS_EACH_SHORT = 60;

/** @type {ReadonlyArray<[place: string, args: (base: string) => readonly string[]]>} */
const PLACES = [
  ['search parameter', (base) => ['-u', `${base}/api/products?search=a`, '-p', 'search']],
  ['path segment', (base) => ['-u', `${base}/api/products/1*`]],
];

/**
 * Places that sqlmap calls injectable.
 * @param {string} base
 * @param {string} folder
 * @param {boolean} isShort
 */
export async function injections(base, folder, isShort) {
  const found = [];
  for (const [place, args] of isShort ? PLACES.slice(0, 1) : PLACES) {
    const output = await run(
      'sqlmap',
      [
        ...args(base),
        ...['--batch', '--flush-session', '--disable-coloring', '--level', '3', '--risk', '2', '--user-agent', BROWSER],
        ...[
          '--threads',
          '4',
          '--timeout',
          '5',
          '--retries',
          '0',
          '--time-sec',
          '2',
          '--output-dir',
          join(folder, 'sqlmap'),
        ],
        ...(isShort ? ['--technique', 'BU', '--dbms', 'SQLite'] : ['--technique', 'BEUST']),
      ],
      isShort ? SECONDS_EACH_SHORT : SECONDS_EACH,
    );
    if (/identified the following injection point|is vulnerable|appears to be .{0,60}injectable/i.test(output))
      found.push(`injection in the ${place}`);
  }
  return found;
}
