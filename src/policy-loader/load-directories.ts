// Policy files on disk → one bundle. Reads synchronously: it runs at start and in a child process, never in a worker.
import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
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
    const text = textOf(path);
    if ('objection' in text) {
      faults.push({ file, line: 1, column: 1, message: text.objection });
      continue;
    }
    const read = documentsOf(file, text.text, isShipped);
    documents.push(...read.documents);
    faults.push(...read.faults);
  }
  return { documents, faults, files: files.length };
}

interface ReadFile {
  readonly text: string;
  readonly isShipped: boolean;
  readonly documents: readonly PolicyDocument[];
  readonly faults: readonly DocumentFault[];
}

/** What was read of each file, by its name: a file that has not changed is not read again. At most FILES_MAX a layer. */
const filesRead = new Map<string, ReadFile>();

function documentsOf(file: string, text: string, isShipped: boolean): ReadFile {
  const before = filesRead.get(file);
  if (before !== undefined && before.text === text && before.isShipped === isShipped) return before;
  const { documents: written, faults: unread } = readYaml(text, file);
  const documents: PolicyDocument[] = [];
  const faults = [...unread];
  for (const document of written) {
    const validated = validateDocument(document, file, isShipped);
    if ('fault' in validated) faults.push(validated.fault);
    else documents.push(validated.document);
  }
  const read = { text, isShipped, documents, faults };
  if (filesRead.size >= 2 * FILES_MAX) filesRead.clear();
  filesRead.set(file, read);
  return read;
}

function textOf(path: string): { readonly text: string } | { readonly objection: string } {
  try {
    // Before it is opened: reading a pipe would wait for ever, and gigabytes need not be read to know they are too many.
    const { size, isFile } = kindOf(path);
    if (!isFile) return { objection: 'is not a file' };
    if (size > YAML_BYTES_MAX) return { objection: `the file is larger than ${YAML_BYTES_MAX} bytes; split it` };
    const bytes = readFileSync(path);
    if (!isUtf8(bytes)) return { objection: 'is not UTF-8 text' };
    const text = bytes.toString('utf8');
    // Cut short by an editor or a full disk: an empty file must not take its policies out of force.
    if (text.trim() === '') return { objection: 'the file is empty; delete it, or leave a comment in it' };
    return { text };
  } catch (error) {
    return { objection: `cannot be read (${(error as NodeJS.ErrnoException).code})` };
  }
}

function kindOf(path: string): { size: number; isFile: boolean } {
  const stat = statSync(path);
  return { size: stat.size, isFile: stat.isFile() };
}

/**
 * A folder that lost all its files at once is an unmounted volume or a mistake, not a change of policy. `before` is what is
 * live; the first such folder is the fault.
 */
export function emptiedFolder(directories: PolicyDirectories, before: PolicyBundle): DocumentFault | undefined {
  for (const root of [directories.shipped, directories.operator]) {
    if (root === undefined || policyFiles(root, []).length > 0) continue;
    const below = resolve(root) + sep;
    if (before.documents.some((document) => resolve(document.source.file).startsWith(below))) {
      return {
        file: root,
        line: 1,
        column: 1,
        message: 'every policy file is gone; to go without, restart without the folder',
      };
    }
  }
  return undefined;
}

/**
 * `*.yaml` and `*.yml` below a folder, in a stable order. Names that begin with a dot are left out: editors keep half-written
 * files there, and mounted volumes the versions that the visible links lead to.
 */
export function policyFiles(root: string, faults: DocumentFault[]): string[] {
  try {
    const files = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && /\.ya?ml$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !/(?:^|[\\/])\./.test(relative(root, path)))
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
