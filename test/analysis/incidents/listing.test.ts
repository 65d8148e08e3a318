// Listing is cheap however many incidents there are: what is not shown is not built.
import { describe, expect, it } from 'vitest';
import { openCase } from '../../../src/analysis/incidents/case-file.ts';
import { Catalogue } from '../../../src/analysis/incidents/catalogue.ts';
import { Incidents } from '../../../src/analysis/incidents/incidents.ts';
import type { Observed } from '../../../src/analysis/incidents/observed.ts';
import { shippedPolicies } from '../../support/shipped-policies.ts';

const catalogue = new Catalogue(shippedPolicies().documents);
const TOTAL = 10_000;

function full(): { readonly incidents: Incidents; readonly built: () => number } {
  let built = 0;
  const incidents = new Incidents({
    // Asked once for each detection of an incident that is built; these have one each.
    precisionOf: () => {
      built += 1;
      return 0.9;
    },
    messagesOf: () => undefined,
    onEvent: () => undefined,
    onMark: () => undefined,
  });
  const files = Array.from({ length: TOTAL }, (_, i) => {
    const observed = {
      entry: catalogue.get(i % 4 === 0 ? 'injection-sql' : 'xss')!,
      severity: i % 10 === 0 ? 'critical' : 'high',
      endpoint: `GET shop.example.com/api/${i % 7}`,
      // In no order.
      at: (i * 7_919) % TOTAL,
      figures: { value: 1 },
    } as unknown as Observed;
    const file = openCase(`inc-${i}-1`, observed, 'analysis');
    file.detections = { [observed.entry.detection]: 1 };
    file.actors = [{ kind: 'ip', id: `10.0.${i >> 8}.${i & 255}`, isVerified: true }];
    return file;
  });
  incidents.restore(JSON.parse(JSON.stringify({ files, accusing: [] })));
  return { incidents, built: () => built };
}

describe('a full list of incidents', () => {
  const { incidents, built } = full();

  it('is paged latest first, and only the page is built', () => {
    const before = built();
    const { total, items } = incidents.list({}, 5_000, 50);
    expect(total).toBe(TOTAL);
    expect(items.map(({ lastSeen }) => lastSeen)).toEqual(Array.from({ length: 50 }, (_, i) => TOTAL - 1 - 5_000 - i));
    expect(built() - before).toBe(50);
  });

  it('is narrowed without building what is left out', () => {
    const before = built();
    expect(incidents.list({ severity: ['critical'], detection: 'injection-sql' }, 0, 10)).toMatchObject({ total: 500 });
    expect(incidents.list({ endpoint: 'GET shop.example.com/api/3' }, 0, 10).total).toBe(1_429);
    expect(incidents.list({ since: TOTAL - 20 }, 0, 10).total).toBe(20);
    expect(incidents.list({ actor: 'ip:10.0.1.2' }, 0, 10).items.map(({ id }) => id)).toEqual(['inc-258-1']);
    expect(incidents.list({ text: 'NOBODY SAYS THIS' }, 0, 10).total).toBe(0);
    expect(built() - before).toBe(10 + 10 + 10 + 1);
  });

  it('follows a change at once', () => {
    incidents.edit('inc-0-1', { by: 'ann', status: 'resolved' }, TOTAL + 5);
    expect(incidents.list({ status: ['resolved'] }, 0, 10).items.map(({ id }) => id)).toEqual(['inc-0-1']);
    expect([...incidents.latest()]).toHaveLength(TOTAL);
  });
});
