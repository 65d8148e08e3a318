// Reads the configuration a verb was given: the file if one is named or lies here, the environment, the flags.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Configuration, type Overrides, readConfiguration } from '../configuration/load.ts';
import type { PreparedContract } from '../core/contract.ts';
import type { DocumentFault } from '../core/document.ts';
import { endpointsOf } from '../openapi/endpoints-of.ts';
import { isUrlText, readDocument, readRouteListFile } from '../openapi-loader/read-documents.ts';
import type { PolicyDirectories } from '../policy-loader/load-directories.ts';

const DEFAULT_FILE = 'sallyport.yaml';

export type GivenConfiguration =
  | {
      readonly configuration: Configuration;
      /** Of the documents on disk; those at URLs are fetched when the gateway runs. */
      readonly contracts: readonly PreparedContract[];
      readonly file: string | undefined;
      readonly faults: readonly [];
    }
  | {
      readonly configuration: undefined;
      readonly contracts: readonly [];
      readonly file: string | undefined;
      readonly faults: readonly DocumentFault[];
    };

export function givenConfiguration(config: string | undefined, overrides: Overrides): GivenConfiguration {
  const file = config ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined);
  let text = '';
  if (file !== undefined) {
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      const message = `cannot be read (${(error as NodeJS.ErrnoException).code})`;
      return { configuration: undefined, contracts: [], file, faults: [{ file, line: 1, column: 1, message }] };
    }
  }
  // Paths on the command line are meant from here, those in a file from the file.
  const read = readConfiguration(text, file ?? '(flags)', process.env, {
    ...overrides,
    ...(overrides.data === undefined ? {} : { data: resolve(overrides.data) }),
    ...(overrides.policies === undefined ? {} : { policies: resolve(overrides.policies) }),
  });
  if (read.configuration === undefined) return { ...read, contracts: [], file };
  const contracts: PreparedContract[] = [];
  const faults: DocumentFault[] = [];
  for (const source of read.configuration.documents) {
    if (isUrlText(source.document)) continue;
    const document = readDocument(source);
    if ('fault' in document) faults.push(document.fault);
    else if ('contract' in document) contracts.push(document.contract);
  }
  for (const file of read.configuration.routeLists) {
    const list = readRouteListFile(file);
    if ('fault' in list) faults.push(list.fault);
  }
  if (faults.length > 0) return { configuration: undefined, contracts: [], file, faults };
  const configuration = { ...read.configuration, openapiFiles: endpointsOf(contracts) };
  return { configuration, contracts, file, faults: [] };
}

/** Where policies come from: the product's own folder first, the operator's on top. */
export function policyDirectories(configuration: Pick<Configuration, 'defaults' | 'policies'>): PolicyDirectories {
  return {
    shipped: configuration.defaults ? resolve(import.meta.dirname, '../../policies') : undefined,
    operator: configuration.policies === undefined ? undefined : resolve(configuration.policies),
  };
}

export function faultLine({ file, line, column, message }: DocumentFault): string {
  return `${file}:${line}:${column} ${message}`;
}
