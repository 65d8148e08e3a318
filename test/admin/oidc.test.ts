// Sign-in at a real provider, by a browser that follows what it is told: forms, redirects, cookies.
import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { OidcProvider } from '../../src/admin/oidc.ts';
import { OIDC_CALLBACK_PATH, type OidcSettings } from '../../src/configuration/admin-schema.ts';
import { readConfiguration } from '../../src/configuration/load.ts';
import { type AdminPort, adminPort } from './admin-port.ts';
import { CLIENT_ID, CLIENT_SECRET, type IdentityProvider, startIdentityProvider } from './identity-provider.ts';
import { WebBrowser } from './web-browser.ts';

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  ann: ['staff', 'security-admins'],
  bob: ['staff', 'soc'],
  eve: ['staff'],
};

let endings: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of endings.reverse()) await end();
  endings = [];
});

interface Scene {
  readonly port: AdminPort;
  readonly admin: string;
  readonly browser: WebBrowser;
  readonly provider: IdentityProvider;
}

async function scene(given: Partial<OidcSettings> & { readonly hasClaimsInToken?: boolean } = {}): Promise<Scene> {
  const { hasClaimsInToken = true, ...changed } = given;
  const port0 = await freePort();
  const admin = `http://127.0.0.1:${port0}`;
  const redirectUri = admin + OIDC_CALLBACK_PATH;
  const provider = await startIdentityProvider({ redirectUri, groupsOf: (name) => GROUPS[name], hasClaimsInToken });
  const settings: OidcSettings = {
    issuer: provider.issuer,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    clientAuthentication: 'basic',
    redirectUri,
    scopes: ['openid', 'profile', 'groups'],
    label: 'Example Corp',
    groupsClaim: 'groups',
    roles: { admin: ['security-admins'], analyst: ['soc'], viewer: [] },
    ...changed,
  };
  const port = await adminPort(undefined, new OidcProvider(settings));
  await port.app.listen({ host: '127.0.0.1', port: port0 });
  endings.push(
    () => provider.close(),
    () => port.close(),
  );
  return { port, admin, browser: new WebBrowser(), provider };
}

/** Types a name at the provider and agrees; ends where the browser is sent then. */
async function signInAs(name: string, { admin, browser }: Scene, to = '/'): Promise<URL> {
  await browser.open(`${admin}/api/v1/session/oidc?to=${encodeURIComponent(to)}`);
  await browser.submit({ login: name, password: 'any' });
  await browser.submit({});
  return browser.place;
}

async function whoIsIt({ admin, browser }: Scene) {
  const answer = await browser.ask(`${admin}/api/v1/session`);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

describe('signing in at an identity provider', { timeout: 30_000 }, () => {
  it('is offered where it is configured', async () => {
    const { admin, browser } = await scene();
    const answer = await browser.ask(`${admin}/api/v1/session/providers`);
    expect(await answer.json()).toEqual({
      items: [{ id: 'oidc', label: 'Example Corp', href: '/api/v1/session/oidc' }],
    });
    const without = await adminPort();
    endings.push(() => without.close());
    const headers = { host: 'localhost' };
    const plain = await without.app.inject({ url: '/api/v1/session/providers', headers });
    expect(plain.json()).toEqual({ items: [] });
    expect((await without.app.inject({ url: '/api/v1/session/oidc', headers })).statusCode).toBe(401);
  });

  it.each([true, false])('gives the role of the groups, in the ID token: %s', async (hasClaimsInToken) => {
    const one = await scene({ hasClaimsInToken });
    const place = await signInAs('ann', one, '/incidents?severity=high');
    expect(place.href).toBe(`${one.admin}/incidents?severity=high`);
    const { body } = await whoIsIt(one);
    expect(body).toMatchObject({ name: 'ann@example.com', role: 'admin', signedInWith: 'oidc' });
    expect(one.port.audit.latest(5)).toEqual(
      expect.arrayContaining([expect.objectContaining({ actor: 'ann@example.com', action: 'session.create' })]),
    );
  });

  it('asks with PKCE, state and nonce, and never sends the secret through the browser', async () => {
    const one = await scene();
    await one.browser.open(`${one.admin}/api/v1/session/oidc`);
    const asked = one.browser.visited.find(({ pathname }) => pathname === '/auth')!;
    expect(asked.searchParams.get('code_challenge_method')).toBe('S256');
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(asked.searchParams.get(name), name).toMatch(/^[\w-]{43}$/);
    await one.browser.submit({ login: 'bob', password: 'any' });
    await one.browser.submit({});
    expect((await whoIsIt(one)).body).toMatchObject({ role: 'analyst' });
    expect(one.browser.visited.map(String).join()).not.toContain(CLIENT_SECRET);
  });

  it('makes changes of the session need its CSRF token, and ends it on sign-out', async () => {
    const one = await scene();
    await signInAs('ann', one);
    const { csrfToken } = (await whoIsIt(one)).body;
    const without = await one.browser.ask(`${one.admin}/api/v1/session`, { method: 'DELETE' });
    expect(without.status).toBe(403);
    const headers = { 'x-csrf-token': String(csrfToken) };
    expect((await one.browser.ask(`${one.admin}/api/v1/session`, { method: 'DELETE', headers })).status).toBe(204);
    expect((await whoIsIt(one)).status).toBe(401);
  });

  it('refuses people in no group that makes a role, and says so', async () => {
    const one = await scene();
    expect((await signInAs('eve', one)).search).toBe('?refused=no-role');
    expect((await whoIsIt(one)).status).toBe(401);
    expect(one.port.audit.latest(1)[0]).toMatchObject({
      action: 'session.refuse',
      after: { reason: 'no-role', detail: 'eve@example.com' },
    });
    const open = await scene({ defaultRole: 'viewer' });
    await signInAs('eve', open);
    expect((await whoIsIt(open)).body).toMatchObject({ role: 'viewer' });
  });

  it('signs nobody in with an answer that another browser asked for', async () => {
    const one = await scene();
    await one.browser.open(`${one.admin}/api/v1/session/oidc`);
    await one.browser.submit({ login: 'ann', password: 'any' });
    one.browser.stopAt = OIDC_CALLBACK_PATH;
    await one.browser.submit({});
    const callback = one.browser.place.href;
    expect(callback).toContain('code=');
    const victim = new WebBrowser();
    await victim.open(callback);
    expect(victim.place.search).toBe('?refused=invalid');
    // Not even when that browser has asked itself.
    await victim.open(`${one.admin}/api/v1/session/oidc`);
    await victim.open(callback);
    expect(victim.place.search).toBe('?refused=invalid');
    expect((await victim.ask(`${one.admin}/api/v1/session`)).status).toBe(401);
    // The one that asked is let in, once.
    one.browser.stopAt = undefined;
    await one.browser.open(callback);
    expect((await whoIsIt(one)).status).toBe(200);
    await one.browser.open(callback);
    expect(one.browser.place.search).toBe('?refused=invalid');
  });

  it('takes a person who says no at the provider back to the sign-in page', async () => {
    const one = await scene();
    await one.browser.open(`${one.admin}/api/v1/session/oidc`);
    const { searchParams } = one.browser.visited.find(({ pathname }) => pathname === '/auth')!;
    const state = searchParams.get('state');
    await one.browser.open(
      `${one.admin}${OIDC_CALLBACK_PATH}?error=access_denied&state=${state}&iss=${encodeURIComponent(one.provider.issuer)}`,
    );
    expect(one.browser.place.search).toBe('?refused=declined');
  });

  it('says so when the provider is away, and works again when it is back', async () => {
    const one = await scene({ issuer: 'http://127.0.0.1:9' });
    await one.browser.open(`${one.admin}/api/v1/session/oidc`);
    expect(one.browser.place.search).toBe('?refused=unreachable');
  });

  it('never sends people elsewhere afterwards', async () => {
    const one = await scene();
    for (const to of ['//evil.example/', '/\\evil.example', 'https://evil.example/', '/a\u0000b', '']) {
      one.browser.stopAt = '/auth';
      await one.browser.open(`${one.admin}/api/v1/session/oidc?to=${encodeURIComponent(to)}`);
      const [cookie] = one.browser.cookies.filter(({ name }) => name.endsWith('_oidc'));
      expect(JSON.parse(Buffer.from(cookie!.value, 'base64url').toString()), to).toMatchObject({ to: '/' });
    }
  });

  it('lets people go when the groups make no role any more', async () => {
    const one = await scene();
    await signInAs('bob', one);
    expect((await whoIsIt(one)).body).toMatchObject({ role: 'analyst' });
    (one.port.oidc!.settings.roles.analyst as string[]).length = 0;
    expect((await whoIsIt(one)).status).toBe(401);
  });
});

describe('an answer of a provider that lies', { timeout: 30_000 }, () => {
  /** A provider whose token endpoint answers with the token that `tokenOf` makes. */
  async function lyingScene(tokenOf: (claims: object) => string): Promise<Scene> {
    let nonce = '';
    const server: Server = createServer((request, response) => {
      const url = new URL(request.url!, issuer);
      response.setHeader('content-type', 'application/json');
      if (url.pathname === '/.well-known/openid-configuration')
        return response.end(
          JSON.stringify({
            issuer,
            authorization_endpoint: `${issuer}/auth`,
            token_endpoint: `${issuer}/token`,
            jwks_uri: `${issuer}/jwks`,
            response_types_supported: ['code'],
            id_token_signing_alg_values_supported: ['RS256'],
          }),
        );
      if (url.pathname === '/auth') {
        nonce = url.searchParams.get('nonce')!;
        const back = `${url.searchParams.get('redirect_uri')}?code=c&state=${url.searchParams.get('state')}`;
        return response.writeHead(302, { location: back }).end();
      }
      if (url.pathname === '/jwks') return response.end(JSON.stringify({ keys: [] }));
      const now = Math.floor(Date.now() / 1_000);
      const claims = {
        iss: issuer,
        aud: CLIENT_ID,
        sub: 'ann',
        groups: ['security-admins'],
        iat: now,
        exp: now + 60,
        nonce,
      };
      return response.end(JSON.stringify({ access_token: 'a', token_type: 'bearer', id_token: tokenOf(claims) }));
    }).listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    endings.push(() => server.close());
    return scene({ issuer });
  }

  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

  it.each([
    [
      'is signed with no key of the issuer',
      (claims: object) => `${part({ alg: 'RS256', kid: 'x' })}.${part(claims)}.AAAA`,
    ],
    ['is not signed at all', (claims: object) => `${part({ alg: 'none' })}.${part(claims)}.`],
    [
      'is signed with the client secret',
      (claims: object) => {
        const text = `${part({ alg: 'HS256' })}.${part(claims)}`;
        return `${text}.${createHmac('sha256', CLIENT_SECRET).update(text).digest('base64url')}`;
      },
    ],
    ['is no token', () => 'hello'],
  ])('is refused when the ID token %s', async (_, tokenOf) => {
    const one = await lyingScene(tokenOf);
    await one.browser.open(`${one.admin}/api/v1/session/oidc`);
    expect(one.browser.place.search).toBe('?refused=invalid');
    expect((await whoIsIt(one)).status).toBe(401);
  });
});

describe('the configuration of an identity provider', () => {
  const read = (oidc: string) => {
    const text = `admin:\n  oidc:\n    clientId: c\n${oidc.replaceAll(/^/gm, '    ')}\n`;
    return readConfiguration(text, 'sallyport.yaml', {});
  };
  const good = [
    'issuer: https://login.example/realm',
    'redirectUri: https://console.example/api/v1/session/oidc/callback',
    'roles: { admin: [a] }',
  ];

  it('is complete with an issuer, a client, the way back and a group', () => {
    const { configuration, faults } = read(good.join('\n'));
    expect(faults).toEqual([]);
    expect(configuration?.admin.oidc).toMatchObject({ groupsClaim: 'groups', scopes: ['openid', 'profile', 'email'] });
  });

  it.each([
    ['issuer: http://login.example', 0, 4, /https/],
    ['redirectUri: https://console.example/elsewhere', 1, 5, /has to end with/],
    ['roles: {}', 2, 6, /nobody could sign in/],
  ])('is refused at its line: %s', (line, index, at, message) => {
    const { faults } = read(good.with(index as number, line as string).join('\n'));
    expect(faults).toMatchObject([{ line: at, message: expect.stringMatching(message as RegExp) }]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
