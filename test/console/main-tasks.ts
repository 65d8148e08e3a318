// The main task of each page once more, in the other language and the other theme: the same clicks, found by Korean words.
import { describe, expect, it } from 'vitest';
import { ko } from '../../src/console/words/ko.ts';
import { SCANNER } from './browser.ts';
import type { Stage } from './stage.ts';
import { follow, viewsOf, wear } from './views.ts';

export function mainTasks(stage: Stage): void {
  const button = (name: string) => stage.visit.page.getByRole('button', { name, exact: true });
  const heading = (name: string) => stage.visit.page.getByRole('heading', { name, level: 1, exact: true });
  const pathOf = async (name: string): Promise<string> =>
    (await viewsOf(stage)).find((view) => view.name === name)!.path;

  describe('in Korean, in the dark', { timeout: 60_000 }, () => {
    it('goes from page to page by its keys, which a list explains', async () => {
      const { page } = stage.visit;
      await wear(stage.visit, { language: 'ko', theme: 'dark' });
      expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
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
        await heading(ko[`nav.${word}`]).waitFor();
      }
      await page.keyboard.press('?');
      await page.locator('dialog').getByText(ko['keys.search']).waitFor();
      await page.keyboard.press('Escape');
      await page.locator('dialog').waitFor({ state: 'detached' });
    });

    it('looks at another span of time', async () => {
      await follow(stage.visit, '/');
      await button(ko['span.day']).click();
      await stage.visit.page.locator('.tile').first().waitFor();
      expect(stage.visit.page.url()).toContain('span=day');
    });

    it('filters incidents, takes one and tells its story', async () => {
      const { page } = stage.visit;
      await follow(stage.visit, '/incidents');
      await page.getByLabel(ko['filter.severity'], { exact: true }).selectOption('critical');
      await page.getByRole('row').nth(1).getByRole('checkbox').check();
      await button(ko['incident.assign.me']).click();
      await page.getByText(ko['incidents.changed.one']).waitFor();
      await follow(stage.visit, await pathOf('incident'));
      await heading('크리덴셜 스터핑').waitFor();
      await page.getByText(/서로 다른 계정 (?:약 )?\d+개가 로그인에 실패했습니다/).waitFor();
      await page.getByLabel(ko['incident.comment'], { exact: true }).fill('확인했습니다.');
      await button(ko['incident.comment.add']).click();
      await page.getByText('확인했습니다.', { exact: true }).waitFor();
    });

    it('blocks an attacker and frees it', async () => {
      const { page } = stage.visit;
      await follow(stage.visit, `/attackers/ip%3A${SCANNER}`);
      await button(ko['incident.block']).click();
      await page.locator('dialog input[name=reason]').fill('밤새 스캔함');
      await page.locator('dialog').getByRole('button', { name: ko['block.go'] }).click();
      await follow(stage.visit, '/blocks');
      const row = page.getByRole('row').filter({ hasText: '밤새 스캔함' });
      await row.getByRole('button', { name: ko['blocks.free'] }).click();
      await row.waitFor({ state: 'detached' });
    });

    it('finds a transaction and the endpoint it went to', async () => {
      const { page } = stage.visit;
      await follow(stage.visit, '/transactions');
      await page.locator('.filters select').first().selectOption('block');
      await page.getByRole('row').nth(1).getByRole('link').click();
      await page.getByText(ko['transaction.facts'], { exact: true }).waitFor();
      await follow(stage.visit, await pathOf('endpoint'));
      await button(ko['endpoint.freeze']).click();
      await button(ko['endpoint.thaw']).click();
      await button(ko['endpoint.freeze']).waitFor();
    });

    it('narrows the data, opens a weak spot, edits a file', async () => {
      const { page } = stage.visit;
      await follow(stage.visit, '/data');
      await page.getByLabel(ko['data.text']).fill('us-ssn');
      await expect.poll(() => page.locator('.matrix thead th').count(), { timeout: 15_000 }).toBe(1);
      await follow(stage.visit, '/posture');
      await page.getByRole('row').nth(1).getByRole('link').click();
      await page.getByRole('heading', { name: ko['incident.todo'] }).waitFor();
      await follow(stage.visit, '/policies?file=exceptions.yaml');
      const editor = page.locator('.editor textarea');
      await editor.fill(`${await editor.inputValue()}# 검토함\n`);
      await page.getByRole('tab', { name: ko['policies.tab.diff'] }).click();
      await page.locator('.diff .plus').filter({ hasText: '검토함' }).waitFor();
    });

    it('tries a sink, finds the node, reads the log, makes and removes a token', async () => {
      const { page } = stage.visit;
      await follow(stage.visit, '/integrations');
      await button(ko['integrations.test']).first().click();
      await page.getByText(ko['integrations.test.good'].replace('{id}', 'default')).waitFor();
      await follow(stage.visit, '/nodes');
      await page.getByText(ko['nodes.this']).waitFor();
      await follow(stage.visit, '/audit-log');
      await page.getByLabel(ko['audit.text']).fill('restriction.create');
      await page.getByRole('row').nth(1).getByText(`ip:${SCANNER}`).waitFor();
      await follow(stage.visit, '/settings');
      await button(ko['settings.tokens.add']).click();
      await page.locator('dialog input[name=name]').fill('monitoring');
      await page.locator('dialog').getByRole('button', { name: ko.save }).click();
      await page.locator('dialog pre').waitFor();
      await page.keyboard.press('Escape');
      const remove = button(`${ko['settings.remove']} monitoring`);
      await remove.click();
      await remove.waitFor({ state: 'detached' });
    });
  });
}
