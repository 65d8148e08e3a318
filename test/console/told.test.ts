// What the analysis says in English is said in Korean where the console speaks Korean: all of it, with its figures.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Catalogue, type CatalogueEntry } from '../../src/analysis/incidents/catalogue.ts';
import { fill } from '../../src/analysis/incidents/wording.ts';
import { riskOf } from '../../src/analysis/posture/risk.ts';
import { comparison } from '../../src/analysis/scenarios/threshold.ts';
import { fingerprint, TOLD_IN_KOREAN } from '../../src/told/in-korean.ts';
import { findings } from '../../src/told/ko-findings.ts';
import { shippedPolicies } from '../support/shipped-policies.ts';

type Console = typeof import('../../src/console/told.ts') & {
  readonly shipped: Readonly<Record<string, string>>;
  readonly setLanguage: (language: 'en' | 'ko') => void;
};

const HANGUL = /[가-힣]/;
const SHIPPED_FILE = resolve(import.meta.dirname, '../../src/told/shipped.ts');
const catalogue = new Catalogue(shippedPolicies().documents);
const ids = [
  ...new Set(shippedPolicies().documents.flatMap((one) => ('detection' in one ? [one.detection] : [one.id]))),
];
const entries = ids.flatMap((id) =>
  [catalogue.get(id), catalogue.ofInlineDetector(id)].filter((one) => one !== undefined),
);
let page: Console;

beforeAll(async () => {
  // What a browser has, as far as preferences look.
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('navigator', { language: 'en' });
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  const { SHIPPED } = await import('../../src/told/shipped.ts');
  const { language } = await import('../../src/console/preferences.ts');
  const texts = await import('../../src/console/told.ts');
  page = { ...texts, shipped: SHIPPED, setLanguage: (one) => language.set(one) };
  page.setLanguage('ko');
});

/** Every figure has a value of its own, so that a lost one is noticed. */
function figuresFor(entry: CatalogueEntry): Record<string, number | string> {
  const figures: Record<string, number | string> = { windowSeconds: 300 };
  for (const [, name] of `${entry.title} ${entry.whatHappened}`.matchAll(/\{(\w+)\}/g))
    if (name !== 'window') figures[name!] = name === 'isEstimate' ? 'about ' : `<${name}>`;
  return figures;
}

describe('incidents in Korean', () => {
  it('are known for every shipped detection, word for word the text that is shipped', () => {
    expect(entries.length).toBeGreaterThan(70);
    const fingerprints: Record<string, string> = {};
    for (const { detection, whatHappened, why, whatToDo } of entries) {
      const ways = new Set(fingerprints[detection]?.split(' ')).add(fingerprint(whatHappened, why, whatToDo));
      fingerprints[detection] = [...ways].join(' ');
    }
    // A text was changed: change its Korean one, then its fingerprint.
    expect(page.shipped, `${SHIPPED_FILE} is not what the policies say`).toEqual(fingerprints);
    expect(Object.keys(TOLD_IN_KOREAN).sort()).toEqual(Object.keys(fingerprints).sort());
  });

  it('tell the same figures', () => {
    for (const entry of entries) {
      const figures = figuresFor(entry);
      const english = {
        ...entry,
        title: fill(entry.title, figures),
        whatHappened: fill(entry.whatHappened, figures),
        whatHappenedTemplate: entry.whatHappened,
        figures,
      };
      const korean = page.told(english);
      for (const name of ['title', 'whatHappened', 'why', 'whatToDo'] as const)
        expect(korean[name], `${entry.detection}: ${name}`).toMatch(HANGUL);
      for (const [, name] of entry.whatHappened.matchAll(/\{(\w+)\}/g))
        if (name !== 'window' && name !== 'isEstimate')
          expect(korean.whatHappened, `${entry.detection}: {${name}}`).toContain(`<${name}>`);
      expect(korean.whatHappened, entry.detection).not.toMatch(/[{}]|undefined/);
    }
  });

  it('leave alone what an operator wrote', () => {
    const own = {
      detection: 'injection-sql',
      title: 'SQL in a form',
      whatHappened: 'Seen.',
      why: 'Ours.',
      whatToDo: 'Call us.',
      figures: {},
    };
    expect(page.told(own)).toEqual(own);
    const mine = { ...own, detection: 'my-scenario' };
    expect(page.told(mine)).toEqual(mine);
  });

  it('leave a shipped detection alone when an operator changed what happened', () => {
    const entry = catalogue.get('brute-force')!;
    const figures = figuresFor(entry);
    const whatHappenedTemplate = `On our shop: ${entry.whatHappened}`;
    const changed = { ...entry, whatHappenedTemplate, whatHappened: fill(whatHappenedTemplate, figures), figures };
    expect(page.told(changed)).toEqual({ ...changed, title: page.titleOf(entry.detection, entry.title) });
  });

  it('are called by their names, and one of an operator by its id', () => {
    for (const { detection } of entries) expect(page.detectionName(detection), detection).toMatch(HANGUL);
    expect(page.detectionName('vulnerability-scanning')).toBe('취약점 스캔');
    for (const own of ['my-scenario', 'constructor']) expect(page.detectionName(own)).toBe(own);
  });

  it('are as they came in English', () => {
    page.setLanguage('en');
    const entry = { ...entries[0]!, figures: {} };
    expect(page.told(entry)).toBe(entry);
    expect(page.phrase('the limit is 5')).toBe('the limit is 5');
    page.setLanguage('ko');
  });
});

it('say what findings noticed by the words that detectors have', () => {
  const detectors = resolve(import.meta.dirname, '../../src/detectors');
  const sources = readdirSync(detectors, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(detectors, name), 'utf8'))
    .join('\n');
  expect(findings.length).toBeGreaterThan(90);
  expect(findings.filter(([english]) => !sources.includes(`'${english}'`))).toEqual([]);
  for (const [english, korean] of findings) expect(page.phrase(english)).toBe(korean);
});

it('name every shipped data type in Korean', () => {
  const shipped = shippedPolicies('data-types').documents.filter((one) => one.kind === 'data-type');
  expect(shipped.length).toBeGreaterThan(100);
  for (const { title } of shipped) expect(page.dataTypeName(title), title).not.toBe(title);
});

describe('sentences with figures', () => {
  it('say every addend of a risk', () => {
    const facts = {
      method: 'POST',
      isExposed: true,
      authenticatedShare: 0.5,
      tags: ['admin', 'export'],
      dataTypeTags: [{ type: 'us-ssn', tags: ['pii', 'sensitive'] }],
      findings: [{ title: 'Missing authentication', severity: 'high' }],
      incidents: [
        { id: 'a', title: 'SQL injection', severity: 'critical' },
        { id: 'b', title: 'Path traversal', severity: 'high' },
      ],
    } as const;
    const { addends } = riskOf(facts);
    expect(addends.map(({ of }) => of)).toEqual([
      'exposure',
      'authentication',
      'data',
      'change',
      'function',
      'posture',
      'incidents',
    ]);
    const said = [
      ...addends,
      ...riskOf({ ...facts, authenticatedShare: 0, tags: ['login'], incidents: [], findings: [] }).addends,
    ].map(({ why }) => page.phrase(why));
    for (const one of said) expect(one).toMatch(HANGUL);
    expect(said).toContain('미해결 인시던트: SQL 인젝션(치명) 외 1건.');
    expect(said).toContain('보안 상태: 인증 없음(높음).');
    expect(said).toContain('응답에 us-ssn이(가) 들어 있습니다(민감).');
  });

  it('say why a baseline is not ready, as the learning does', () => {
    const source = readFileSync(resolve(import.meta.dirname, '../../src/analysis/learning/maturity.ts'), 'utf8');
    const templates = [...source.matchAll(/`([^`]*\$\{[^`]*)`/g)].map(([, text]) => text!);
    expect(templates).toHaveLength(5);
    for (const name of ['request', 'response'])
      for (const template of templates) {
        let n = 2;
        const sentence = template.replaceAll('${name}', name).replace(/\$\{[^}]*\}/g, () => {
          n += 1;
          return String(n);
        });
        expect(page.phrase(sentence), sentence).toMatch(HANGUL);
        expect(page.phrase(sentence), sentence).not.toMatch(/[a-z]{2}/);
        for (let i = 3; i <= n; i++) expect(page.phrase(sentence), sentence).toContain(String(i));
      }
  });

  it('say with whom somebody was compared', () => {
    const population = { peers: 7, mean: 3.5, quantile: 9, deviation: 1 } as never;
    for (const by of ['quantile', 'deviation', 'own-history', 'floor'] as const)
      expect(page.phrase(comparison({ by, threshold: 40, population, isPassed: true } as never, 0.99))).toMatch(HANGUL);
  });

  it('leave alone what they do not know', () => {
    expect(page.phrase('GET shop.example.com/api/orders')).toBe('GET shop.example.com/api/orders');
    expect(page.titleOf('mine', 'A title of mine')).toBe('A title of mine');
  });
});
