// The report on a terminal. Text of the target has its control characters taken out.
import { SEVERITIES } from '../../core/finding.ts';
import type { AuditReport } from '../audit.ts';

export function asText(report: AuditReport): string {
  const lines = [
    `${report.target}: ${report.findings.length} findings, ${report.requests} requests in ${Math.round(report.durationMs / 1_000)} s, ${report.operations} operations known`,
  ];
  if (report.stopped !== undefined) lines.push(`ended early: ${report.stopped}`);
  for (const { severity, title, place, what, whatToDo, evidence, owasp } of report.findings) {
    lines.push('', `${severity.toUpperCase().padEnd(9)}${title}  ${place}`, `         ${what} (${owasp.join(', ')})`);
    for (const one of evidence.slice(0, 5)) lines.push(`         ${one}`);
    lines.push(`         → ${whatToDo}`);
  }
  return `${lines.join('\n').replace(/[^\P{C}\n]/gu, '·')}\n`;
}

export function planAsText({ planned, target }: AuditReport): string {
  const lines = [
    `Nothing is sent. At ${target} these would be asked first; what answers show decides what comes next.`,
    ...planned.map(({ method, path, purpose }) => `${method.padEnd(7)} ${path}  (${purpose})`),
    `${planned.length} requests`,
  ];
  return `${lines.join('\n')}\n`;
}

export function countsOf({ findings }: AuditReport): (readonly [severity: string, count: number])[] {
  return [...SEVERITIES]
    .reverse()
    .map((severity) => [severity, findings.filter((one) => one.severity === severity).length] as const);
}
