// One line of JSON per transaction: who, what, how long, which verdict and why. Places and kinds, never values.
// The shape is that of pino's lines, so that both can be read by the same tools. It is put together by hand, since a general
// serialiser costs more than everything else that ends a transaction.
import { actorKey } from '../core/actor.ts';
import type { Finding } from '../core/finding.ts';
import type { TransactionRecord } from '../core/record.ts';

const FINDINGS_SHOWN_MAX = 20;
const LEVEL_INFO = 30;
/** What stands for itself between quotes. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** With its line end. */
export function accessLine(record: TransactionRecord, time: number): string {
  const { id, clientAddress, method, host, path, endpoint, route, mode, rule, coverage, policyVersion } = record;
  let line =
    `{"level":${LEVEL_INFO},"time":${time},"id":"${id}","client":${quoted(clientAddress)},"method":${quoted(method)},` +
    `"host":${quoted(host)},"path":${quoted(path)},"endpoint":${quoted(endpoint)},"route":${quoted(route)},` +
    `"mode":"${mode}","status":${record.status},"ms":${record.durationMs},"bytesIn":${record.requestBodyBytes},` +
    `"bytesOut":${record.responseBodyBytes},"action":"${record.action}",`;
  if (record.enforced !== record.action) line += `"enforced":"${record.enforced}",`;
  line += `"rule":"${rule}","coverage":"${coverage}",`;
  if (record.uninspected.length > 0) line += `"uninspected":${JSON.stringify(record.uninspected)},`;
  if (record.fault !== undefined) line += `"fault":"${record.fault}",`;
  line += `"actors":[${actorsOf(record)}],`;
  if (record.findings.length > 0) {
    line += `"findings":${JSON.stringify(record.findings.slice(0, FINDINGS_SHOWN_MAX).map(shown))},`;
  }
  return `${line}"policy":${quoted(policyVersion)},"msg":"transaction"}\n`;
}

function actorsOf({ actors }: TransactionRecord): string {
  if (actors.length === 1) return quoted(actorKey(actors[0]!));
  return actors.map((actor) => quoted(actorKey(actor))).join(',');
}

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

function shown({ detection, location, pointer, confidence, dataType }: Finding): Record<string, unknown> {
  return { detection, at: `${location}${pointer}`, confidence, dataType };
}
