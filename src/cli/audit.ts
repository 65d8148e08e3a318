// `sallyport audit URL`: asks a target, politely, what anybody could ask, and says what should not be so.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { request } from 'undici';
import { type AuditReport, audit } from '../audit/audit.ts';
import type { Credential } from '../audit/checks/inside.ts';
import { asHtml } from '../audit/formats/html.ts';
import { asSarif } from '../audit/formats/sarif.ts';
import { asText, planAsText } from '../audit/formats/text.ts';
import { type KnownSchemas, type Operation, operationsOfDocument, operationsOfEndpoints } from '../audit/inventory.ts';
import { AnswerReader } from '../audit/reader.ts';
import { SEVERITIES, type Severity } from '../core/finding.ts';
import { loadDirectories } from '../policy-loader/load-directories.ts';
import { PRODUCT } from '../sinks/product.ts';
import { readAdmin } from './admin-reader.ts';
import { policyDirectories } from './read-configuration.ts';

export interface AuditCommand {
  readonly openapi?: string;
  readonly admin?: string;
  readonly token?: string;
  readonly userA?: string;
  readonly userB?: string;
  readonly active?: boolean;
  readonly dryRun?: boolean;
  readonly maxRequests: number;
  readonly rate: number;
  readonly maxSeconds: number;
  readonly format: string;
  readonly out?: string;
  readonly failOn: string;
}

const BAR_CHARACTERS = 30;
const SCHEMAS_MAX = 200;

/** Resolves with the exit code: 0, 2 when something as grave as `failOn` was found, 1 when it could not be done. */
export async function runAudit(target: string, command: AuditCommand): Promise<number> {
  if (!URL.canParse(target) || !/^https?:$/.test(new URL(target).protocol)) {
    console.error(`\`${target}\` is no URL; write it as https://api.example.com`);
    return 1;
  }
  const { out } = command;
  // Not after ten minutes of asking.
  if (out !== undefined && !existsSync(dirname(resolve(out)))) {
    console.error(`${out} cannot be written: there is no folder ${dirname(resolve(out))}`);
    return 1;
  }
  let operations: readonly Operation[] | undefined;
  let first: Credential | undefined;
  let second: Credential | undefined;
  try {
    first = credentialOf(command.userA, 'user-a');
    second = credentialOf(command.userB, 'user-b');
    operations = await inventoryOf(command);
  } catch (error) {
    console.error((error as Error).message);
    return 1;
  }
  const { bundle } = loadDirectories(policyDirectories({ defaults: true, policies: undefined }));
  const isWatched = process.stderr.isTTY === true;
  const report = await audit({
    target,
    reader: new AnswerReader(bundle),
    operations,
    first,
    second,
    isActive: command.active === true,
    isDryRun: command.dryRun === true,
    requestsMax: command.maxRequests,
    requestsPerSecond: command.rate,
    secondsMax: command.maxSeconds,
    onAsked: (asked) => isWatched && process.stderr.write(`\r${bar(asked, command.maxRequests)}`),
  });
  if (isWatched) process.stderr.write(`\r${' '.repeat(BAR_CHARACTERS + 40)}\r`);
  if (report.isSilent && report.findings.length === 0) {
    console.error(`${report.target} does not answer: ${report.stopped}`);
    return 1;
  }
  const text = textOf(report, command);
  if (command.out === undefined) process.stdout.write(text);
  else {
    try {
      writeFileSync(command.out, text);
    } catch (error) {
      process.stdout.write(text);
      console.error(`${command.out} cannot be written: ${(error as Error).message}`);
      return 1;
    }
    console.error(`${report.findings.length} findings, written to ${command.out}`);
  }
  const least = SEVERITIES.indexOf(command.failOn as Severity);
  return report.findings.some(({ severity }) => least >= 0 && SEVERITIES.indexOf(severity) >= least) ? 2 : 0;
}

function textOf(report: AuditReport, { dryRun, format }: AuditCommand): string {
  if (dryRun === true) return planAsText(report);
  if (format === 'json') return `${JSON.stringify({ ...report, planned: undefined }, undefined, 2)}\n`;
  if (format === 'sarif') return asSarif(report, PRODUCT.version);
  return format === 'html' ? asHtml(report) : asText(report);
}

/** `Authorization: Bearer …`, or `@FILE` with such a line, so that a secret need not be on a command line. */
function credentialOf(text: string | undefined, flag: string): Credential | undefined {
  if (text === undefined) return undefined;
  const line = text.startsWith('@') ? textAt(text.slice(1)).trim() : text;
  const pair = /^([A-Za-z0-9-]+):\s*(\S.*)$/.exec(line);
  if (pair !== null) return { name: pair[1]!.toLowerCase(), value: pair[2]! };
  throw new Error(`--${flag} is a header line, such as "Authorization: Bearer …", or @FILE with one`);
}

function textAt(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

async function inventoryOf({ openapi, admin, token }: AuditCommand): Promise<readonly Operation[] | undefined> {
  if (openapi !== undefined) {
    const text = await documentAt(openapi);
    try {
      return operationsOfDocument(text);
    } catch (error) {
      throw new Error(`${openapi}: ${(error as Error).message}`);
    }
  }
  if (admin === undefined) return undefined;
  const reader = readAdmin(admin, token);
  const { items } = await reader.endpoints();
  const paths = new Map<string, string>();
  for (const { endpoint, path, status } of await reader.transactions()) if (status < 300) paths.set(endpoint, path);
  const schemas = new Map<string, KnownSchemas>();
  for (const { id, method } of items.slice(0, SCHEMAS_MAX))
    if (method === 'GET' || method === 'POST') schemas.set(id, await reader.endpoint(id));
  return operationsOfEndpoints(items, paths, schemas);
}

async function documentAt(place: string): Promise<string> {
  if (!/^https?:/.test(place)) return textAt(place);
  const { statusCode, body } = await request(place).catch((error: { code?: string; message: string }) => {
    throw new Error(`${place} cannot be fetched (${error.code ?? error.message})`);
  });
  if (statusCode !== 200) throw new Error(`${place} answers ${statusCode}`);
  return body.text();
}

function bar(asked: number, max: number): string {
  const done = Math.round((asked / max) * BAR_CHARACTERS);
  return `[${'#'.repeat(done)}${'·'.repeat(BAR_CHARACTERS - done)}] ${asked} of at most ${max} requests`;
}
