// Every page, full of data, as people see it: wide and narrow, light and dark, English and Korean. Legible and reachable for everybody,
// never wider than the screen, and kept as a picture to be looked at.
import { describe, expect, it } from 'vitest';
import { picture, violations } from './browser.ts';
import { fillTheShop, workOnIt } from './busy-shop.ts';
import type { Stage } from './stage.ts';
import { follow, type Look, viewsOf, wear } from './views.ts';

const isWhole = process.env.SALLYPORT_PICTURES === 'all';
const LOOKS: readonly Look[] = [
  { language: 'en', theme: 'light' },
  { language: 'ko', theme: 'dark' },
  ...(isWhole
    ? ([
        { language: 'en', theme: 'dark' },
        { language: 'ko', theme: 'light' },
      ] as const)
    : []),
];
const LAPTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

export function pages(stage: Stage): void {
  describe('every page', { timeout: 240_000 }, () => {
    it('has long names, many hosts and a team to show', async () => {
      await fillTheShop(stage.gateway);
      if (isWhole) await workOnIt(stage.gateway);
      const { total } = (await (await stage.gateway.api('/endpoints')).json()) as { total: number };
      expect(total).toBeGreaterThan(20);
    });

    it.each(LOOKS)('is legible and reachable, and fits a phone: $language, $theme', async (look) => {
      const { page } = stage.visit;
      const views = await viewsOf(stage);
      await wear(stage.visit, look);
      expect(await page.evaluate(() => document.documentElement.lang)).toBe(look.language);
      const found: string[] = [];
      for (const { name, path, mark } of views) {
        await page.setViewportSize(LAPTOP);
        await follow(stage.visit, path);
        await page.locator(mark).first().waitFor();
        for (const one of await violations(page)) found.push(`${name}: ${one}`);
        for (const [size, viewport] of [
          ['laptop', LAPTOP],
          ['phone', PHONE],
        ] as const) {
          await page.setViewportSize(viewport);
          const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          if (tooWide > 0) found.push(`${name} is ${tooWide} px wider than a ${size}`);
          await picture(page, `${name}-${size}-${look.theme}-${look.language}`, isWhole);
        }
      }
      expect(found).toEqual([]);
      await page.getByRole('button', { name: look.language === 'en' ? 'Menu' : '메뉴' }).click();
      await page.locator('nav a[href="/"]').click();
      await page.locator('.tile').first().waitFor();
      await page.setViewportSize(LAPTOP);
    });
  });
}
