import { describe, expect, it } from 'vitest';
import { webShellResponse } from '../../src/detectors/web-shell-response.ts';
import { responseView } from '../support/view.ts';

function confidence(text: string, type = 'text/html', status = 200): number {
  return Math.max(
    0,
    ...webShellResponse
      .load({})(responseView(text, type, status))
      .map((one) => one.confidence),
  );
}
const title = (text: string): string => `<html><head><title>${text}</title></head><body></body></html>`;

const LOUD: readonly (readonly [string, string])[] = [
  ['c99', title('host - c99 shell')],
  ['r57', title('r57 shell')],
  ['WSO', title('www - WSO 2.5')],
  ['b374k', title('b374k 3.2.3')],
  ['p0wny', title('p0wny@shell:~#')],
  ['FilesMan', '<form><input type=hidden name=a value=FilesMan></form>'],
  ['a call of FilesMan', '<a href=# onclick="g(\'FilesMan\',null)">Files</a>'],
  ['safe mode', '<b>Safe mode:</b> <font color=green>OFF</font><br>MySQL: ON cURL: ON'],
  ['uname', '<span>Uname:</span> Linux web 5.10.0 x86_64<br><span>User:</span> 33 ( www-data )'],
  ['a shell of ASP', title('ASPXspy')],
  ['IndoXploit', title('IndoXploit')],
  ['a file browser of JSP', title('JSP File Browser')],
  ['phpspy', title('phpspy 2014')],
  ['Antichat', title('Antichat Shell')],
  ['the answer of id', 'uid=33(www-data) gid=33(www-data) groups=33(www-data)\n'],
  ['the answer of id in a page', '<pre>uid=0(root) gid=0(root) groups=0(root)\n</pre>'],
  ['users of Linux', 'root:x:0:0:root:/root:/bin/bash\nbin:x:1:1::/bin:/sbin/nologin'],
  ['users in a page', '<pre>root:x:0:0:root:/root:/bin/sh</pre>'],
  ['users of a BSD', 'root:*:0:0:System Administrator:/var/root:/bin/sh'],
  ['win.ini', '; for 16-bit app support\r\n[fonts]\r\n[extensions]\r\n'],
  [
    'dir',
    ' Volume in drive C has no label.\r\n Volume Serial Number is 1A2B-3C4D\r\n\r\n Directory of C:\\inetpub\r\n',
  ],
  ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIE'],
];
const QUIET: readonly (readonly [string, string, string?])[] = [
  ['a page', title('Welcome')],
  ['an article about shells', title('Shell scripting for beginners')],
  ['seashells', title('Shell collection of c. 1999')],
  ['an oil company', title('Shell: fuel stations')],
  ['a login form', '<form><input name=user><input name=password type=password></form>'],
  ['a search form', '<form action="/s"><input name="q"><input type="submit" value="Go"></form>'],
  ['a command palette', '<input name="command" placeholder="Type a command">'],
  ['safe mode of a phone', '<p>How to turn safe mode: off, on, and what it does</p>'],
  ['uid in JSON', '{"uid":33,"gid":33}', 'application/json'],
  ['uid in a text', 'uid=33 gid=33', 'text/plain'],
  ['root in JSON', '{"root":"x:0"}', 'application/json'],
  ['root in a text', 'root: the base of a tree', 'text/plain'],
  ['a config', '[fonts]\nsize=12\n[extensions]\nlist=a,b', 'text/plain'],
  ['a serial number', 'Volume Serial Number is on the label', 'text/plain'],
  ['a public key', '-----BEGIN PUBLIC KEY-----\nMIIB', 'text/plain'],
  ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIB', 'text/plain'],
  ['an article with a key inside', '<p>It begins with -----BEGIN PRIVATE KEY----- and goes on</p>'],
  ['JSON', '{"items":[]}', 'application/json'],
  ['CSV', 'id,name\n1,Ann', 'text/csv'],
  ['Korean', '<p>안녕하세요</p>'],
  ['a file manager', title('Files - My Drive')],
  ['an uploader', '<input type=file name=file><button>Upload</button>'],
  ['a terminal in the browser', title('Terminal - workspace')],
  ['empty', ''],
  ['a word of a name', title('Kacakova and sons')],
  ['Execute command as prose', '<p>Press return to Execute command.</p>'],
];

const rows = (table: readonly (readonly [string, string, string?])[]) =>
  table.map(([name, text, type]) => [name, text, type ?? 'text/html'] as const);

describe('web-shell-response', () => {
  it.each(rows(LOUD))('is sure about %s', (_, text) => expect(confidence(text)).toBeGreaterThanOrEqual(0.8));
  it.each(rows(QUIET))('is quiet about %s', (_, text, type) => expect(confidence(text, type)).toBe(0));
  it('tables ran', () => expect([LOUD.length >= 20, QUIET.length >= 25]).toEqual([true, true]));

  it('is less sure when the answer of a command stands in JSON', () => {
    const quoted = JSON.stringify({ doc: 'uid=33(www-data) gid=33(www-data) groups=33(www-data)' });
    expect(confidence(quoted, 'application/json')).toBeLessThan(0.8);
  });

  it('finds what stands behind a megabyte of padding', () => {
    expect(confidence(`<p>${'x'.repeat(1 << 20)}</p><pre>uid=0(root) gid=0(root)\n</pre>`)).toBeGreaterThanOrEqual(0.8);
  });
});
