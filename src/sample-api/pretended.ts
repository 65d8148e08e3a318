// Flaws that reach into the machine elsewhere: files, command lines, requests to other hosts. Here they are pretended: a table of
// canned texts answers, and nothing of the disk, a shell or the network is ever touched.
import { posix } from 'node:path';
import { HttpProblem } from './http.ts';

const FOLDER = '/srv/shop/files';
const FILES: ReadonlyMap<string, string> = new Map([
  [`${FOLDER}/terms.txt`, 'Goods may be returned within 14 days.\n'],
  [`${FOLDER}/size-chart.csv`, 'size,cm\nS,92\nM,98\nL,104\n'],
  ['/srv/shop/.env', 'DATABASE_URL=postgres://shop:hunter2@db.internal/shop\n'],
  ['/etc/passwd', 'root:x:0:0:root:/root:/bin/bash\nshop:x:1000:1000::/srv/shop:/usr/sbin/nologin\n'],
]);

const PAGES: ReadonlyMap<string, string> = new Map([
  ['169.254.169.254', '{"Code":"Success","AccessKeyId":"ASIAEXAMPLEEXAMPLE00","Type":"AWS-HMAC"}'],
  ['127.0.0.1', '{"status":"internal","routes":["/admin","/metrics"]}'],
  ['localhost', '{"status":"internal","routes":["/admin","/metrics"]}'],
]);
const PARTNERS: ReadonlySet<string> = new Set(['images.example', 'partner.example']);

const COMMANDS: ReadonlyMap<string, string> = new Map([
  ['id', 'uid=1000(shop) gid=1000(shop) groups=1000(shop)\n'],
  ['whoami', 'shop\n'],
  ['uname -a', 'Linux shop-1 6.1.0 x86_64 GNU/Linux\n'],
  ['cat /etc/passwd', FILES.get('/etc/passwd')!],
]);
const HOST_NAME = /^[a-zA-Z0-9][a-zA-Z0-9.-]{0,252}$/;

/** @throws HttpProblem when there is no such file, or the hardened variant does not give it */
export function pretendedFile(name: string, isHardened: boolean): string {
  const path = posix.resolve(FOLDER, name);
  const text = FILES.get(path);
  if (text === undefined || (isHardened && posix.dirname(path) !== FOLDER)) throw new HttpProblem(404, 'no such file');
  return text;
}

/** @throws HttpProblem when the hardened variant does not ask that host, or it is no URL */
export function pretendedFetch(target: string, isHardened: boolean): { fetched: string; body: string } {
  const url = URL.canParse(target) ? new URL(target) : undefined;
  if (url === undefined) throw new HttpProblem(400, 'a URL is expected');
  if (isHardened && (url.protocol !== 'https:' || !PARTNERS.has(url.hostname)))
    throw new HttpProblem(400, 'only partners are asked');
  return { fetched: url.href, body: PAGES.get(url.hostname) ?? '<html></html>' };
}

/** @throws HttpProblem when the hardened variant is given what is no host name */
export function pretendedPing(host: string, isHardened: boolean): string {
  if (isHardened && !HOST_NAME.test(host)) throw new HttpProblem(400, 'a host name is expected');
  // What a shell would run one after the other; `$(…)` and backticks count as commands as well.
  const [first = '', ...commands] = host.slice(0, 1_000).split(/[;&|\n`]+|\$\(|\)/);
  const outputs = commands.map((command) => COMMANDS.get(command.trim()) ?? '');
  return `PING ${first.trim()}: 1 packets transmitted, 1 received, 0% packet loss\n${outputs.join('')}`;
}
