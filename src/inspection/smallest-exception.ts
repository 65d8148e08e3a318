// The smallest exception that would have let a transaction pass, as YAML to paste into a policy file.
import { BLOCKING_CONFIDENCE } from '../core/detector.ts';
import type { Finding } from '../core/finding.ts';

/**
 * One `kind: exception` document per finding that took part in the decision, each for one pointer on one endpoint.
 * `endpoint` is an endpoint id: `POST shop.example.com/api/search`. Empty when nothing was blocked or masked.
 */
export function smallestException(findings: readonly Finding[], endpoint: string, transactionId: string): string {
  const asked = findings.filter((f) => f.action === 'block' || f.action === 'mask');
  const alone = asked.filter((f) => f.action === 'mask' || f.confidence >= BLOCKING_CONFIDENCE);
  const needed = alone.length > 0 ? alone : asked;
  return needed
    .filter((finding, i) => needed.findIndex((f) => isSamePlace(f, finding)) === i)
    .map((finding, i) => exceptionYaml(finding, endpoint, `fp-${transactionId}${i === 0 ? '' : `-${i + 1}`}`))
    .join('---\n');
}

function exceptionYaml(finding: Finding, endpoint: string, id: string): string {
  const lines = [
    'kind: exception',
    `id: ${id}`,
    `detector: ${finding.detection}`,
    'match:',
    `  endpoint: ${quoted(endpoint)}`,
    ...(finding.location === 'connection' ? [] : [`  location: ${finding.location}`]),
    ...(finding.pointer === '' ? [] : [`  pointer: ${quoted(withoutIndexes(finding.pointer))}`]),
    ...(finding.dataType === undefined ? [] : [`  dataTypes: [${finding.dataType}]`]),
    'reason: say why this is legitimate here',
  ];
  return `${lines.join('\n')}\n`;
}

// `/orders/17/note` becomes `/orders/*/note`: an exception is about a field of every record, not about one record.
function withoutIndexes(pointer: string): string {
  return pointer.replace(/\/\d+(?=\/|$)/g, '/*');
}

/** A YAML double-quoted scalar: JSON strings are a subset of it (YAML 1.2 §1.3). */
function quoted(text: string): string {
  return JSON.stringify(text);
}

function isSamePlace(a: Finding, b: Finding): boolean {
  return (
    a.detection === b.detection &&
    a.location === b.location &&
    a.dataType === b.dataType &&
    withoutIndexes(a.pointer) === withoutIndexes(b.pointer)
  );
}
