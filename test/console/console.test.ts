import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, removeFolder } from '../run/gateway-process.ts';
import { openBrowser, picture, sendTraffic, signIn, startConsoleGateway, type Visit, violations } from './browser.ts';

let gateway: RunningGateway;
let visit: Visit;

beforeAll(async () => {
  gateway = await startConsoleGateway();
  visit = await openBrowser();
}, 120_000);

afterAll(async () => {
  await visit.close();
  await gateway.stop();
  removeFolder(gateway.data);
});

describe('the console', { timeout: 60_000 }, () => {
  it('asks who is there, and does not let in who does not know', async () => {
    const { page } = visit;
    await page.goto(gateway.admin);
    await page.getByLabel('Name').fill('nobody');
    await page.getByLabel('Password').fill('nothing at all');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, 'sign-in');
  });

  it('tells how to send the first request, and shows it arrive', async () => {
    const { page } = visit;
    await signIn(page, gateway);
    const command = await page.locator('.steps pre').first().textContent();
    expect(command).toContain(new URL(gateway.url).port);
    expect(await violations(page)).toEqual([]);
    await picture(page, 'first-run');
    await sendTraffic(gateway);
    await page.getByText('Data leaving').waitFor();
  });

  it('shows how things stand', async () => {
    const { page } = visit;
    await page.goto(gateway.admin);
    await page.locator('.tile').first().waitFor();
    await page.getByText('Credential stuffing').first().waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, 'overview');
  });

  it('complains of nothing', () => {
    expect(visit.complaints).toEqual([]);
  });
});
