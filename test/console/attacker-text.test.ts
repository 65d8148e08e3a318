// Evidence is what an attacker wrote. Whatever it is, it is shown as text: in every field, on every page.
import { describe, expect, it } from 'vitest';
import type { Incident } from '../../src/core/incident.ts';
import { until } from '../run/gateway-process.ts';
import { sendTraffic, signIn } from './browser.ts';
import { stage } from './stage.ts';
import { follow, viewsOf } from './views.ts';

const FIRE = 'window.__fired=1';
const PAYLOADS = [
  `<script>${FIRE}</script>`,
  `<img src=x onerror="${FIRE}">`,
  `"><img src=x onerror=${FIRE}>`,
  `'><svg onload=${FIRE}>`,
  `<svg><script>${FIRE}</script></svg>`,
  `<svg/onload=${FIRE}>`,
  `<body onload=${FIRE}>`,
  `<iframe srcdoc="<script>parent.${FIRE}</script>"></iframe>`,
  `<iframe src="javascript:parent.${FIRE}"></iframe>`,
  `<a href="javascript:${FIRE}">x</a>`,
  `javascript:${FIRE}`,
  ` javascript:${FIRE}`,
  `java\tscript:${FIRE}`,
  `data:text/html,<script>${FIRE}</script>`,
  `<details open ontoggle=${FIRE}>x</details>`,
  `<input autofocus onfocus=${FIRE}>`,
  `<video><source onerror=${FIRE}></video>`,
  `<audio src=x onerror=${FIRE}>`,
  `<math><mtext></mtext><img src=x onerror=${FIRE}></math>`,
  `<style>@import 'data:text/css,*{}';</style><img src=x onerror=${FIRE}>`,
  `<link rel=stylesheet href="data:text/css,*{display:none}">`,
  `<meta http-equiv=refresh content="0;url=javascript:${FIRE}">`,
  `<base href="http://evil.example/">`,
  `<object data="javascript:${FIRE}"></object>`,
  `<embed src="javascript:${FIRE}">`,
  `<form action="javascript:${FIRE}"><button>x</button></form>`,
  `<marquee onstart=${FIRE}>x</marquee>`,
  `<template><img src=x onerror=${FIRE}></template>`,
  `<noscript><p title="</noscript><img src=x onerror=${FIRE}>">`,
  `<!--><img src=x onerror=${FIRE}>-->`,
  `</pre></textarea></title></script><script>${FIRE}</script>`,
  `]]><img src=x onerror=${FIRE}>`,
  '{{constructor.constructor("window.__fired=1")()}}',
  '${window.__fired=1}',
  `&lt;img src=x onerror=${FIRE}&gt;`,
  `&#60;script&#62;${FIRE}&#60;/script&#62;`,
  `\u003cimg src=x onerror=${FIRE}\u003e`,
  `<xss style="animation-name:x" onanimationstart="${FIRE}"></xss>`,
  `<button popovertarget=x>x</button><div popover id=x onbeforetoggle=${FIRE}></div>`,
  `"onmouseover="${FIRE}" autofocus onfocus="${FIRE}" x="`,
] as const;

const on = stage({ mode: 'monitor' }, ({ visit, gateway }) => signIn(visit.page, gateway));

/** What of the page came from a payload: nothing may. */
async function traces(): Promise<unknown> {
  return on.visit.page.evaluate(() => ({
    hasFired: '__fired' in globalThis,
    elements: document.querySelectorAll(
      'main img, main iframe, main script, main object, main embed, main video, main audio, main marquee, main math, main style, main base, main template, xss, base, meta[http-equiv]',
    ).length,
    handlers: [...document.querySelectorAll('*')].filter((one) =>
      [...one.attributes].some(({ name }) => name.startsWith('on')),
    ).length,
    links: [...document.querySelectorAll('a')].filter(({ protocol }) => !/^https?:$/.test(protocol)).length,
    isHere: location.origin === document.baseURI.replace(/\/$/, '').slice(0, location.origin.length),
  }));
}

const NONE = { hasFired: false, elements: 0, handlers: 0, links: 0, isHere: true };

describe('what an attacker wrote', { timeout: 180_000 }, () => {
  it('is forty ways to run a script', () => {
    expect(PAYLOADS).toHaveLength(40);
  });

  it('is text in every field of an incident', async () => {
    const { page } = on.visit;
    let payload: string = PAYLOADS[0];
    await page.route('**/api/v1/incidents/inc-attack-*', (route) => route.fulfill({ json: incidentOf(payload) }));
    await page.route('**/api/v1/explain/**', (route) =>
      route.fulfill({
        json: {
          findings: [findingOf(payload)],
          rule: payload,
          policyVersion: payload,
          smallestException: payload,
          transaction: {},
        },
      }),
    );
    for (const [i, one] of PAYLOADS.entries()) {
      payload = one;
      await follow(on.visit, `/incidents/inc-attack-${i}`);
      await page.locator('.timeline').waitFor();
      await page.locator('.fields, .plain-table').first().waitFor();
      await page
        .getByRole('heading', { level: 1 })
        .filter({ hasText: one.trim().slice(0, 12) })
        .waitFor();
      expect(await page.locator('h1').textContent()).toBe(one);
      expect(await traces(), one).toEqual(NONE);
    }
    await page.unroute('**/api/v1/incidents/inc-attack-*');
    await page.unroute('**/api/v1/explain/**');
  });

  it('is text wherever it really arrives: path, query, headers, body, host, names', async () => {
    const { page } = on.visit;
    for (const payload of PAYLOADS) {
      const inUrl = encodeURIComponent(payload);
      const safe = payload.replace(/[^\x20-\x7e]/g, ' ');
      await fetch(`${on.gateway.url}/api/products?search=${inUrl}&${inUrl}=1`, {
        headers: { 'user-agent': safe, 'x-forwarded-for': '203.0.113.99', referer: safe },
      }).then((answer) => answer.arrayBuffer());
      await fetch(`${on.gateway.url}/api/${inUrl}`, { headers: { 'x-forwarded-for': '203.0.113.98' } }).then((answer) =>
        answer.arrayBuffer(),
      );
      await fetch(`${on.gateway.url}/api/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.97' },
        body: JSON.stringify({ email: payload, password: payload, [payload]: payload }),
      }).then((answer) => answer.arrayBuffer());
    }
    const incidents = await until(async () => {
      const { items } = (await (await on.gateway.api('/incidents?limit=200')).json()) as { items: Incident[] };
      return items.length >= 2 ? items : undefined;
    });
    const actors = (await (await on.gateway.api('/actors')).json()) as { items: { key: string }[] };
    const { items: transactions } = (await (await on.gateway.api('/transactions?action=tag&limit=10')).json()) as {
      items: { id: string }[];
    };
    const places = [
      '/',
      '/incidents',
      '/transactions',
      '/attackers',
      '/endpoints?view=tree',
      '/data',
      '/blocks',
      '/audit-log',
      ...incidents.slice(0, 8).map(({ id }) => `/incidents/${id}`),
      ...actors.items.slice(0, 3).map(({ key }) => `/attackers/${encodeURIComponent(key)}`),
      ...transactions.slice(0, 4).map(({ id }) => `/transactions/${id}`),
      `/incidents?text=${encodeURIComponent(PAYLOADS[1])}&actor=${encodeURIComponent(PAYLOADS[2])}`,
      `/attackers/${encodeURIComponent(PAYLOADS[1])}`,
      `/policies?file=${encodeURIComponent(PAYLOADS[1])}`,
      `/${encodeURIComponent(PAYLOADS[0])}`,
    ];
    for (const place of places) {
      await follow(on.visit, place);
      await page.locator('main h1, main .empty').first().waitFor();
      expect(await traces(), place).toEqual(NONE);
    }
  });

  it('is text in everything that the admin API says, on every page', async () => {
    const { page } = on.visit;
    await sendTraffic(on.gateway, 10);
    const views = await viewsOf(on);
    const all = PAYLOADS.join(' ');
    let said = '';
    let poisoned = 0;
    await page.route('**/api/v1/**', async (route) => {
      const { pathname } = new URL(route.request().url());
      if (route.request().method() !== 'GET' || /\/(?:session|events)$/.test(pathname)) return route.continue();
      const answer = await route.fetch();
      if (!(answer.headers()['content-type'] ?? '').includes('json')) return route.fulfill({ response: answer });
      poisoned += 1;
      return route.fulfill({ response: answer, json: poison(await answer.json(), said) });
    });
    // All of them in each field at once; and alone, those that only do harm where they are the whole of it.
    for (said of [all, ...PAYLOADS.filter((one) => /^\s*(?:java\s*script|data):/.test(one))])
      for (const { name, path } of views.filter((view) =>
        said === all ? view.name !== 'policy' : LINKS.has(view.name),
      )) {
        const before = poisoned;
        await follow(on.visit, path);
        await expect.poll(() => poisoned, { message: name, timeout: 30_000 }).toBeGreaterThan(before);
        await page.locator('main h1, main .empty').first().waitFor();
        await expect.poll(() => page.locator('main .wait').count(), { message: name, timeout: 30_000 }).toBe(0);
        if (said === all && SAYS_TEXT.has(name))
          await expect
            .poll(() => page.locator('main').textContent(), { message: name, timeout: 30_000 })
            .toContain(FIRE);
        expect(await traces(), `${name}: ${said.slice(0, 40)}`).toEqual(NONE);
      }
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  it('never made the page complain of a script or style it had to refuse', () => {
    expect(on.visit.complaints).toEqual([]);
  });
});

/** Pages on which something of the answers must be seen, or nothing was tried. */
const SAYS_TEXT = new Set([
  'overview',
  'incidents',
  'incident',
  'attackers',
  'attacker',
  'transactions',
  'transaction',
  'endpoints',
  'endpoint',
  'data',
  'posture',
  'integrations',
  'nodes',
  'audit-log',
]);
/** Pages with addresses made of what was said. */
const LINKS = new Set([
  'overview',
  'incident',
  'attacker',
  'transaction',
  'endpoint',
  'endpoints',
  'data',
  'blocks',
  'policies',
]);
/** What the page chooses by, and never shows as it is. */
const CHOOSES = new Set([
  'severity',
  'status',
  'module',
  'result',
  'action',
  'position',
  'phase',
  'state',
  'role',
  'layer',
]);

/** The answer with the text in every field that holds text, names of fields included where they are data. */
function poison(value: unknown, text: string, name = ''): unknown {
  // Times are the gateway's own.
  if (typeof value === 'string') return CHOOSES.has(name) || /^\d{4}-\d\d-\d\dT/.test(value) ? value : text;
  if (Array.isArray(value)) return value.map((one) => poison(one, text, name));
  if (value === null || typeof value !== 'object') return value;
  const fields = Object.entries(value).map(([key, one]) => [key, poison(one, text, key)] as const);
  if (name === 'figures' || name === 'families') return Object.fromEntries([...fields, [text, text]]);
  return Object.fromEntries(fields);
}

function findingOf(text: string): object {
  return {
    detection: text,
    phase: 'request-body',
    location: 'body',
    pointer: `/${text}`,
    severity: 'high',
    confidence: 0.9,
    what: text,
    shape: text,
    dataType: text,
    action: 'block',
    policy: { kind: text, id: text, file: text, line: 1 },
    owasp: [text],
  };
}

function incidentOf(text: string): object {
  const message = {
    rawHeaders: [text, text, 'user-agent', text],
    body: JSON.stringify({ [text]: text, list: [text] }),
    isTruncated: true,
  };
  const evidence = {
    position: 'trigger',
    transactionId: 'attack',
    at: 1,
    clientAddress: text,
    method: text,
    host: text,
    path: text,
    endpoint: `GET ${text}`,
    status: 200,
    durationMs: 1,
    requestBodyBytes: 1,
    responseBodyBytes: 1,
    action: 'block',
    detections: [text],
    userAgent: text,
    request: message,
    response: { ...message, body: text },
  };
  return {
    id: text,
    title: text,
    severity: 'high',
    status: 'open',
    module: 'attack',
    family: text,
    detection: text,
    detections: [[text, 1]],
    owasp: [text],
    cwe: [text],
    result: 'succeeded',
    confidencePercent: 90,
    responseCodes: [[200, 1]],
    endpoint: text,
    endpoints: [text, `GET ${text}`],
    environment: text,
    detectedAt: 1,
    firstSeen: 1,
    lastSeen: 1,
    count: 1,
    actors: [{ kind: text, id: text, isVerified: false }],
    whatHappened: text,
    why: text,
    whatToDo: text,
    figures: { value: 1, threshold: 2, [text]: text },
    evidence: [evidence],
    comments: [{ at: 1, by: text, text }],
    assignee: text,
    tickets: [text],
    tags: [text],
    history: [{ at: 1, by: text, what: text, from: text, to: text }],
    mergedInto: text,
  };
}
