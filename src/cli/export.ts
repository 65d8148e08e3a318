// `sallyport export openapi`: what the gateway learned, from its data folder, as an OpenAPI 3.1 document on standard output.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LEARNED_FILE } from '../analysis/learning/dump.ts';
import { Learner } from '../analysis/learning/learner.ts';
import { openapiOf } from '../analysis/learning/openapi.ts';
import { faultLine, givenConfiguration } from './read-configuration.ts';

export interface ExportOptions {
  readonly config?: string;
  readonly data?: string;
  /** Only endpoints of this host. */
  readonly host?: string;
}

/** Resolves with the exit code: 1 when there is nothing to export. */
export async function runExport(what: string, options: ExportOptions): Promise<number> {
  if (what !== 'openapi') {
    console.error(`\`${what}\` cannot be exported; \`openapi\` can`);
    return 1;
  }
  const overrides = options.data === undefined ? {} : { data: options.data };
  const { configuration, faults } = givenConfiguration(options.config, overrides);
  if (configuration === undefined) {
    for (const fault of faults) console.error(faultLine(fault));
    return 1;
  }
  const file = join(resolve(configuration.data ?? '.sallyport'), LEARNED_FILE);
  let dump: unknown;
  try {
    dump = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    console.error(
      `${file}: ${error instanceof SyntaxError ? 'is not JSON' : 'cannot be read'}; nothing was learned yet?`,
    );
    return 1;
  }
  const learner = new Learner();
  const ignored = learner.merge(dump);
  if (ignored > 0) console.error(`${file}: ${ignored} entries are not what they should be, and were left out`);
  const endpoints = learner.endpoints();
  const wanted = options.host === undefined ? endpoints : endpoints.filter((one) => one.host === options.host);
  if (wanted.length === 0) {
    const hosts = [...new Set(endpoints.map((one) => one.host))].sort().slice(0, 20);
    console.error(hosts.length === 0 ? 'no endpoint was learned yet' : `no such host; there are ${hosts.join(', ')}`);
    return 1;
  }
  process.stdout.write(`${JSON.stringify(openapiOf(wanted), null, 2)}\n`);
  return 0;
}
