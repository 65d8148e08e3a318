// The main task of each page once more: in the other language and the other theme, and in what the two leave over, by turns. All of
// them in all four looks with `npm run test:looks`. The same clicks, found by the words of the language.
import { describe, expect, it } from 'vitest';
import { en } from '../../src/console/words/en.ts';
import { ko } from '../../src/console/words/ko.ts';
import { SCANNER, statusFor } from './browser.ts';
import type { Stage } from './stage.ts';
import { follow, type Look, viewsOf, wear } from './views.ts';

const WORDS = { en, ko } as const;
const KOREAN_DARK: Look = { language: 'ko', theme: 'dark' };
const ENGLISH_DARK: Look = { language: 'en', theme: 'dark' };
const KOREAN_LIGHT: Look = { language: 'ko', theme: 'light' };
const ALL: readonly Look[] = [{ language: 'en', theme: 'light' }, ENGLISH_DARK, KOREAN_LIGHT, KOREAN_DARK];

const STORY = {
  en: { title: 'Credential stuffing', sentence: /^(?:about )?\d+ different accounts failed to log in/ },
  ko: { title: '크리덴셜 스터핑', sentence: /서로 다른 계정 (?:약 )?\d+개가 로그인에 실패했습니다/ },
} as const;

export function mainTasks(stage: Stage): void {
  let look = KOREAN_DARK;
  const w = (word: keyof typeof en): string => WORDS[look.language][word];
  const button = (name: string) => stage.visit.page.getByRole('button', { name, exact: true });
  const heading = (name: string) => stage.visit.page.getByRole('heading', { name, level: 1, exact: true });
  const pathOf = async (name: string): Promise<string> =>
    (await viewsOf(stage)).find((view) => view.name === name)!.path;
  /** Told apart from what the same task wrote in another look. */
  const mine = (text: string): string => `${text} (${look.language}, ${look.theme})`;

  let tasks = 0;
  const task = (name: string, act: () => Promise<void>): void => {
    tasks += 1;
    const turn = tasks % 2 === 0 ? ENGLISH_DARK : KOREAN_LIGHT;
    const looks = process.env.SALLYPORT_LOOKS === 'all' ? ALL : [KOREAN_DARK, turn];
    it.each(looks)(`${name}: $language, $theme`, async (one) => {
      look = one;
      await wear(stage.visit, look);
      const worn = await stage.visit.page.evaluate(() => [
        document.documentElement.lang,
        document.documentElement.dataset.theme,
      ]);
      expect(worn).toEqual([look.language, look.theme]);
      await act();
    });
  };

  describe('the main tasks', { timeout: 120_000 }, () => {
    task('goes from page to page by its keys, which a list explains', async () => {
      const { page } = stage.visit;
      for (const [key, word] of [
        ['o', 'overview'],
        ['i', 'incidents'],
        ['a', 'attackers'],
        ['t', 'transactions'],
        ['e', 'endpoints'],
        ['d', 'data'],
        ['w', 'posture'],
        ['p', 'policies'],
        ['b', 'blocks'],
        ['c', 'integrations'],
        ['n', 'nodes'],
        ['l', 'audit'],
        ['s', 'settings'],
      ] as const) {
        await page.keyboard.press('g');
        await page.keyboard.press(key);
        await heading(w(`nav.${word}`)).waitFor();
      }
      await page.keyboard.press('?');
      await page.locator('dialog').getByText(w('keys.search'), { exact: true }).waitFor();
      await page.keyboard.press('Escape');
      await page.locator('dialog').waitFor({ state: 'detached' });
    });

    task('looks at another span of time', async () => {
      await follow(stage.visit, '/');
      await button(w('span.day')).click();
      await stage.visit.page.locator('.tile').first().waitFor();
      expect(stage.visit.page.url()).toContain('span=day');
    });

    task('filters incidents, takes one and tells its story', async () => {
      const { page } = stage.visit;
      await follow(stage.visit, '/incidents');
      await page.getByLabel(w('filter.severity'), { exact: true }).selectOption('critical');
      await page.getByRole('row').nth(1).getByRole('checkbox').check();
      await button(w('incident.assign.me')).click();
      await page.getByText(w('incidents.changed.one')).first().waitFor();
      await follow(stage.visit, await pathOf('incident'));
      await heading(STORY[look.language].title).waitFor();
      await page.getByText(STORY[look.language].sentence).waitFor();
      await page.getByLabel(w('incident.comment'), { exact: true }).fill(mine('확인했습니다.'));
      await button(w('incident.comment.add')).click();
      await page.getByText(mine('확인했습니다.'), { exact: true }).waitFor();
    });

    task('blocks an attacker and frees it', async () => {
      const { page } = stage.visit;
      await follow(stage.visit, `/attackers/ip%3A${SCANNER}`);
      await button(w('incident.block')).click();
      await page.locator('dialog input[name=reason]').fill(mine('밤새 스캔함'));
      await page
        .locator('dialog')
        .getByRole('button', { name: w('block.go') })
        .click();
      await follow(stage.visit, '/blocks');
      const row = page.getByRole('row').filter({ hasText: mine('밤새 스캔함') });
      await row.getByRole('button', { name: w('blocks.free') }).click();
      await row.waitFor({ state: 'detached' });
    });

    task('finds a transaction and the endpoint it went to', async () => {
      const { page } = stage.visit;
      await follow(stage.visit, '/transactions');
      await page.locator('.filters select').first().selectOption('block');
      await page.getByRole('row').nth(1).getByRole('link').click();
      await page.getByText(w('transaction.facts'), { exact: true }).waitFor();
      await follow(stage.visit, await pathOf('endpoint'));
      await button(w('endpoint.freeze')).click();
      await button(w('endpoint.thaw')).click();
      await button(w('endpoint.freeze')).waitFor();
    });

    task('narrows the data and opens a weak spot', async () => {
      const { page } = stage.visit;
      await follow(stage.visit, '/data');
      await page.getByLabel(w('data.text')).fill('us-ssn');
      await expect.poll(() => page.locator('.matrix thead th').count(), { timeout: 15_000 }).toBe(1);
      await follow(stage.visit, '/posture');
      await page.getByRole('row').nth(1).getByRole('link').click();
      await page.getByRole('heading', { name: w('incident.todo') }).waitFor();
    });

    task('writes a policy, compares it, puts it in force and takes it back', async () => {
      const { page } = stage.visit;
      const [file, address] = [`${look.language}-${look.theme}.yaml`, '198.51.100.251'];
      await follow(stage.visit, '/policies');
      await button(w('policies.new')).click();
      await page.locator('dialog input').fill(file);
      await page
        .locator('dialog')
        .getByRole('button', { name: w('policies.new') })
        .click();
      await page
        .getByLabel(w('policies.editor'))
        .fill(`# 검토함\nkind: list\nid: checked\naction: deny\nentries: { ips: [${address}] }\n`);
      await page.getByRole('tab', { name: w('policies.tab.diff') }).click();
      await page.locator('.diff .plus').filter({ hasText: '검토함' }).waitFor();
      await button(w('policies.publish')).click();
      await page
        .getByText(new RegExp(w('exception.live').replace('{version}', '\\w+')))
        .first()
        .waitFor();
      await expect.poll(() => statusFor(stage.gateway, address), { timeout: 30_000 }).toBe(403);
      await page.getByRole('tab', { name: w('policies.tab.history') }).click();
      await page.locator('main .list li').first().waitFor();
      await button(w('policies.remove')).click();
      await page.getByText(w('policies.removed').replace('{file}', file)).waitFor();
      await expect.poll(() => statusFor(stage.gateway, address), { timeout: 30_000 }).toBe(200);
    });

    task('tries a sink, finds the node, reads the log, makes and removes a token', async () => {
      const { page } = stage.visit;
      await follow(stage.visit, '/integrations');
      await button(w('integrations.test')).first().click();
      await page.getByText(w('integrations.test.good').replace('{id}', 'default')).first().waitFor();
      await follow(stage.visit, '/nodes');
      await page.getByText(w('nodes.this')).waitFor();
      await follow(stage.visit, '/audit-log');
      await page.getByLabel(w('audit.text')).fill('restriction.create');
      await page.getByRole('row').nth(1).getByText(`ip:${SCANNER}`, { exact: true }).waitFor();
      await follow(stage.visit, '/settings');
      await button(w('settings.tokens.add')).click();
      await page.locator('dialog input[name=name]').fill('monitoring');
      await page
        .locator('dialog')
        .getByRole('button', { name: w('save') })
        .click();
      await page.locator('dialog pre').waitFor();
      await page.keyboard.press('Escape');
      const remove = button(`${w('settings.remove')} monitoring`);
      await remove.click();
      await remove.waitFor({ state: 'detached' });
    });
  });
}
