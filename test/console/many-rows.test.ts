// A hundred thousand incidents: the list stays fluid, because only what is in sight exists.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningGateway, removeFolder } from '../run/gateway-process.ts';
import { openBrowser, signIn, startConsoleGateway, type Visit } from './browser.ts';

const TOTAL = 100_000;

let gateway: RunningGateway;
let visit: Visit;

beforeAll(async () => {
  gateway = await startConsoleGateway();
  visit = await openBrowser();
  await signIn(visit.page, gateway);
}, 120_000);

afterAll(async () => {
  await visit.close();
  await gateway.stop();
  removeFolder(gateway.data);
}, 60_000);

it('scrolls through a hundred thousand incidents with a handful of rows and few questions', {
  timeout: 90_000,
}, async () => {
  const { page } = visit;
  let questions = 0;
  await page.route('**/api/v1/incidents?*', (route) => {
    questions += 1;
    const query = new URL(route.request().url()).searchParams;
    const offset = Number(query.get('offset') ?? 0);
    const limit = Number(query.get('limit'));
    const items = Array.from({ length: Math.min(limit, TOTAL - offset) }, (_, i) => rowOf(offset + i));
    return route.fulfill({ json: { total: TOTAL, items } });
  });
  await page.goto(`${gateway.admin}/incidents`);
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
  expect(visit.complaints).toEqual([]);
});

function rowOf(index: number): object {
  return {
    id: `inc-${index}-1`,
    title: `Incident ${index}`,
    severity: ['info', 'low', 'medium', 'high', 'critical'][index % 5],
    status: 'open',
    endpoint: 'GET shop.test/api/users/{id}',
    result: 'attempt',
    endpoints: ['GET shop.test/api/users/{id}'],
    detections: [['bola-owner-field', 1]],
    actors: [{ kind: 'ip', id: '203.0.113.9', isVerified: true }],
    count: index,
    lastSeen: Date.now(),
  };
}
