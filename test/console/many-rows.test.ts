// Long lists stay fluid, because only what is in sight exists: all the incidents that a gateway keeps, paged by its own API; and a
// hundred thousand, which are more than it keeps, from answers made up here.
import { expect, it } from 'vitest';
import { until } from '../run/gateway-process.ts';
import { handIn, signIn } from './browser.ts';
import { stage } from './stage.ts';

const TOTAL = 100_000;
/** `npm run test:rows` fills the gateway up. */
const REAL = Number(process.env.SALLYPORT_ROWS ?? 1_500);

const on = stage({}, ({ visit, gateway }) => signIn(visit.page, gateway));

it('scrolls through a hundred thousand incidents with a handful of rows and few questions', {
  timeout: 90_000,
}, async () => {
  const { page } = on.visit;
  let questions = 0;
  await page.route('**/api/v1/incidents?*', (route) => {
    questions += 1;
    const query = new URL(route.request().url()).searchParams;
    const offset = Number(query.get('offset') ?? 0);
    const limit = Number(query.get('limit'));
    const items = Array.from({ length: Math.min(limit, TOTAL - offset) }, (_, i) => rowOf(offset + i));
    return route.fulfill({ json: { total: TOTAL, items } });
  });
  await page.goto(`${on.gateway.admin}/incidents`);
  await page.getByText('Incident 0', { exact: true }).waitFor();
  const scroll = page.locator('.table .scroll');
  const before = questions;
  for (const share of [0.1, 0.35, 0.5, 0.8, 1]) {
    await scroll.evaluate((box, at) => {
      box.scrollTop = box.scrollHeight * at;
    }, share);
    await expect.poll(() => page.locator('.sheet [role=row] a').count(), { timeout: 15_000 }).toBeGreaterThan(5);
  }
  await page.getByText(`Incident ${TOTAL - 1}`, { exact: true }).waitFor();
  expect(await page.locator('.sheet [role=row]').count()).toBeLessThan(60);
  expect(questions - before).toBeLessThan(20);
  expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe(String(TOTAL + 1));
  // Redrawing after a scroll fits in a few frames.
  const worstMs = await scroll.evaluate(async (box) => {
    let worst = 0;
    for (let i = 0; i < 30; i++) {
      const start = performance.now();
      box.scrollTop = i * 4_000;
      await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
      worst = Math.max(worst, performance.now() - start);
    }
    return worst;
  });
  expect(worstMs).toBeLessThan(500);
  expect(on.visit.complaints).toEqual([]);
});

it('scrolls through the incidents of a real gateway, of as many attackers', { timeout: 400_000 }, async () => {
  const { page } = on.visit;
  await page.unroute('**/api/v1/incidents?*');
  const now = Date.now();
  for (let sent = 0; sent < REAL; sent += 500) {
    const lines = Array.from({ length: Math.min(500, REAL - sent) }, (_, i) =>
      attackOf(sent + i, now - REAL + sent + i),
    );
    await handIn(on.gateway, lines);
  }
  const tell = async (offset: number): Promise<{ total: number; ms: number }> => {
    const start = performance.now();
    const answer = await on.gateway.api(`/incidents?offset=${offset}&limit=100`);
    const { total } = (await answer.json()) as { total: number };
    return { total, ms: performance.now() - start };
  };
  const kept = Math.min(REAL, 10_000);
  await until(async () => (await tell(0)).total >= kept);
  await page.goto(`${on.gateway.admin}/incidents`);
  await page.getByRole('row').nth(1).waitFor();
  const { total } = await tell(0);
  expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe(String(total + 1));
  const scroll = page.locator('.table .scroll');
  const shownMs: number[] = [];
  for (const share of [0.5, 0.1, 0.9, 0.3, 1]) {
    shownMs.push(
      await scroll.evaluate(async (box, at) => {
        const start = performance.now();
        box.scrollTop = (box.scrollHeight - box.clientHeight) * at;
        const isShown = (): boolean => {
          const { top, bottom } = box.getBoundingClientRect();
          const rows = [...box.querySelectorAll('.sheet [role=row]')].filter((row) => {
            const place = row.getBoundingClientRect();
            return place.top >= top && place.bottom <= bottom;
          });
          return rows.length > 4 && rows.every((row) => row.querySelector('a') !== null);
        };
        do await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
        while (!isShown() && performance.now() - start < 20_000);
        return performance.now() - start;
      }, share),
    );
  }
  // By the keys to the end; back from there, the list is where it was left.
  await page.getByRole('table').focus();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowUp');
  const at = page.locator('.sheet .line.at a');
  const last = await at.getAttribute('href');
  await page.keyboard.press('Enter');
  await page.waitForURL(`**${last}`);
  await page.goBack();
  await expect.poll(() => at.getAttribute('href'), { timeout: 15_000 }).toBe(last);
  expect(await scroll.evaluate((box) => box.scrollTop)).toBeGreaterThan(10_000);
  const pagesMs = [];
  for (const share of [0, 0.5, 0.99]) pagesMs.push((await tell(Math.floor(total * share))).ms);
  const said = (of: readonly number[]): string => of.map((ms) => ms.toFixed(0)).join(', ');
  console.info(`${total} incidents: rows in sight after ${said(shownMs)} ms, a page of the API in ${said(pagesMs)} ms`);
  expect(await page.locator('.sheet [role=row]').count()).toBeLessThan(60);
  expect(Math.max(...shownMs)).toBeLessThan(5_000);
  expect(on.visit.complaints).toEqual([]);
});

/** Everybody tries once, from an address of their own. */
function attackOf(index: number, at: number): string {
  return JSON.stringify({
    ts: new Date(at).toISOString(),
    client: { ip: `45.${1 + (index >> 14)}.${(index >> 7) & 127}.${1 + (index & 127)}` },
    request: {
      method: 'GET',
      url: `/api/products?search=${encodeURIComponent("' UNION SELECT 1,2 FROM accounts--")}`,
      headers: { host: 'shop.example.com' },
    },
    response: { status: 200, headers: { 'content-type': 'application/json' }, body: '[]' },
  });
}

function rowOf(index: number): object {
  return {
    id: `inc-${index}-1`,
    title: `Incident ${index}`,
    severity: ['info', 'low', 'medium', 'high', 'critical'][index % 5],
    status: 'open',
    endpoint: 'GET shop.test/api/users/{id}',
    result: 'attempt',
    endpoints: ['GET shop.test/api/users/{id}'],
    detection: 'bola-owner-field',
    detections: [['bola-owner-field', 1]],
    figures: {},
    actors: [{ kind: 'ip', id: '203.0.113.9', isVerified: true }],
    count: index,
    lastSeen: Date.now(),
  };
}
