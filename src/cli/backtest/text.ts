// A comparison of two policies for a person.
import type { ComparisonReport, Difference, Example } from '../../inspection/policy-comparison.ts';

const GROUPS_SHOWN_MAX = 10;

export function comparisonText(report: ComparisonReport): string {
  const { transactions, live, candidate, newlyBlocked, noLongerBlocked, changedTags } = report;
  const lines = [
    `${transactions} transactions, live ${live} against candidate ${candidate}${live === candidate ? ' (the same policy)' : ''}`,
    `  newly blocked      ${newlyBlocked.count}`,
    `  no longer blocked  ${noLongerBlocked.count}`,
    `  other findings     ${changedTags.count}`,
    ...section('Newly blocked', newlyBlocked),
    ...section('No longer blocked', noLongerBlocked),
    ...section('Other findings', changedTags),
  ];
  for (const [title, counts] of [
    ['added', changedTags.added],
    ['removed', changedTags.removed],
  ] as const) {
    for (const [id, count] of Object.entries(counts)) lines.push(`  ${title} ${id} on ${count} transactions`);
  }
  return `${lines.join('\n')}\n`;
}

function section(title: string, { count, byEndpoint, byActor, examples }: Difference): string[] {
  if (count === 0) return [];
  return [
    '',
    title,
    ...byEndpoint.slice(0, GROUPS_SHOWN_MAX).map((group) => `  ${String(group.count).padStart(8)}  ${group.name}`),
    '  by',
    ...byActor.slice(0, GROUPS_SHOWN_MAX).map((group) => `  ${String(group.count).padStart(8)}  ${group.name}`),
    '  for example',
    ...examples.flatMap(exampleLines),
  ];
}

function exampleLines({ transaction, at, clientAddress, method, host, path, findings }: Example): string[] {
  return [
    `    ${transaction}  ${at}  ${clientAddress}  ${method} ${host}${path}`,
    ...findings.map(
      ({ id, pointer, phase, action, policy }) => `      ${id} at ${phase} ${pointer || '/'}: ${action}, ${policy}`,
    ),
  ];
}
