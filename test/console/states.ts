// What a page shows while it waits, when the admin port is away, when a person may not see it, and when there is nothing yet.
import { describe, expect, it } from 'vitest';
import { violations } from './browser.ts';
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

    it('asks who is there when the session has ended, and goes on where it was', async () => {
      const { page, context } = stage.visit;
      await page.goto(`${stage.gateway.admin}/incidents?severity=critical`);
      await page.getByRole('row').nth(1).waitFor();
      await context.clearCookies();
      await follow(stage.visit, '/attackers');
      await page.locator('.gate form + div button').click();
      await page.locator('input[name=token]').fill(stage.gateway.token);
      await page.locator('.gate button[type=submit]').click();
      await page.getByRole('heading', { name: 'Attackers' }).waitFor();
      expect(new URL(page.url()).pathname).toBe('/attackers');
    });
  });
}
