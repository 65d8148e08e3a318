import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AdminPort, adminPort, Browser, TOKEN } from './admin-port.ts';

const PASSWORD = 'correct horse battery';

let port: AdminPort;
let browser: Browser;

beforeEach(async () => {
  port = await adminPort();
  browser = new Browser(port.app);
});

afterEach(async () => {
  vi.useRealTimers();
  await port.close();
});

describe('signing in', () => {
  it('takes the first token, and gives a cookie that scripts and other sites cannot use', async () => {
    const { status, setCookie, body } = await browser.signIn({ token: TOKEN });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: 'environment', role: 'admin', signedInWith: 'token', hasUsers: false });
    expect(setCookie).toMatch(/^sallyport_\d+=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
    expect((await browser.send('GET', '/session')).body).toMatchObject({ name: 'environment' });
  });

  it('marks the cookie as secure when the browser speaks TLS', async () => {
    const { setCookie } = await browser.send(
      'POST',
      '/session',
      { token: TOKEN },
      { origin: 'https://localhost:9090' },
    );
    expect(setCookie).toMatch(/; Secure$/);
  });

  it('takes a name and a password, and says the same of an unknown name as of a wrong password', async () => {
    await port.users.create('ann', 'analyst', PASSWORD, Date.now());
    const unknown = await browser.signIn({ name: 'bob', password: PASSWORD });
    const wrong = await browser.signIn({ name: 'ann', password: 'something else' });
    expect([unknown.status, wrong.status]).toEqual([401, 401]);
    expect(unknown.text).toBe(wrong.text);
    expect((await browser.signIn({ name: 'ann', password: PASSWORD })).body).toMatchObject({ role: 'analyst' });
    expect(port.users.get('ann')?.lastSignIn).toBeTypeOf('number');
  });

  it('keeps no password and no session secret on the disk', async () => {
    await port.users.create('ann', 'analyst', PASSWORD, Date.now());
    await browser.signIn({ name: 'ann', password: PASSWORD });
    const secret = browser.cookie.split('=')[1]!;
    for (const file of ['users.json', 'sessions.json', 'audit.jsonl']) {
      const text = readFileSync(join(port.folder, file), 'utf8');
      expect(text).not.toContain(PASSWORD);
      expect(text).not.toContain(secret);
    }
  });

  it('is closed for a minute after five wrong tries, for the source and for the account', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000_000 });
    await port.users.create('ann', 'analyst', PASSWORD, Date.now());
    for (let i = 0; i < 5; i++) expect((await browser.signIn({ name: 'ann', password: `wrong${i}` })).status).toBe(401);
    const locked = await browser.signIn({ name: 'ann', password: PASSWORD });
    expect([locked.status, locked.headers['retry-after']]).toEqual([429, '60']);
    vi.setSystemTime(Date.now() + 61_000);
    expect((await browser.signIn({ name: 'ann', password: PASSWORD })).status).toBe(201);
  });

  it('begins a new session each time; the one before ends', async () => {
    await browser.signIn({ token: TOKEN });
    const before = browser.cookie;
    await browser.signIn({ token: TOKEN });
    expect(browser.cookie).not.toBe(before);
    const old = await browser.send('GET', '/session', undefined, { cookie: before });
    expect(old.status).toBe(401);
  });

  it('does not believe a session that somebody planted', async () => {
    browser.cookie = 'sallyport_0=chosen-by-an-attacker';
    await browser.signIn({ token: TOKEN });
    expect(browser.cookie).not.toContain('chosen');
  });

  it('refuses what is no sign-in', async () => {
    for (const body of [{}, { token: '' }, { name: 'ann' }, { token: 'x'.repeat(300) }])
      expect([400, 401]).toContain((await browser.signIn(body)).status);
  });
});

describe('a session', () => {
  it('changes nothing without its CSRF token', async () => {
    await browser.signIn({ token: TOKEN });
    const user = { name: 'eve', role: 'admin', password: PASSWORD };
    expect((await browser.send('POST', '/users', user, { 'x-csrf-token': '' })).status).toBe(403);
    expect((await browser.send('POST', '/users', user, { 'x-csrf-token': 'guessed' })).status).toBe(403);
    expect((await browser.send('DELETE', '/users/eve', undefined, { 'x-csrf-token': 'guessed' })).status).toBe(403);
    expect((await browser.send('POST', '/users', user)).status).toBe(201);
  });

  it('is of no use to pages of other sites', async () => {
    await browser.signIn({ token: TOKEN });
    expect((await browser.send('GET', '/users', undefined, { origin: 'http://evil.example' })).status).toBe(403);
    expect((await browser.send('GET', '/users', undefined, { 'sec-fetch-site': 'cross-site' })).status).toBe(401);
    expect((await browser.send('GET', '/users', undefined, { host: 'evil.example' })).status).toBe(421);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await browser.send('POST', '/users', undefined, form)).status).toBe(415);
  });

  it('ends by signing out, by idling and by age', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000_000 });
    await browser.signIn({ token: TOKEN });
    const signedOut = await browser.send('DELETE', '/session');
    expect([signedOut.status, signedOut.setCookie]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    expect((await browser.send('GET', '/session')).status).toBe(401);

    await browser.signIn({ token: TOKEN });
    vi.setSystemTime(Date.now() + 2 * 3_600_000 + 1);
    expect((await browser.send('GET', '/session')).status).toBe(401);

    await browser.signIn({ token: TOKEN });
    for (let hour = 0; hour < 12; hour++) {
      vi.setSystemTime(Date.now() + 3_600_000);
      expect((await browser.send('GET', '/session')).status).toBe(200);
    }
    vi.setSystemTime(Date.now() + 1);
    expect((await browser.send('GET', '/session')).status).toBe(401);
  });

  it('has the role its user has now, and ends with the user', async () => {
    await port.users.create('root', 'admin', PASSWORD, 0);
    await port.users.create('ann', 'analyst', PASSWORD, 0);
    const ann = new Browser(port.app);
    await ann.signIn({ name: 'ann', password: PASSWORD });
    await browser.signIn({ token: TOKEN });
    expect((await ann.send('GET', '/audit-log')).status).toBe(200);
    await browser.send('PATCH', '/users/ann', { role: 'viewer' });
    expect((await ann.send('GET', '/audit-log')).status).toBe(403);
    await browser.send('DELETE', '/users/ann');
    expect((await ann.send('GET', '/policies')).status).toBe(401);
  });

  it('takes its live stream with it when it ends', async () => {
    const address = await port.app.listen({ port: 0, host: '127.0.0.1' });
    const headers = { 'content-type': 'application/json' };
    const signedIn = await fetch(`${address}/api/v1/session`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ token: TOKEN }),
    });
    const { csrfToken } = (await signedIn.json()) as { csrfToken: string };
    const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!;
    const stream = await fetch(`${address}/api/v1/events`, { headers: { cookie } });
    const text = stream.text();
    port.recent.note('policy', { version: 'before' });
    await fetch(`${address}/api/v1/session`, { method: 'DELETE', headers: { cookie, 'x-csrf-token': csrfToken } });
    port.recent.note('policy', { version: 'after' });
    expect(await text).toContain('before');
    expect(await text).not.toContain('after');
  });

  it('leaves bearer tokens as they are: no cookie, no CSRF token', async () => {
    const authorization = `Bearer ${TOKEN}`;
    const made = await browser.send('POST', '/tokens', { name: 'ci', role: 'viewer' }, { authorization });
    expect(made.status).toBe(201);
    const viewer = { authorization: `Bearer ${made.body.token}` };
    expect((await browser.send('GET', '/policies', undefined, viewer)).status).toBe(200);
    expect((await browser.send('GET', '/users', undefined, viewer)).status).toBe(403);
  });
});

describe('users', () => {
  beforeEach(() => browser.signIn({ token: TOKEN }));

  it('are made, changed and removed by admins, each with an entry in the audit log', async () => {
    expect((await browser.send('POST', '/users', { name: 'ann', role: 'viewer', password: PASSWORD })).status).toBe(
      201,
    );
    expect((await browser.send('POST', '/users', { name: 'ann', role: 'viewer', password: PASSWORD })).status).toBe(
      409,
    );
    expect((await browser.send('PATCH', '/users/ann', { role: 'admin' })).body).toMatchObject({ role: 'admin' });
    expect((await browser.send('GET', '/users')).text).not.toContain('hash');
    const actions = port.audit.latest(10).map(({ action, target }) => `${action} ${target}`);
    expect(actions).toEqual(['user.change ann', 'user.create ann', expect.stringMatching(/^session\.create /)]);
  });

  it('have passwords of some length and names that are names', async () => {
    expect((await browser.send('POST', '/users', { name: 'ann', role: 'viewer', password: 'short' })).status).toBe(400);
    expect((await browser.send('POST', '/users', { name: '<b>', role: 'viewer', password: PASSWORD })).status).toBe(
      400,
    );
    expect((await browser.send('POST', '/users', { name: 'ann', role: 'king', password: PASSWORD })).status).toBe(400);
    expect((await browser.send('POST', '/users', { name: '김민수', role: 'viewer', password: PASSWORD })).status).toBe(
      201,
    );
  });

  it('always have an admin among them, once they had one', async () => {
    await browser.send('POST', '/users', { name: 'ann', role: 'admin', password: PASSWORD });
    await browser.send('POST', '/users', { name: 'bob', role: 'viewer', password: PASSWORD });
    expect((await browser.send('DELETE', '/users/ann')).status).toBe(409);
    expect((await browser.send('PATCH', '/users/ann', { role: 'viewer' })).status).toBe(409);
    expect((await browser.send('DELETE', '/users/bob')).status).toBe(204);
  });

  it('change their own password, which ends their other sessions', async () => {
    await port.users.create('ann', 'viewer', PASSWORD, 0);
    const [desk, phone] = [new Browser(port.app), new Browser(port.app)];
    await desk.signIn({ name: 'ann', password: PASSWORD });
    await phone.signIn({ name: 'ann', password: PASSWORD });
    expect(
      (await desk.send('PUT', '/session/password', { current: 'not this one', next: 'another long one' })).status,
    ).toBe(403);
    expect((await desk.send('PUT', '/session/password', { current: PASSWORD, next: 'another long one' })).status).toBe(
      204,
    );
    expect((await desk.send('GET', '/session')).status).toBe(200);
    expect((await phone.send('GET', '/session')).status).toBe(401);
    expect((await phone.signIn({ name: 'ann', password: 'another long one' })).status).toBe(201);
  });
});
