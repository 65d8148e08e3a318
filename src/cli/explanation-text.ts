// An explanation for a person at a terminal: the decision, every finding with its place and figures, what is normal, the exception.
import type { Explanation } from '../admin/explanation.ts';

export function explanationText(explanation: Explanation): string {
  const { transaction, findings, learned, incidents, smallestException: exception } = explanation;
  const { id, receivedAt, method, host, path, status, clientAddress, endpoint, route } = transaction;
  const version =
    explanation.policyVersion === explanation.liveVersion
      ? explanation.policyVersion
      : `${explanation.policyVersion} (live by now: ${explanation.liveVersion})`;
  const lines = [
    `${id}  ${new Date(receivedAt).toISOString()}  ${method} ${host}${path}  ${status === 0 ? 'no answer seen' : status}`,
    `from ${clientAddress}, ${explanation.actors.join(', ') || 'nobody known'}; endpoint ${endpoint || 'unknown'}, route ${route || 'none'}`,
    `${explanation.action}: ${explanation.ruleSays} (rule ${explanation.rule}, policy version ${version})`,
  ];
  for (const one of findings) {
    lines.push(
      '',
      `${one.detection}, ${one.severity}, ${Math.round(one.confidence * 100)} % sure, asks for ${one.action}`,
      `  ${one.what}`,
      `  at ${one.phase}, ${one.location} ${one.pointer || '/'}${one.shape === undefined ? '' : `, shape ${one.shape}`}`,
      `  by ${one.policy.kind} ${one.policy.id}${one.source === '' ? '' : `, ${one.source}`}`,
    );
    if (one.comparison !== undefined)
      lines.push(`  ${one.comparison.value} against ${one.comparison.threshold} as learned or configured`);
    if (one.purpose !== undefined) lines.push(`  ${one.purpose}`);
  }
  if (learned !== undefined) {
    const { samples, principals, responseBytes, records } = learned;
    lines.push(
      '',
      `Normal here, from ${samples} transactions of ${principals} callers: answers of up to ${Math.round(responseBytes.p999)} bytes, ${Math.round(records.p999)} records`,
    );
  }
  for (const { title, id: incident, position, whatHappened, figures } of incidents) {
    lines.push('', `Part of ${incident}, ${title} (${position})`, `  ${whatHappened}`);
    const shown = ['value', 'threshold', 'mean', 'peers'].flatMap((name) =>
      figures[name] === undefined ? [] : [`${name} ${figures[name]}`],
    );
    if (shown.length > 0) lines.push(`  ${shown.join(', ')}`);
  }
  if (exception !== '') lines.push('', 'The smallest exception that would have let it pass:', exception.trimEnd());
  return `${lines.join('\n')}\n`;
}
