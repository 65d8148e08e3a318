// The figures of a bench as Markdown.
import type { Cell, Measurements, Pace, Scenario } from './measure.ts';

export function measurementsTable({ cells, paces, missing }: Measurements, scenarios: readonly Scenario[]): string[] {
  const names = [...new Set(cells.map((cell) => cell.contestant))];
  const cellOf = (contestant: string, scenario: string): Cell | undefined =>
    cells.find((cell) => cell.contestant === contestant && cell.scenario === scenario);
  const failing = cells.filter((cell) => cell.failures > 0);
  return [
    'CPU µs per request of the proxying process (of all its processes) ± spread of the rounds · requests/s',
    '',
    row(['', ...scenarios.map(({ name }) => name)]),
    row(['---', ...scenarios.map(() => '---:')]),
    ...names.map((name) => row([name, ...scenarios.map((scenario) => figure(cellOf(name, scenario.name)))])),
    ...missing.map(({ contestant, why }) => row([contestant, `missing: ${why}`])),
    ...failing.map(
      ({ contestant, scenario, failures, failure }) =>
        `\n${contestant}, ${scenario}: ${failures} failures (${failure})`,
    ),
    ...[...new Set(paces.map((pace) => pace.share))].flatMap((share) => paceTable(paces, share, scenarios[0]!.name)),
  ];
}

function paceTable(all: readonly Pace[], share: number, scenario: string): string[] {
  const paces = all.filter((pace) => pace.share === share);
  const rate = paces[0]!.requestsPerSecond;
  return [
    '',
    `Latency at ${rate} requests/s (${share * 100} % of what the slowest gateway row manages), ${scenario}`,
    '',
    row(['', 'p50 µs', 'p99 µs', 'p99.9 µs']),
    row(['---', '---:', '---:', '---:']),
    ...paces.map(({ contestant, p50Us, p99Us, p999Us }) =>
      row([contestant, p50Us.toFixed(0), p99Us.toFixed(0), p999Us.toFixed(0)]),
    ),
  ];
}

export function row(columns: readonly string[]): string {
  return `| ${columns.join(' | ')} |`;
}

function figure(cell: Cell | undefined): string {
  if (cell === undefined) return '–';
  if (cell.cpuUs === 0) return 'no answer';
  const half = Math.round((cell.spread / 2) * 100);
  return `${cell.busiestCpuUs.toFixed(0)} (${cell.cpuUs.toFixed(0)}) ± ${half} % · ${cell.requestsPerSecond.toFixed(0)}`;
}
