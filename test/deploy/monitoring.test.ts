// The dashboard and the alerts speak only of metrics and labels that the product exports, and Prometheus takes the rules.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { registerMetrics } from '../../src/telemetry/metrics.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const alerts = readFileSync(join(ROOT, 'deploy/prometheus/alerts.yaml'), 'utf8');
const dashboard = readFileSync(join(ROOT, 'deploy/grafana/sallyport.json'), 'utf8');

async function exported(): Promise<Set<string>> {
  const registry = new Registry();
  registerMetrics(registry, () => {
    throw new Error('only the names are asked for');
  });
  return new Set(registry.getMetricsAsArray().map((metric) => metric.name));
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

describe('monitoring', () => {
  it('asks for metrics that there are', async () => {
    const names = await exported();
    for (const text of [alerts, dashboard]) {
      const asked = new Set(text.match(/sallyport_[a-z_]+/g));
      expect(asked.size).toBeGreaterThan(8);
      expect([...asked].filter((name) => !names.has(name))).toEqual([]);
    }
  });

  it('leads from every alert to a place in the runbook', () => {
    const runbook = readFileSync(join(ROOT, 'docs/runbook.md'), 'utf8');
    const places = new Set(
      [...runbook.matchAll(/^## (.+)$/gm)].map(([, title]) =>
        title!
          .toLowerCase()
          .replace(/[^a-z0-9 -]/g, '')
          .replaceAll(' ', '-'),
      ),
    );
    const rules = (parse(alerts) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThanOrEqual(10);
    for (const { alert, annotations, labels } of rules) {
      const [file, place] = annotations.runbook.split('#');
      expect(file).toBe('docs/runbook.md');
      expect(places, alert).toContain(place);
      expect(['critical', 'warning', 'info']).toContain(labels.severity);
    }
  });

  it('has rules that promtool takes', () => {
    const promtool = ['/usr/bin/promtool', '/usr/local/bin/promtool'].find((path) => {
      try {
        execFileSync(path, ['--version'], { stdio: 'ignore' });
        return true;
      } catch {
        return false;
      }
    });
    if (promtool === undefined && !process.env.CI) {
      console.log('skipped: promtool is not here (Debian package prometheus)');
      return;
    }
    expect(
      execFileSync(promtool!, ['check', 'rules', join(ROOT, 'deploy/prometheus/alerts.yaml')], { encoding: 'utf8' }),
    ).toContain('SUCCESS');
  });

  it('has panels with a title, a place and something to ask', () => {
    const { panels } = JSON.parse(dashboard) as {
      panels: { title: string; gridPos: object; targets: { expr: string }[] }[];
    };
    expect(panels.length).toBeGreaterThanOrEqual(10);
    for (const panel of panels) {
      expect(panel.title).not.toBe('');
      expect(panel.gridPos).toMatchObject({ w: 12, h: 8 });
      expect(panel.targets.length).toBeGreaterThan(0);
    }
  });
});
