// People who come by their identity provider: a real browser, with its own mind about cookies on the way back from another site.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OIDC_CALLBACK_PATH } from '../../src/configuration/admin-schema.ts';
import { CLIENT_ID, CLIENT_SECRET, type IdentityProvider, startIdentityProvider } from '../admin/identity-provider.ts';
import { type RunningGateway, removeFolder, startGateway } from '../run/gateway-process.ts';
import { freePort, openBrowser, picture, type Visit, violations } from './browser.ts';

let gateway: RunningGateway;
let visit: Visit;
let provider: IdentityProvider;

beforeAll(async () => {
  const admin = await freePort();
  const redirectUri = `http://localhost:${admin}${OIDC_CALLBACK_PATH}`;
  provider = await startIdentityProvider({ redirectUri, groupsOf: (name) => (name === 'ann' ? ['soc'] : []) });
  const data = mkdtempSync(join(tmpdir(), 'sallyport-oidc-'));
  writeFileSync(join(data, 'oidc-secret'), `${CLIENT_SECRET}\n`);
  const config = join(data, 'sallyport.yaml');
  const lines = [
    'admin:',
    '  oidc:',
    `    issuer: ${provider.issuer}`,
    `    clientId: ${CLIENT_ID}`,
    '    clientSecret: { file: oidc-secret }',
    `    redirectUri: ${redirectUri}`,
    '    label: Example Corp',
    '    scopes: [openid, profile, groups]',
    '    roles: { analyst: [soc] }',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  gateway = await startGateway(['--config', config, '--workers', '1', '--admin', String(admin)], data);
  visit = await openBrowser();
}, 120_000);

afterAll(async () => {
  await visit.close();
  await gateway.stop();
  await provider.close();
  removeFolder(gateway.data);
}, 60_000);

it('signs a person in at the provider, and shows the view that was asked for', { timeout: 90_000 }, async () => {
  const { page } = visit;
  await page.goto(`${gateway.admin}/incidents?severity=high`);
  await page.getByRole('link', { name: 'Sign in with Example Corp' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await picture(page, 'sign-in-with-provider');
  await page.getByRole('link', { name: 'Sign in with Example Corp' }).click();
  await page.locator('input[name=login]').fill('ann');
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.locator('button[type=submit]').click();
  await page.getByRole('heading', { name: 'Incidents' }).waitFor();
  expect(page.url()).toBe(`${gateway.admin}/incidents?severity=high`);
  await page.goto(`${gateway.admin}/settings`);
  await page.getByText('ann@example.com').first().waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('link', { name: 'Sign in with Example Corp' }).waitFor();
});

it('says why somebody was not let in', { timeout: 90_000 }, async () => {
  const { page } = visit;
  await page.context().clearCookies();
  await page.goto(gateway.admin);
  await page.getByRole('link', { name: 'Sign in with Example Corp' }).click();
  await page.locator('input[name=login]').fill('eve');
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.locator('button[type=submit]').click();
  await page.getByRole('alert').getByText('no group').waitFor();
  expect(new URL(page.url()).search).toBe('');
});
