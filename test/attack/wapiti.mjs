// wapiti's attack modules on the places of the sample API that are flawed.
// @ts-check
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BROWSER, run } from './tool.mjs';

const SECONDS = 150;
const SECONDS_PER_MODULE = 30;
const PLACES = ['/api/products?search=a', '/api/ping?host=example.com', '/api/files?name=terms.txt'];
/** What it counts as attacks; headers and cookies that are missing are another tool's matter. */
const ATTACKS = /injection|traversal|execution|file|xss|scripting|crlf|forgery/i;

/**
 * Kinds of flaws it found, with the parameter.
 * @param {string} base
 * @param {string} folder
 * @param {boolean} isShort
 */
export async function vulnerabilities(base, folder, isShort) {
  const report = join(folder, 'wapiti.json');
  rmSync(report, { force: true });
  await run(
    'wapiti',
    [
      ...['-u', `${base}/api/products`, '--scope', 'domain', ...PLACES.flatMap((place) => ['-s', `${base}${place}`])],
      ...[
        '-m',
        isShort ? 'sql,exec,file' : 'sql,blindsql,exec,file,xss,crlf',
        '-A',
        BROWSER,
        '--flush-session',
        '--store-session',
        join(folder, 'wapiti'),
      ],
      ...[
        '--max-scan-time',
        String(SECONDS),
        '--max-attack-time',
        String(SECONDS_PER_MODULE),
        '-f',
        'json',
        '-o',
        report,
        '-v',
        '0',
        '-S',
        'normal',
        '-t',
        '5',
      ],
    ],
    SECONDS * 2,
  );
  if (!existsSync(report)) return [];
  const found = new Set();
  for (const [kind, list] of Object.entries(JSON.parse(readFileSync(report, 'utf8')).vulnerabilities))
    if (ATTACKS.test(kind))
      for (const { parameter, path } of /** @type {{ parameter: string, path: string }[]} */ (list))
        found.add(`${kind} in ${parameter} of ${path}`);
  return [...found];
}
