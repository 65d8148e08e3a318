// Evidence is what an attacker wrote. Whatever it is, it is shown as text: in every field, on every page.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Incident } from '../../src/core/incident.ts';
import { type RunningGateway, removeFolder, until } from '../run/gateway-process.ts';
import { openBrowser, signIn, startConsoleGateway, type Visit } from './browser.ts';

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

let gateway: RunningGateway;
let visit: Visit;

beforeAll(async () => {
  gateway = await startConsoleGateway('monitor');
  visit = await openBrowser();
  await signIn(visit.page, gateway);
}, 120_000);

afterAll(async () => {
  await visit.close();
  await gateway.stop();
  removeFolder(gateway.data);
}, 60_000);

/** What of the page came from a payload: nothing may. */
async function traces(): Promise<unknown> {
  return visit.page.evaluate(() => ({
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
    const { page } = visit;
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
      await page.goto(`${gateway.admin}/incidents/inc-attack-${i}`);
      await page.locator('.timeline').waitFor();
      await page.locator('.fields, .plain-table').first().waitFor();
      expect(await page.locator('h1').textContent()).toBe(one);
      expect(await traces(), one).toEqual(NONE);
    }
    await page.unroute('**/api/v1/incidents/inc-attack-*');
    await page.unroute('**/api/v1/explain/**');
  });

  it('is text wherever it really arrives: path, query, headers, body, host, names', async () => {
    const { page } = visit;
    for (const payload of PAYLOADS) {
      const inUrl = encodeURIComponent(payload);
      const safe = payload.replace(/[^\x20-\x7e]/g, ' ');
      await fetch(`${gateway.url}/api/products?search=${inUrl}&${inUrl}=1`, {
        headers: { 'user-agent': safe, 'x-forwarded-for': '203.0.113.99', referer: safe },
      }).then((answer) => answer.arrayBuffer());
      await fetch(`${gateway.url}/api/${inUrl}`, { headers: { 'x-forwarded-for': '203.0.113.98' } }).then((answer) =>
        answer.arrayBuffer(),
      );
      await fetch(`${gateway.url}/api/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.97' },
        body: JSON.stringify({ email: payload, password: payload, [payload]: payload }),
      }).then((answer) => answer.arrayBuffer());
    }
    const incidents = await until(async () => {
      const { items } = (await (await gateway.api('/incidents?limit=200')).json()) as { items: Incident[] };
      return items.length >= 2 ? items : undefined;
    });
    const actors = (await (await gateway.api('/actors')).json()) as { items: { key: string }[] };
    const { items: transactions } = (await (await gateway.api('/transactions?action=tag&limit=10')).json()) as {
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
      await page.goto(gateway.admin + place);
      await page.locator('main h1, main .empty').first().waitFor();
      expect(await traces(), place).toEqual(NONE);
    }
  });

  it('never made the page complain of a script or style it had to refuse', () => {
    expect(visit.complaints).toEqual([]);
  });
});

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
