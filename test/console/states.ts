// What a page shows while it waits, when the admin port is away, when a person may not see it, and when there is nothing yet.
import { describe, expect, it } from 'vitest';
import { sendTraffic, throughTheGate, violations } from './browser.ts';
import type { Stage } from './stage.ts';
import { follow, viewsOf, wear } from './views.ts';

type Answer = 'none yet' | 'none' | 'forbidden';

/** Before anything has passed the gateway. */
export function emptyStates(stage: Stage): void {
  it('says on every page what will be there, while there is nothing', { timeout: 120_000 }, async () => {
    const { page } = stage.visit;
    for (const path of [
      '/incidents',
      '/attackers',
      '/transactions',
      '/endpoints',
      '/endpoints?view=tree',
      '/data',
      '/posture',
      '/blocks',
    ]) {
      await follow(stage.visit, path);
      await page.locator('main .empty strong').first().waitFor();
      expect(await violations(page), path).toEqual([]);
    }
    await follow(stage.visit, '/');
    await page.locator('.steps').waitFor();
  });
}

export function states(stage: Stage): void {
  describe('a page', { timeout: 240_000 }, () => {
    it('waits, says that the admin port is away, that it may not be seen, and comes back by itself', async () => {
      const { page, complaints } = stage.visit;
      await wear(stage.visit, { language: 'en', theme: 'light' });
      const before = complaints.length;
      let answer: Answer = 'none yet';
      const waiting: (() => Promise<void>)[] = [];
      await page.route('**/api/v1/**', async (route) => {
        const { pathname } = new URL(route.request().url());
        if (/\/(?:session|session\/providers|events)$/.test(pathname)) return route.continue();
        const reply = (): Promise<void> =>
          answer === 'forbidden'
            ? route.fulfill({ status: 403, json: { title: 'This needs the role admin', status: 403 } })
            : route.abort('connectionrefused');
        if (answer === 'none yet') waiting.push(reply);
        else await reply();
      });
      const views = await viewsOf(stage);
      for (const { name, path } of views) {
        answer = 'none yet';
        await page.goto(stage.gateway.admin + path);
        await page.locator('main .wait').first().waitFor();
        answer = 'none';
        for (const reply of waiting.splice(0)) await reply().catch(() => undefined);
        const away = page.locator('main').getByRole('alert').filter({ hasText: 'does not answer' });
        await away.first().waitFor();
        await page.locator('main .wait').first().waitFor({ state: 'detached' });
        answer = 'forbidden';
        await away.getByRole('button', { name: 'Try again' }).first().click();
        await page.locator('main').getByRole('alert').filter({ hasText: 'does not allow' }).first().waitFor();
        expect(await page.title(), name).toContain('Sallyport');
      }
      expect(await violations(page)).toEqual([]);
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      // The browser says as well what was refused on purpose.
      const other = complaints.splice(before).filter((one) => !/ERR_CONNECTION_REFUSED|status of 403/.test(one));
      complaints.push(...other);
      const [first] = views;
      await page.goto(stage.gateway.admin + first!.path);
      await page.locator(first!.mark).first().waitFor();
    });

    it('asks who is there when the session has ended, and goes on where it was, with what was being written', async () => {
      const { page, context } = stage.visit;
      await page.goto(`${stage.gateway.admin}/policies?file=exceptions.yaml&tab=edit`);
      const editor = page.getByLabel('Policy text');
      const before = await editor.inputValue();
      await editor.fill(`${before}# half a thou`);
      await context.clearCookies();
      await page.getByRole('button', { name: 'Validate and put in force' }).click();
      await throughTheGate(page, stage.gateway);
      expect(await editor.inputValue()).toBe(`${before}# half a thou`);
      await follow(stage.visit, '/attackers');
      await page.getByRole('heading', { name: 'Attackers' }).waitFor();
      await page.goBack();
      expect(await editor.inputValue()).toBe(`${before}# half a thou`);
      await editor.fill(before);
      await follow(stage.visit, '/incidents?severity=critical');
      await page.getByRole('row').nth(1).waitFor();
    });

    it('says what is a fault of the gateway and what is a change of somebody else, and keeps what was typed', async () => {
      const { page, complaints } = stage.visit;
      const before = complaints.length;
      await page.route('**/api/v1/incidents?*', (route) => route.fulfill({ status: 500, json: { title: 'Oops' } }));
      await page.goto(`${stage.gateway.admin}/incidents?severity=high`);
      const alert = page.locator('main').getByRole('alert');
      await alert.getByText('could not do this').waitFor();
      await page.unroute('**/api/v1/incidents?*');
      await alert.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('row').nth(1).waitFor();
      complaints.splice(
        before,
        complaints.length,
        ...complaints.slice(before).filter((one) => !/status of 500/.test(one)),
      );
      await page.goto(`${stage.gateway.admin}/policies?file=exceptions.yaml`);
      const editor = page.getByLabel('Policy text');
      const { text, revision } = (await (
        await stage.gateway.api('/policy-files/content?layer=operator&file=exceptions.yaml')
      ).json()) as { text: string; revision: string };
      await editor.fill(`${text}# mine\n`);
      const theirs = { file: 'exceptions.yaml', text: `${text}# theirs\n`, revision };
      const put = await stage.gateway.api('/policy-files/content', { method: 'PUT', body: JSON.stringify(theirs) });
      expect(put.status).toBe(200);
      await page.getByRole('button', { name: 'Validate and put in force' }).click();
      await page.locator('.problem').getByText('meanwhile').waitFor();
      expect(await editor.inputValue()).toBe(`${text}# mine\n`);
    });

    it('follows again by itself when the admin port was away, and shows what happened meanwhile', async () => {
      const { page, complaints } = stage.visit;
      const before = complaints.length;
      await follow(stage.visit, '/');
      const requests = page.locator('.tile dd').first();
      const shown = await requests.textContent();
      const [analyst] = stage.gateway.pids('analyst');
      process.kill(analyst!, 'SIGKILL');
      await page.locator('.dot.away').waitFor({ state: 'attached' });
      await page.locator('.dot.live').waitFor({ state: 'attached', timeout: 120_000 });
      await sendTraffic(stage.gateway, 3);
      await expect.poll(() => requests.textContent(), { timeout: 60_000 }).not.toBe(shown);
      await page.locator('.shell').waitFor();
      // The browser says as well that nobody answered.
      complaints.splice(before);
    });
  });
}
