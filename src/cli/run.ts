// `sallyport run`: reads what was asked for, starts the processes, says in a few lines what runs where.
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { Overrides } from '../configuration/load.ts';
import type { PolicyBundle } from '../core/document.ts';
import type { Mode } from '../core/record.ts';
import { type ChildLoad, loadInChild } from '../policy-loader/load-in-child.ts';
import { Supervisor } from '../supervisor.ts';
import { endProcess, openLogOutput } from '../telemetry/log-output.ts';
import { forkSampleApi } from './fork-sample-api.ts';
import { faultLine, givenConfiguration, policyDirectories } from './read-configuration.ts';

export interface RunOptions {
  readonly config?: string;
  readonly upstream?: string;
  readonly listen?: number;
  readonly admin?: number;
  readonly data?: string;
  readonly policies?: string;
  readonly mode?: Mode;
  readonly workers?: number;
}

const SUPPORTED_NODE_MAJOR = 22;
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Resolves with the exit code when the gateway has stopped. */
export async function runGateway(options: RunOptions): Promise<number> {
  const { config, ...overrides } = options;
  // As the first process of a container it would not hear the signals that it does not ask for.
  for (const signal of SIGNALS) process.once(signal, endAtOnce);
  const objection = environmentObjection();
  if (objection !== undefined) return refuse(objection);
  let given = givenConfiguration(config, overrides as Overrides);
  if (given.configuration === undefined) return refuse(...given.faults.map(faultLine));
  let sampleUrl: string | undefined;
  if (Object.keys(given.configuration.upstreams).length === 0) {
    if (given.file !== undefined && given.configuration.routes.length > 0)
      return refuse(`${given.file}: there is no upstream`);
    sampleUrl = await forkSampleApi();
    given = givenConfiguration(config, { mode: 'enforce', ...overrides, upstream: sampleUrl } as Overrides);
    if (given.configuration === undefined) return refuse(...given.faults.map(faultLine));
  }
  const { configuration } = given;
  const dataFolder = resolve(configuration.data ?? '.sallyport');
  const chosen = policyDirectories(configuration);
  // The console writes policies before anybody has chosen a folder for them.
  const directories = { ...chosen, operator: chosen.operator ?? join(dataFolder, 'policies') };
  mkdirSync(directories.operator, { recursive: true, mode: 0o700 });
  const loading = loadInChild(directories);
  const output = openLogOutput(2);
  const supervisor = new Supervisor({
    say: (line) => void output.write(`${line}\n`),
    endNow: (code) => endProcess(output, code),
    configuration,
    contracts: given.contracts,
    directories,
    dataFolder,
    workers: configuration.workers ?? availableParallelism(),
    adminToken: process.env.SALLYPORT_ADMIN_TOKEN,
  });
  // The processes load their code meanwhile: that takes as long as the policies.
  const started = await supervisor.start(loading.then(usable));
  const loaded = await loading;
  if ('refusal' in loaded) return refuse(loaded.refusal);
  if (loaded.load.faults.length > 0) return refuse(...loaded.load.faults.map(faultLine));
  if ('failure' in started) return refuse(started.failure);
  // From here on the supervisor hears them, and drains.
  for (const signal of SIGNALS) process.off(signal, endAtOnce);
  const { gatewayPort, adminPort, firstToken } = started;
  const scheme = configuration.tls === undefined ? 'http' : 'https';
  const gateway = `${scheme}://localhost:${gatewayPort}`;
  const upstream =
    sampleUrl === undefined
      ? Object.values(configuration.upstreams)
          .flatMap((one) => one.urls)
          .join(', ')
      : `the bundled sample API (${sampleUrl})`;
  const lines = [
    '',
    `  Sallyport is running in ${configuration.mode} mode.`,
    '',
    `  gateway   ${gateway}  →  ${upstream}`,
    `  admin     http://localhost:${adminPort}  (console and API)`,
    `  policies  ${loaded.load.bundle.documents.length} documents, version ${loaded.load.bundle.version}${configuration.policies === undefined ? '' : `, yours in ${configuration.policies}`}`,
    ...(firstToken === undefined
      ? []
      : [
          `  token     ${firstToken}  (admin, shown only this once; kept hashed in ${join(dataFolder, 'tokens.json')})`,
        ]),
    ...(sampleUrl === undefined
      ? []
      : [
          '',
          `  try       curl ${gateway}/api/users/1`,
          `            curl "${gateway}/api/products?search=%27%20OR%201=1--"`,
        ]),
    '',
  ];
  console.log(lines.join('\n'));
  if (Number(process.versions.node.split('.')[0]) < SUPPORTED_NODE_MAJOR) {
    console.log(
      `  note: Node ${process.versions.node} no longer gets security fixes; use Node ${SUPPORTED_NODE_MAJOR} or newer\n`,
    );
  }
  const code = await supervisor.stopped;
  endProcess(output, code);
  return code;
}

function usable(loaded: ChildLoad): PolicyBundle | undefined {
  return 'load' in loaded && loaded.load.faults.length === 0 ? loaded.load.bundle : undefined;
}

/** While it starts there is nothing to drain; the other processes end with this one. Codes as of a shell. */
function endAtOnce(signal: (typeof SIGNALS)[number]): never {
  process.exit(signal === 'SIGTERM' ? 143 : 130);
}

function environmentObjection(): string | undefined {
  const options = `${process.env.NODE_OPTIONS ?? ''} ${process.execArgv.join(' ')}`;
  if (options.includes('--insecure-http-parser'))
    return 'Node runs with --insecure-http-parser, which makes request smuggling possible; take it out';
  return undefined;
}

function refuse(...lines: readonly string[]): number {
  for (const line of lines) console.error(line);
  return 1;
}
