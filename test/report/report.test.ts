import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Catalogue } from '../../src/analysis/incidents/catalogue.ts';
import { fill } from '../../src/analysis/incidents/wording.ts';
import { runReport, sinceOf } from '../../src/cli/report.ts';
import type { ReportedIncident } from '../../src/report/contents.ts';
import { reportHtml } from '../../src/report/html.ts';
import { LANGUAGES, wordsOf } from '../../src/report/words.ts';
import { phrase, TOLD_IN_KOREAN } from '../../src/told/in-korean.ts';
import { upstreamThat } from '../run/gateway-process.ts';
import { shippedPolicies } from '../support/shipped-policies.ts';
import { SAMPLE, UNTIL } from './sample.ts';

const CHROMIUM = '/usr/bin/chromium';
// Outside of continuous integration a machine may be without; there it must fail.
const hasChromium = existsSync(CHROMIUM) || process.env.CI === 'true';

describe.each(LANGUAGES)('a report in %s', (language) => {
  const html = reportHtml(SAMPLE, language);

  it('says what happened, to whom, where, and what to do', () => {
    const words = wordsOf(language);
    for (const title of [
      words.title,
      words.worst,
      words.attackers,
      words.dataMap,
      words.posture,
      words.riskiest,
      words.owasp,
    ]) {
      expect(html).toContain(title);
    }
    for (const text of [
      'subject:mallory@example.com',
      '88,120',
      'Missing authentication',
      '151,220',
      'response-stream',
      '9.0',
    ]) {
      expect(html).toContain(text);
    }
    expect(html).toContain(`<html lang="${language}">`);
  });

  it('lets no text of an attacker become markup, and asks for nothing from anywhere', () => {
    expect(html).not.toMatch(/<script|<img|<link|<iframe|<object|@import|url\(|https?:\/\//i);
    expect(html).not.toMatch(/[\u001b\u202e]/);
    expect(html.match(/<\/style>/g)).toHaveLength(1);
    expect(html).toContain('&#60;script&#62;alert(1)');
    expect(html).toContain(`default-src 'none'`);
  });

  it('has charts whose bars are as long as their values', () => {
    const severities = /aria-label="[^"]*(?:severity|심각도별)[^"]*">([\s\S]*?)<\/svg>/.exec(html)![1]!;
    const widths = [...severities.matchAll(/<rect class="(\w+)"[^>]* width="([\d.]+)"/g)].map(
      ([, kind, width]) => [kind, Number(width)] as const,
    );
    const of = (kind: string): number => widths.find(([one]) => one === kind)![1];
    // Four are high, one is critical, none is of information only.
    expect(of('high') / of('critical')).toBeCloseTo(4, 1);
    expect(of('info')).toBe(0);
    expect(html.match(/<rect class="blocked"/g)!.length).toBeGreaterThan(50);
  });

  it('says so where there is nothing', () => {
    const empty = reportHtml(
      {
        ...SAMPLE,
        incidents: [],
        incidentsTotal: 0,
        actors: [],
        endpoints: [],
        flows: [],
        traffic: [],
        uninspectedReasons: [],
      },
      language,
    );
    expect(empty.split(wordsOf(language).none).length - 1).toBe(5);
    expect(empty).not.toMatch(/NaN|undefined|Infinity/);
  });

  it.skipIf(!hasChromium)('is printed by a browser on a few pages', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-report-'));
    writeFileSync(join(folder, 'report.html'), html);
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${join(folder, 'profile')}`];
    const pdf = join(folder, 'report.pdf');
    execFileSync(
      CHROMIUM,
      [...flags, '--no-pdf-header-footer', `--print-to-pdf=${pdf}`, `file://${folder}/report.html`],
      {
        stdio: 'ignore',
        timeout: 60_000,
      },
    );
    const pages = readFileSync(pdf, 'latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    rmSync(folder, { recursive: true, force: true });
    expect(pages).toBeGreaterThanOrEqual(2);
    expect(pages).toBeLessThanOrEqual(6);
  });
});

describe('the words of both languages', () => {
  it('are all there, and no Korean one was forgotten in English', () => {
    const [en, ko] = [wordsOf('en'), wordsOf('ko')].map((words) => Object.entries(words));
    expect(ko!.map(([key]) => key)).toEqual(en!.map(([key]) => key));
    for (const [, text] of ko!) if (typeof text === 'string') expect(text).toMatch(/[가-힣]|OWASP/);
  });
});

describe('the period', () => {
  it.each([
    ['24h', UNTIL - 86_400_000],
    ['7d', UNTIL - 7 * 86_400_000],
    ['4w', UNTIL - 28 * 86_400_000],
    ['2026-11-01', Date.UTC(2026, 10, 1)],
    ['tomorrow', undefined],
    ['2099-01-01', undefined],
    ['', undefined],
  ])('%j', (text, since) => {
    expect(sinceOf(text, UNTIL)).toBe(since);
  });
});

describe('sallyport report', () => {
  it('reads an admin API page by page, and writes a file', async () => {
    const incidents = Array.from({ length: 600 }, (_, i) => ({ ...SAMPLE.incidents[0]!, id: `inc-${i}` }));
    const asked: string[] = [];
    const admin = await upstreamThat((request, response) => {
      const url = new URL(request.url!, 'http://admin');
      asked.push(url.pathname + url.search);
      if (request.headers.authorization !== 'Bearer secret') return response.writeHead(401).end();
      if (url.pathname === '/metrics') {
        return response.end(
          'sallyport_transactions_inspected_total 7\nsallyport_uninspected_reasons_total{reason="mode-off"} 3\n',
        );
      }
      const offset = Number(url.searchParams.get('offset') ?? 0);
      const body = url.pathname.endsWith('/incidents')
        ? { total: incidents.length, items: incidents.slice(offset, offset + 500) }
        : url.pathname.endsWith('/traffic')
          ? { buckets: SAMPLE.traffic }
          : { total: 0, items: [] };
      return response.end(JSON.stringify(body));
    });
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-report-'));
    const out = join(folder, 'r.html');
    const command = { since: '7d', out, lang: 'en', admin: admin.url, token: 'secret' };
    expect(await runReport(command)).toBe(0);
    expect(readFileSync(out, 'utf8')).toContain('<b>600</b>');
    expect(asked.filter((path) => path.includes('/incidents')).length).toBe(2);
    expect(await runReport({ ...command, token: 'wrong' })).toBe(1);
    admin.close();
    expect(await runReport(command)).toBe(1);
    rmSync(folder, { recursive: true, force: true });
  });
});

describe('a report in Korean', () => {
  const entry = new Catalogue(shippedPolicies().documents).get('brute-force')!;
  const figures = Object.fromEntries(
    [...`${entry.title} ${entry.whatHappened}`.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name!, `figure-${name}`]),
  );
  const incident: ReportedIncident = {
    ...SAMPLE.incidents[0]!,
    detection: entry.detection,
    title: fill(entry.title, figures),
    whatHappened: fill(entry.whatHappened, { ...figures, windowSeconds: 300 }),
    whatHappenedTemplate: entry.whatHappened,
    why: entry.why,
    whatToDo: entry.whatToDo,
    figures: { ...figures, windowSeconds: 300 },
  };
  const told = TOLD_IN_KOREAN[entry.detection]!;

  it('tells incidents of shipped policies in Korean, with their figures', () => {
    const html = reportHtml({ ...SAMPLE, incidents: [incident] }, 'ko');
    expect(html).toContain(told.title);
    expect(html).not.toContain(entry.title);
    expect(html).not.toContain(incident.whatHappened.slice(0, 30));
    for (const name of Object.keys(figures))
      if (entry.whatHappened.includes(`{${name}}`) && name !== 'window') expect(html).toContain(`figure-${name}`);
    expect(reportHtml({ ...SAMPLE, incidents: [incident] }, 'en')).toContain(entry.title);
  });

  it('leaves a sentence alone that an operator wrote', () => {
    const changed = { ...incident, whatHappened: 'Ours: too many.', whatHappenedTemplate: 'Ours: too many.' };
    expect(reportHtml({ ...SAMPLE, incidents: [changed] }, 'ko')).toContain('Ours: too many.');
  });

  it('names what makes an endpoint risky, and data types', () => {
    const why = 'It answers without credentials.';
    const html = reportHtml(
      {
        ...SAMPLE,
        endpoints: [{ id: 'GET /users', score: 8, why: [`${why} +2`], tags: [] }],
        flows: [{ ...SAMPLE.flows[0]!, title: 'Payment card number' }],
      },
      'ko',
    );
    expect(html).not.toContain('Payment card number');
    expect(html).toContain('결제 카드 번호');
    expect(html).toContain(`${phrase(why)} +2`);
    expect(phrase(why)).not.toBe(why);
  });
});
