// The figures of a bench as Markdown.
import type { Cell, Measurements, Scenario } from './measure.ts';

export function measurementsTable({ cells, paces, missing }: Measurements, scenarios: readonly Scenario[]): string[] {
  const names = [...new Set(cells.map((cell) => cell.contestant))];
  const cellOf = (contestant: string, scenario: string): Cell | undefined =>
    cells.find((cell) => cell.contestant === contestant && cell.scenario === scenario);
  const failing = cells.filter((cell) => cell.failures > 0);
  return [
    'CPU µs per request (± spread of the rounds) · requests/s',
    '',
    row(['', ...scenarios.map(({ name }) => name)]),
    row(['---', ...scenarios.map(() => '---:')]),
    ...names.map((name) => row([name, ...scenarios.map((scenario) => figure(cellOf(name, scenario.name)))])),
    ...missing.map(({ contestant, why }) => row([contestant, `missing: ${why}`])),
    ...failing.map(
      ({ contestant, scenario, failures, failure }) =>
        `\n${contestant}, ${scenario}: ${failures} failures (${failure})`,
    ),
    ...(paces.length === 0
      ? []
      : [
          '',
          `Latency at ${paces[0]!.requestsPerSecond} requests/s, ${scenarios[0]!.name}`,
          '',
          row(['', 'p50 µs', 'p99 µs']),
          row(['---', '---:', '---:']),
          ...paces.map((pace) => row([pace.contestant, pace.p50Us.toFixed(0), pace.p99Us.toFixed(0)])),
        ]),
  ];
}

export function row(columns: readonly string[]): string {
  return `| ${columns.join(' | ')} |`;
}

function figure(cell: Cell | undefined): string {
  if (cell === undefined) return '–';
  if (cell.cpuUs === 0) return 'no answer';
  const half = Math.round((cell.spread / 2) * 100);
  return `${cell.cpuUs.toFixed(0)} ± ${half} % · ${cell.requestsPerSecond.toFixed(0)}`;
}
