// The main task of every page, by clicking and typing. One person's morning, from top to bottom.
import { describe, expect, it } from 'vitest';
import { picture, SCANNER, sendTraffic, signIn, statusFor, violations } from './browser.ts';
import type { Stage } from './stage.ts';
import { emptyStates } from './states.ts';

export function morning(stage: Stage): void {
  async function undo(restriction: string): Promise<void> {
    const answer = await stage.gateway.api(`/restrictions/${restriction}`, { method: 'DELETE', body: '{}' });
    expect(answer.status).toBe(204);
  }

  describe('the console', { timeout: 180_000 }, () => {
    it('asks who is there, and does not let in who does not know', async () => {
      const { page } = stage.visit;
      await page.goto(stage.gateway.admin);
      await page.getByLabel('Name').fill('nobody');
      await page.getByLabel('Password').fill('nothing at all');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
      expect(await violations(page)).toEqual([]);
      await picture(page, 'sign-in');
      await signIn(page, stage.gateway);
    });

    emptyStates(stage);

    it('tells how to send the first request, and shows it arrive', async () => {
      const { page } = stage.visit;
      await page.goto(stage.gateway.admin);
      const command = await page.locator('.steps pre').first().textContent();
      expect(command).toContain(new URL(stage.gateway.url).port);
      expect(await violations(page)).toEqual([]);
      await picture(page, 'first-run');
      await sendTraffic(stage.gateway);
      await page.getByText('Data leaving').waitFor();
    });

    it('shows how things stand, and follows what happens without being asked', async () => {
      const { page } = stage.visit;
      await page.goto(stage.gateway.admin);
      await page.getByText('Credential stuffing').first().waitFor();
      const requests = page.locator('.tile dd').first();
      const before = await requests.textContent();
      await sendTraffic(stage.gateway, 2);
      await expect.poll(() => requests.textContent(), { timeout: 15_000 }).not.toBe(before);
    });

    it('finds, filters, selects and changes incidents by the keyboard', async () => {
      const { page } = stage.visit;
      await page.keyboard.press('g');
      await page.keyboard.press('i');
      await page.getByRole('heading', { name: 'Incidents' }).waitFor();
      expect(new URL(page.url()).pathname).toBe('/incidents');
      await page.getByLabel('Severity', { exact: true }).selectOption('critical');
      expect(page.url()).toContain('severity=critical');
      await page.getByRole('row').nth(1).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('table').focus();
      await page.keyboard.press('j');
      await page.keyboard.press('x');
      await page.getByText('1 selected').waitFor();
      await page.getByRole('button', { name: 'Assign to me' }).click();
      await page.getByText('1 incident changed').waitFor();
      await page.getByRole('button', { name: 'Save this filter' }).click();
      await page.locator('dialog input').fill('Mine');
      await page.locator('dialog').getByRole('button', { name: 'Save' }).click();
      await page.getByRole('button', { name: 'Clear filters' }).click();
      await page.getByRole('link', { name: 'Mine' }).click();
      expect(page.url()).toContain('severity=critical');
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'CSV' }).click();
      expect((await download).suggestedFilename()).toBe('incidents.csv');
    });

    it('shows one incident whole, and lets a person work on it', async () => {
      const { page } = stage.visit;
      await page.goto(`${stage.gateway.admin}/incidents?text=stuffing`);
      await page.getByRole('link', { name: 'Credential stuffing' }).click();
      await page.getByText('What to do').waitFor();
      await page.getByLabel('Status').selectOption('in-progress');
      await page.getByLabel('Write a comment').fill('Looking at it <b>now</b>.');
      await page.getByRole('button', { name: 'Add comment' }).click();
      await page.getByText('Looking at it <b>now</b>.').waitFor();
      await page.locator('.timeline button').last().click();
      await page.locator('.timeline button[aria-pressed=true]').waitFor();
      await page.getByText('curl -i').waitFor();
      await page.getByRole('button', { name: 'Block attacker' }).click();
      await page.locator('dialog .note').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.locator('dialog').waitFor({ state: 'detached' });
      await picture(page, 'incident');
    });

    it('makes an exception of what was no attack, in force at once', async () => {
      const { page } = stage.visit;
      await page.goto(`${stage.gateway.admin}/transactions?action=block`);
      await page.getByRole('row').nth(1).getByRole('link').click();
      await page.getByRole('button', { name: 'Make an exception' }).click();
      const yaml = page.locator('dialog textarea');
      const text = await yaml.inputValue();
      expect(text).toContain('kind: exception');
      await yaml.fill(text.replace(/reason: .*/, 'raisin: none'));
      await page.getByRole('button', { name: 'Validate and put in force' }).click();
      await page.locator('dialog .problem').waitFor({ timeout: 120_000 });
      expect(await page.locator('dialog .problem').textContent()).toMatch(/exceptions\.yaml:\d+:\d+/);
      await yaml.fill(text.replace(/reason: .*/, 'reason: a tutorial'));
      await page.getByRole('button', { name: 'Validate and put in force' }).click();
      await page.locator('dialog').waitFor({ state: 'detached', timeout: 120_000 });
      const { items } = (await (await stage.gateway.api('/exceptions')).json()) as { items: { reason: string }[] };
      expect(items).toMatchObject([{ reason: 'a tutorial' }]);
    });

    it('shows who attacks, and blocks and frees them', async () => {
      const { page } = stage.visit;
      for (const one of ((await (await stage.gateway.api('/restrictions')).json()) as { items: { id: string }[] })
        .items)
        await undo(one.id);
      await page.goto(`${stage.gateway.admin}/attackers`);
      await page.getByRole('link', { name: SCANNER, exact: true }).first().click();
      await page.getByText('Why it is suspect').waitFor();
      await page.getByRole('button', { name: 'Block attacker' }).click();
      await page.locator('dialog input[name=reason]').fill('scans us');
      await page.locator('dialog').getByRole('button', { name: 'Restrict' }).click();
      await page.getByRole('button', { name: 'Undo the restriction' }).waitFor();
      await expect.poll(() => statusFor(stage.gateway, SCANNER), { timeout: 30_000 }).toBe(403);
      await page.goto(`${stage.gateway.admin}/blocks`);
      await page.getByText('scans us').waitFor();
      await page.getByRole('row').nth(1).getByRole('button', { name: 'Undo' }).click();
      await page.getByText('Nobody is restricted').waitFor();
      // The button is gone; where it was, the keyboard goes on.
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    });

    it('puts an address on a list', async () => {
      const { page } = stage.visit;
      await page.goto(`${stage.gateway.admin}/blocks`);
      await page.getByRole('button', { name: 'Add to a list' }).click();
      await page.locator('dialog input[name=entry]').fill('198.18.0.0/15');
      await page.locator('dialog').getByRole('button', { name: 'Save' }).click();
      await page.getByText('198.18.0.0/15', { exact: true }).waitFor({ timeout: 120_000 });
      await expect.poll(() => statusFor(stage.gateway, '198.18.3.4'), { timeout: 30_000 }).toBe(403);
    });

    it('shows what was learned of an endpoint, and freezes it', async () => {
      const { page } = stage.visit;
      await page.goto(`${stage.gateway.admin}/endpoints`);
      await page.getByRole('link', { name: '/api/users/{id}' }).click();
      await page.getByText('Learned schema').waitFor();
      await page.getByRole('cell', { name: '/ssn' }).waitFor();
      await page.getByRole('button', { name: 'Freeze' }).click();
      await page.getByText('Frozen').waitFor();
      await page.getByRole('button', { name: 'Learn again' }).click();
      await picture(page, 'endpoint');
    });

    it('shows which data goes where', async () => {
      const { page } = stage.visit;
      await page.goto(`${stage.gateway.admin}/data`);
      await page.getByLabel('Data type, tag or endpoint').fill('forbidden');
      await page.getByRole('cell', { name: 'US social security number' }).waitFor();
      await expect.poll(() => page.getByText('E-mail address').count()).toBe(0);
    });

    it('writes a policy with completion, refuses a fault at its line, and puts it in force', async () => {
      const { page } = stage.visit;
      await page.goto(`${stage.gateway.admin}/policies`);
      await page.getByRole('button', { name: 'New file' }).click();
      await page.locator('dialog input').fill('mine');
      await page.locator('dialog').getByRole('button', { name: 'New file' }).click();
      const editor = page.getByLabel('Policy text');
      await editor.fill('');
      await editor.pressSequentially('kind: lis');
      await page.getByRole('option', { name: 'list' }).waitFor();
      await page.keyboard.press('Enter');
      await page.keyboard.press('Enter');
      await editor.pressSequentially('id: mine\naction: de');
      await page.getByRole('option', { name: 'deny' }).waitFor();
      await page.keyboard.press('Tab');
      expect(await editor.inputValue()).toBe('kind: list\nid: mine\naction: deny');
      await editor.fill('kind: list\nid: mine\naction: dney\nentries: { ips: [198.51.100.250] }\n');
      await page.getByRole('button', { name: 'Validate and put in force' }).click();
      await page.locator('.gutter .faulty').first().waitFor({ timeout: 120_000 });
      expect(await page.locator('.gutter .faulty').first().textContent()).toBe('3');
      await picture(page, 'policy-with-a-fault');
      await editor.fill('kind: list\nid: mine\naction: deny\nentries: { ips: [198.51.100.250] }\n');
      await page.getByRole('button', { name: 'Validate and put in force' }).click();
      await page.getByText(/In force with version/).waitFor({ timeout: 120_000 });
      await page.getByRole('tab', { name: 'History' }).click();
      await page.getByRole('button', { name: 'Show' }).click();
      await page.locator('.diff .plus').first().waitFor();
      await page.keyboard.press('Escape');
      await expect.poll(() => statusFor(stage.gateway, '198.51.100.250'), { timeout: 30_000 }).toBe(403);
    });

    it('sends a test to a sink, and shows plans and nodes', async () => {
      const { page } = stage.visit;
      await page.goto(`${stage.gateway.admin}/integrations`);
      await page.getByRole('button', { name: 'Send a test' }).click();
      await page.getByText('took the test message').waitFor();
      await page.getByText('stop-certain-attackers').waitFor();
      await page.goto(`${stage.gateway.admin}/nodes`);
      await page.getByText('this one').waitFor();
      await page.goto(`${stage.gateway.admin}/posture`);
      await page.getByRole('heading', { name: 'Posture' }).waitFor();
    });

    it('adds a user, who signs in and sees no more than a viewer may', async () => {
      const { page } = stage.visit;
      await page.goto(`${stage.gateway.admin}/settings`);
      await page.getByRole('button', { name: 'Add a user' }).click();
      await page.locator('dialog input[name=name]').fill('vera');
      await page.locator('dialog input[name=password]').fill('a long enough one');
      await page.locator('dialog').getByRole('button', { name: 'Save' }).click();
      await page.getByText('Has not signed in yet').waitFor();
      await page.getByRole('button', { name: 'Make a token' }).click();
      await page.locator('dialog input[name=name]').fill('ci');
      await page.locator('dialog').getByRole('button', { name: 'Save' }).click();
      expect(await page.locator('dialog pre').textContent()).toMatch(/^sp_[\w-]{32}$/);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByLabel('Name').fill('vera');
      await page.getByLabel('Password').fill('a long enough one');
      await page.keyboard.press('Enter');
      await page.locator('.shell').waitFor();
      expect(await page.getByRole('link', { name: 'Audit log' }).count()).toBe(0);
      await page.goto(`${stage.gateway.admin}/incidents`);
      await page.getByRole('row').nth(1).waitFor();
      expect(await page.getByRole('checkbox').count()).toBe(0);
      await page.goto(`${stage.gateway.admin}/settings`);
      await page.getByText('Admins manage users and tokens').waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
    });

    it('tells afterwards who did what', async () => {
      const { page } = stage.visit;
      await signIn(page, stage.gateway);
      await page.goto(`${stage.gateway.admin}/audit-log`);
      await page.getByText('user.create').waitFor();
      await page.getByText('policy.write').waitFor();
      await page.getByLabel('Who, what or on what').fill('user.create');
      await expect.poll(() => page.getByText('policy.write').count()).toBe(0);
      await page.getByRole('button', { name: 'Show' }).click();
      await page.locator('dialog pre').waitFor();
      await page.keyboard.press('Escape');
    });

    it('explains its keys, finds what is searched, and knows what it does not have', async () => {
      const { page } = stage.visit;
      await page.keyboard.press('?');
      await page.locator('dialog kbd').first().waitFor();
      await page.keyboard.press('Escape');
      await page.keyboard.press('/');
      await page.keyboard.type(SCANNER);
      await page.keyboard.press('Enter');
      await expect.poll(() => page.url()).toContain(`/attackers?text=${SCANNER}`);
      await page.goto(`${stage.gateway.admin}/incidents/inc-none-1`);
      await page.getByText('This is not there').waitFor();
      await page.goto(`${stage.gateway.admin}/nowhere`);
      await page.getByText('no page at this address').waitFor();
    });
  });
}
