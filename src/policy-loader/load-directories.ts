// Policy files on disk → one bundle. Reads synchronously: it runs at start and in a child process, never in a worker.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { DocumentFault, PolicyBundle, PolicyDocument } from '../core/document.ts';
import { bundleOf } from '../policy/bundle.ts';
import { validateDocument } from '../policy/validate.ts';
import { YAML_BYTES_MAX } from '../yaml/prescan.ts';
import { readYaml } from '../yaml/read.ts';

export interface PolicyDirectories {
  /** Policies that come with the product; undefined with `defaults: false`. */
  readonly shipped: string | undefined;
  readonly operator: string | undefined;
}

export interface PolicyLoad {
  readonly bundle: PolicyBundle;
  /** The first fault of each document. With any fault the bundle must not become live. */
  readonly faults: readonly DocumentFault[];
  readonly files: number;
}

const FILES_MAX = 10_000;

export function loadDirectories({ shipped, operator }: PolicyDirectories): PolicyLoad {
  const own = readLayer(shipped, true);
  const others = readLayer(operator, false);
  const { bundle, faults } = bundleOf(own.documents, others.documents);
  return { bundle, faults: [...own.faults, ...others.faults, ...faults], files: own.files + others.files };
}

function readLayer(
  root: string | undefined,
  isShipped: boolean,
): { documents: PolicyDocument[]; faults: DocumentFault[]; files: number } {
  const documents: PolicyDocument[] = [];
  const faults: DocumentFault[] = [];
  if (root === undefined) return { documents, faults, files: 0 };
  const files = policyFiles(root, faults);
  for (const path of files) {
    const file = relative(process.cwd(), path);
    let text: string;
    try {
      // Size first: a file of gigabytes must not be read to find out that it is too large.
      if (statSync(path).size > YAML_BYTES_MAX) {
        faults.push({ file, line: 1, column: 1, message: `the file is larger than ${YAML_BYTES_MAX} bytes; split it` });
        continue;
      }
      text = readFileSync(path, 'utf8');
    } catch (error) {
      faults.push({ file, line: 1, column: 1, message: `cannot be read (${(error as NodeJS.ErrnoException).code})` });
      continue;
    }
    const read = readYaml(text, file);
    faults.push(...read.faults);
    for (const document of read.documents) {
      const validated = validateDocument(document, file, isShipped);
      if ('fault' in validated) faults.push(validated.fault);
      else documents.push(validated.document);
    }
  }
  return { documents, faults, files: files.length };
}

/** `*.yaml` and `*.yml` below a folder, in a stable order; `schema/` holds JSON Schemas and is left out. */
export function policyFiles(root: string, faults: DocumentFault[]): string[] {
  try {
    const files = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && /\.ya?ml$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    if (files.length > FILES_MAX)
      faults.push({ file: root, line: 1, column: 1, message: `more than ${FILES_MAX} policy files` });
    return files.slice(0, FILES_MAX);
  } catch (error) {
    faults.push({
      file: root,
      line: 1,
      column: 1,
      message: `the folder cannot be read (${(error as NodeJS.ErrnoException).code})`,
    });
    return [];
  }
}
