// The console in a real Chromium, in front of a real gateway and the sample API, with traffic.
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import axe from 'axe-core';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { type RunningGateway, startGateway, until } from '../run/gateway-process.ts';

/** Where pictures go to be looked at; not kept in the repository. */
const PICTURES = resolve(import.meta.dirname, '../../data/screenshots');

export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page complained of: errors, refused resources, violations of the content security policy. */
  readonly complaints: string[];
  close(): Promise<void>;
}

export interface Look {
  readonly language?: 'en' | 'ko';
  readonly theme?: 'light' | 'dark';
  readonly isPhone?: boolean;
}

export async function openBrowser(look: Look = {}): Promise<Visit> {
  const profile = mkdtempSync(join(tmpdir(), 'sallyport-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    viewport: look.isPhone === true ? { width: 390, height: 844 } : { width: 1360, height: 850 },
    colorScheme: look.theme ?? 'light',
    locale: look.language === 'ko' ? 'ko-KR' : 'en-US',
    acceptDownloads: true,
  });
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(45_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // The browser reports every refusal of the API; the page shows them to the person as what they are.
    if (message.type() === 'error' && !/status of (?:400|401|404|409|422)/.test(message.text()))
      complaints.push(message.text());
  });
  return {
    context,
    page,
    complaints,
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** By the token that the gateway was started with, typed into the form. */
export async function signIn(page: Page, gateway: RunningGateway): Promise<void> {
  await page.goto(gateway.admin);
  await throughTheGate(page, gateway);
}

/** Where the page asks who is there. */
export async function throughTheGate(page: Page, gateway: RunningGateway): Promise<void> {
  await page.locator('.gate form + div button').click();
  await page.locator('input[name=token]').fill(gateway.token);
  await page.locator('.gate button[type=submit]').click();
  await page.locator('.shell').waitFor();
}

/** Serious and critical violations, as sentences. */
export async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  const { violations: found } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run({ resultTypes: ['violations'] }),
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`));
}

export async function picture(page: Page, name: string, isWhole = true): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: isWhole });
}

/** A gateway that believes its clients' addresses, so that the traffic of a test has many of them. */
export async function startConsoleGateway(mode: 'enforce' | 'monitor' = 'enforce', more = ''): Promise<RunningGateway> {
  const data = mkdtempSync(join(tmpdir(), 'sallyport-console-'));
  const sinks = `sinks:\n  default: { kind: file, path: ${join(data, 'messages.ndjson')} }\n`;
  writeFileSync(join(data, 'sallyport.yaml'), `identity:\n  trustedProxies: [127.0.0.0/8, "::1/128"]\n${sinks}${more}`);
  // Ports that stay the same when a process is replaced.
  const [listen, admin] = [String(await freePort()), String(await freePort())];
  const config = join(data, 'sallyport.yaml');
  return startGateway(
    ['--config', config, '--mode', mode, '--workers', '1', '--listen', listen, '--admin', admin],
    data,
  );
}

const THIEF = '89.208.58.114';
export const SCANNER = '203.0.113.66';

/** Shoppers, a scanner, somebody with a list of stolen passwords, and somebody who reads every profile. */
export async function sendTraffic(gateway: RunningGateway, rounds = 20): Promise<void> {
  const get = (path: string, from: string, agent = 'Mozilla/5.0'): Promise<number> =>
    send(gateway, path, { headers: { 'x-forwarded-for': from, 'user-agent': agent } });
  const post = (path: string, from: string, body: object): Promise<number> =>
    send(gateway, path, {
      method: 'POST',
      headers: { 'x-forwarded-for': from, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  for (let i = 1; i <= rounds; i++) {
    const shopper = `198.51.100.${(i % 40) + 1}`;
    await get('/api/products', shopper);
    await get(`/api/users/${(i % 20) + 1}`, shopper);
  }
  for (const attack of ["' OR 1=1--", '<script>alert(1)</script>', '../../etc/passwd', '; cat /etc/passwd'])
    await get(`/api/products?search=${encodeURIComponent(attack)}`, SCANNER, 'sqlmap/1.7');
  await post('/api/login', SCANNER, { email: "x' OR '1'='1' --", password: 'x' });
  for (let i = 0; i < 14; i++) await post('/api/login', THIEF, { email: `user${i}@example.com`, password: 'wrong' });
  await until(async () => {
    const { total } = (await (await gateway.api('/incidents')).json()) as { total: number };
    return total >= 3;
  });
}

/** Transactions that did not pass through the gateway; what takes them starts a moment after it. */
export async function handIn(gateway: RunningGateway, lines: readonly string[]): Promise<void> {
  const headers = { 'content-type': 'application/x-ndjson' };
  await until(
    async () => (await gateway.api('/ingest', { method: 'POST', headers, body: lines.join('\n') })).status === 200,
  );
}

/** What a client of this address is answered; 0 where the connection was just being closed. */
export async function statusFor(gateway: RunningGateway, address: string): Promise<number> {
  return send(gateway, '/api/products', { headers: { 'x-forwarded-for': address } }).catch(() => 0);
}

async function send(gateway: RunningGateway, path: string, init: RequestInit): Promise<number> {
  const response = await fetch(gateway.url + path, init);
  await response.arrayBuffer();
  return response.status;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
