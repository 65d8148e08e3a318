import { describe, expect, it } from 'vitest';
import { BLOCKING_CONFIDENCE } from '../../src/core/detector.ts';
import type { Field } from '../../src/core/field.ts';
import { pathTraversal } from '../../src/detectors/path-traversal.ts';
import { recognise } from '../support/field.ts';

type Row = [text: string, overrides: Partial<Field>];

const LOUD: Row[] = [
  ['notes.txt ../../../../etc/passwd', { location: 'query' }],
  ['../../../../etc/passwd', {}],
  ['..\\..\\..\\windows\\win.ini', {}],
  ['/etc/passwd', {}],
  ['....//....//etc/passwd', {}],
  ['..%2f..%2f..%2fetc%2fpasswd', {}],
  ['..%c0%af..%c0%afetc/passwd', {}],
  ['/var/www/../../etc/shadow', {}],
  ['../../../boot.ini', {}],
  ['file:///etc/passwd', {}],
  ['..;/..;/admin/', {}],
  ['/proc/self/environ', {}],
  ['C:\\Windows\\win.ini', {}],
  ['../../secret.txt', {}],
  ['images/../../../config.yml', {}],
  ['../../../../etc/passwd\u0000.png', {}],
  ['/root/.ssh/id_rsa', {}],
  ['..././..././etc/passwd/../../passwd', {}],
  ['../../WEB-INF/web.xml', {}],
  ['../shell.php', { of: 'file-name', name: 'file' }],
  ['../upload.txt', { of: 'file-name', name: 'file' }],
  ['/../../../../../../etc/hosts', {}],
  ['/proc/self/fd/3', {}],
  ['/etc/nginx/nginx.conf', { location: 'query' }],
];

const QUIET: Row[] = [
  ['../images/logo.png — ../images/logo.png', { location: 'body' }],
  ['/api/v1/users/42', {}],
  ['assets/logo.png', {}],
  ['./logo.png', {}],
  ['https://example.com/a/b', {}],
  ['1..5', {}],
  ['...', {}],
  ['wait... what?', {}],
  ['file.tar.gz', {}],
  ['/home/ci/builds/app/app/dist/main.js:12:3', {}],
  ['See ../README.md for details on how this works', {}],
  ['v1.2.3', {}],
  ['C:\\Users\\Ann\\Documents\\report.docx', {}],
  ['/usr/local/bin', {}],
  ['s3://bucket/key', {}],
  ['a/b/c', {}],
  ['2026/11/24', {}],
  ['application/json', {}],
  ['Mon/Wed/Fri', {}],
  ['and/or', {}],
  ['../../components/button.tsx note that this import is wrong', {}],
  ['<img src="../assets/logo.png">', {}],
  ['node_modules/.bin/tsc', {}],
  ['안녕/하세요', {}],
  ['/etc', {}],
  ['hello/../world is a sentence about paths that has many words', {}],
  ['/etc/nginx/nginx.conf', {}],
  ['/var/log/nginx/', {}],
  ['/etc/nginx/conf.d/*.conf', {}],
  ['/etc/hostname/x', {}],
];

describe('path-traversal', () => {
  it.each(LOUD)('blocks %j', (text, overrides) => {
    expect(recognise(pathTraversal, text, overrides)?.confidence ?? 0).toBeGreaterThanOrEqual(BLOCKING_CONFIDENCE);
  });
  it.each(QUIET)('does not block %j', (text, overrides) => {
    expect(recognise(pathTraversal, text, overrides)?.confidence ?? 0).toBeLessThan(0.3);
  });
});
