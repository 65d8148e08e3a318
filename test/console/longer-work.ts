// The longer pieces of work, by clicking and typing: a policy tried before it is in force, an endpoint promoted, templates stated,
// an incident worked on from its figures to its exception.
import { describe, expect, it } from 'vitest';
import type { Incident } from '../../src/core/incident.ts';
import { until } from '../run/gateway-process.ts';
import { picture, SCANNER, statusFor, violations } from './browser.ts';
import type { Stage } from './stage.ts';

const DRAFT = (word: string): string => `kind: list
id: no-shoppers
action: deny
entries: { ips: [198.51.100.0/24] }
---
kind: suite
id: no-shoppers-test
cases:
  - name: a shopper is kept out
    client: { ip: 198.51.100.9 }
    request: { method: GET, path: /api/products }
    response: { status: 200 }
    expect: { action: ${word} }
`;

export function longerWork(stage: Stage): void {
  async function incidents(): Promise<readonly Incident[]> {
    return ((await (await stage.gateway.api('/incidents?limit=200')).json()) as { items: Incident[] }).items;
  }

  describe('a draft of a policy', { timeout: 180_000 }, () => {
    it('has its unit tests run, and says what failed', async () => {
      const { page } = stage.visit;
      await page.goto(`${stage.gateway.admin}/policies`);
      await page.getByRole('button', { name: 'New file' }).click();
      await page.locator('dialog input').fill('draft');
      await page.locator('dialog').getByRole('button', { name: 'New file' }).click();
      await page.getByLabel('Policy text').fill(DRAFT('allow'));
      await page.getByRole('tab', { name: 'Tests' }).click();
      await page.getByText(/1 failed in/).waitFor({ timeout: 90_000 });
      await page.getByText('a shopper is kept out').waitFor();
      await picture(page, 'policy-tests');
      await page.getByRole('tab', { name: 'Text' }).click();
      await page.getByLabel('Policy text').fill(DRAFT('block'));
      await page.getByRole('tab', { name: 'Tests' }).click();
      await page.getByText(/ 0 failed in/).waitFor({ timeout: 90_000 });
      expect(await violations(page)).toEqual([]);
    });

    it('is judged on recorded traffic before anybody is blocked by it', async () => {
      const { page } = stage.visit;
      await page.getByRole('tab', { name: 'Backtest' }).click();
      await page.getByRole('button', { name: 'Run the backtest' }).click();
      await page.getByRole('heading', { name: 'Newly blocked' }).waitFor({ timeout: 90_000 });
      await page.getByText('198.51.100.').first().waitFor();
      expect(await violations(page)).toEqual([]);
      await picture(page, 'policy-backtest');
      expect(await statusFor(stage.gateway, '198.51.100.9')).toBe(200);
    });

    it('runs in the shadow on live traffic until it is dropped', async () => {
      const { page } = stage.visit;
      await page.getByRole('tab', { name: 'Shadow' }).click();
      await page.getByLabel('Share of the traffic').selectOption({ label: '100%' });
      await page.getByRole('button', { name: 'Run in the shadow' }).click();
      await page.getByText('In the shadow:').waitFor({ timeout: 60_000 });
      const workers = stage.gateway.pids('gateway');
      await until(async () => {
        expect([0, 200]).toContain(await statusFor(stage.gateway, '198.51.100.9'));
        return (await page.getByRole('heading', { name: 'Newly blocked' }).count()) > 0;
      });
      expect(stage.gateway.pids('gateway')).toEqual(workers);
      await picture(page, 'policy-shadow');
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Drop it' }).click();
      await page.getByText('The last one was dropped').waitFor();
    });
  });

  describe('an endpoint', { timeout: 120_000 }, () => {
    it('says what its risk is the sum of, is promoted and taken back', async () => {
      const { page } = stage.visit;
      await page.goto(`${stage.gateway.admin}/endpoints`);
      await page.getByRole('link', { name: '/api/users/{id}' }).click();
      await page.locator('.risk').waitFor();
      await page.getByText(/Its answers carry/).waitFor();
      await page.getByRole('button', { name: 'Promote to enforce' }).click();
      await page.locator('.badge.critical', { hasText: 'Enforced' }).waitFor();
      await page.getByRole('button', { name: 'Back to tagging' }).click();
      await page.getByRole('button', { name: 'Promote to enforce' }).waitFor();
      await page.getByRole('button', { name: 'Keep this version' }).click();
      await page.getByRole('button', { name: 'Go back to it' }).click();
      await page.getByText('The baseline is changed').first().waitFor();
      await page.getByRole('button', { name: 'Forget and learn anew' }).click();
      await page.locator('dialog').getByRole('button', { name: 'Cancel' }).click();
      expect(await violations(page)).toEqual([]);
    });

    it('is merged by a template that somebody states, until it is taken back', async () => {
      const { page } = stage.visit;
      await page.goto(`${stage.gateway.admin}/endpoints`);
      await page.getByRole('button', { name: 'Templates' }).click();
      const dialog = page.locator('dialog');
      await dialog.getByRole('textbox').fill('nonsense');
      await dialog.getByRole('button', { name: 'Save' }).click();
      await dialog.getByRole('alert').waitFor();
      await dialog.getByRole('textbox').fill('GET shop.test/api/things/{thing}');
      await dialog.getByRole('button', { name: 'Save' }).click();
      await dialog.getByText('GET shop.test/api/things/{thing}').waitFor();
      expect(await violations(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Remove' }).click();
      await expect.poll(() => dialog.getByText('GET shop.test/api/things/{thing}').count()).toBe(0);
      await page.keyboard.press('Escape');
    });

    it('is exported as OpenAPI', async () => {
      const { page } = stage.visit;
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'OpenAPI' }).click();
      expect((await download).suggestedFilename()).toBe('openapi.json');
    });
  });

  describe('an incident', { timeout: 120_000 }, () => {
    it('shows its attacker among all others, is assigned, and becomes an exception', async () => {
      const { page } = stage.visit;
      const found = (await incidents()).find(({ detection }) => detection === 'credential-stuffing')!;
      await page.goto(`${stage.gateway.admin}/incidents/${found.id}`);
      await page.getByText(/Among \d+ of its kind/).waitFor();
      await page.getByRole('img', { name: /^Requests: / }).waitFor();
      await page.getByRole('button', { name: 'Assign', exact: true }).click();
      await page.locator('dialog input').fill('ann');
      await page.locator('dialog').getByRole('button', { name: 'Assign' }).click();
      await page.getByRole('button', { name: 'Assigned to ann' }).waitFor();
      await page.getByRole('button', { name: /False positive/ }).click();
      const yaml = await page.locator('dialog textarea').inputValue();
      expect(yaml).toMatch(/kind: exception[\s\S]*detector: /);
      await page
        .locator('dialog')
        .getByRole('button', { name: /[Mm]ark/ })
        .click();
      await expect.poll(() => page.getByLabel('Status').inputValue()).toBe('false-positive');
    });

    it('has what a plan proposes decided', async () => {
      const { page } = stage.visit;
      const waiting = await until(async () => {
        const { items } = (await (await stage.gateway.api('/proposals?status=waiting&limit=50')).json()) as {
          items: { incident: string }[];
        };
        return items[0];
      });
      await page.goto(`${stage.gateway.admin}/incidents/${waiting.incident}`);
      await page.getByRole('button', { name: 'Approve' }).first().click();
      await page.getByRole('button', { name: 'Undo', exact: true }).first().click();
      await expect.poll(() => page.getByRole('button', { name: 'Undo', exact: true }).count()).toBe(0);
    });
  });

  describe('the list of incidents', { timeout: 120_000 }, () => {
    it('is narrowed by each of its filters', async () => {
      const { page } = stage.visit;
      await page.goto(`${stage.gateway.admin}/incidents`);
      await page.getByRole('row').nth(1).waitFor();
      for (const name of ['Status', 'Severity', 'Family', 'Module', 'OWASP', 'Result', 'Last seen']) {
        const select = page.locator('.filters').getByLabel(name, { exact: true });
        const values = await select
          .locator('option')
          .evaluateAll((all) =>
            all.map((one) => (one as unknown as { value: string }).value).filter((value) => value !== ''),
          );
        for (const value of [values[0]!, values.at(-1)!]) {
          const answered = page.waitForResponse((one) => one.url().includes('/api/v1/incidents?') && one.ok());
          await select.selectOption(value);
          await answered;
        }
        await page.getByRole('button', { name: 'Clear filters' }).click();
      }
      await page.getByLabel('Filter by').selectOption('actor');
      await page.getByLabel('Actor: value').fill(`ip:${SCANNER}`);
      await page.keyboard.press('Enter');
      await page.getByRole('row').nth(1).getByText(SCANNER).waitFor();
      await page.getByRole('button', { name: 'Clear filters' }).click();
      const [first] = await incidents();
      for (const filter of [`detection=${first!.detection}`, `endpoint=${encodeURIComponent(first!.endpoint)}`]) {
        await page.goto(`${stage.gateway.admin}/incidents?${filter}`);
        await page.getByRole('row').nth(1).waitFor();
        await page.getByRole('button', { name: 'Remove this filter' }).click();
        expect(new URL(page.url()).search).toBe('');
      }
    });

    it('is worked on by the keyboard alone, and gives the focus back', async () => {
      const { page } = stage.visit;
      await page.goto(`${stage.gateway.admin}/incidents?module=attack`);
      await page.getByRole('row').nth(1).waitFor();
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.className)).toBe('skip');
      await page.keyboard.press('Enter');
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      await page.keyboard.press('k');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/incidents\/inc-/);
      const block = page.getByRole('button', { name: /Block attacker/ });
      await block.waitFor();
      await block.focus();
      await page.keyboard.press('Enter');
      await page.locator('dialog[open]').waitFor();
      expect(await page.evaluate(() => document.querySelector('dialog')!.contains(document.activeElement))).toBe(true);
      await page.keyboard.press('Escape');
      await page.locator('dialog').waitFor({ state: 'detached' });
      expect(await page.evaluate(() => document.activeElement?.textContent)).toMatch(/Block attacker/);
    });
  });
}
