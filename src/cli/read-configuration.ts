// Reads the configuration a verb was given: the file if one is named or lies here, the environment, the flags.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Configuration, type OpenapiFile, type Overrides, readConfiguration } from '../configuration/load.ts';
import { type OpenapiRead, openapiEndpoints } from '../configuration/openapi-paths.ts';
import type { DocumentFault } from '../core/document.ts';
import type { PolicyDirectories } from '../policy-loader/load-directories.ts';

const DEFAULT_FILE = 'sallyport.yaml';

export type GivenConfiguration =
  | { readonly configuration: Configuration; readonly file: string | undefined; readonly faults: readonly [] }
  | { readonly configuration: undefined; readonly file: string | undefined; readonly faults: readonly DocumentFault[] };

export function givenConfiguration(config: string | undefined, overrides: Overrides): GivenConfiguration {
  const file = config ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined);
  let text = '';
  if (file !== undefined) {
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      const message = `cannot be read (${(error as NodeJS.ErrnoException).code})`;
      return { configuration: undefined, file, faults: [{ file, line: 1, column: 1, message }] };
    }
  }
  // Paths on the command line are meant from here, those in a file from the file.
  const read = readConfiguration(text, file ?? '(flags)', process.env, {
    ...overrides,
    ...(overrides.data === undefined ? {} : { data: resolve(overrides.data) }),
    ...(overrides.policies === undefined ? {} : { policies: resolve(overrides.policies) }),
  });
  if (read.configuration === undefined) return { ...read, file };
  const openapiFiles: OpenapiFile[] = [];
  const faults: DocumentFault[] = [];
  for (const one of read.configuration.openapiFiles) {
    const paths = openapiOf(one.file);
    if ('fault' in paths) faults.push(paths.fault);
    else openapiFiles.push({ ...one, endpoints: paths.endpoints });
  }
  if (faults.length > 0) return { configuration: undefined, file, faults };
  return { configuration: { ...read.configuration, openapiFiles }, file, faults: [] };
}

function openapiOf(file: string): OpenapiRead {
  try {
    return openapiEndpoints(readFileSync(file, 'utf8'), file);
  } catch (error) {
    const message = `the OpenAPI document cannot be read (${(error as NodeJS.ErrnoException).code})`;
    return { fault: { file, line: 1, column: 1, message } };
  }
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
