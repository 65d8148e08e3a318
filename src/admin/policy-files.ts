// The operator's policy files, as the console edits them: a candidate folder is validated whole, in a process of its own, before
// the file takes its place; what was there stays in the history.
// Invariants: one write at a time; never a file outside the folder; a candidate with faults is never written.
import { createHash, randomBytes } from 'node:crypto';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { DocumentFault } from '../core/document.ts';

export interface PolicyDirectories {
  readonly shipped: string | undefined;
  readonly operator: string | undefined;
}

/** Loads both folders elsewhere and says what is wrong. */
export type CheckPolicies = (directories: PolicyDirectories) => Promise<readonly DocumentFault[]>;

export interface PolicyFile {
  readonly layer: 'shipped' | 'operator';
  readonly file: string;
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

export interface PolicyChange {
  readonly id: string;
  readonly at: number;
  readonly by: string;
  readonly file: string;
  /** Undefined where the file did not exist. */
  readonly before: string | undefined;
  /** Undefined where it was deleted. */
  readonly after: string | undefined;
}

export type WriteOutcome =
  | { readonly kind: 'written'; readonly revision: string }
  | { readonly kind: 'faulty'; readonly faults: readonly DocumentFault[] }
  /** Somebody else changed it meanwhile, or it cannot be written. */
  | { readonly kind: 'conflict'; readonly reason: string };

const FILE_NAME = /^(?:[\w-][\w.-]{0,99}\/){0,4}[\w-][\w.-]{0,99}\.ya?ml$/;
const CHANGES_KEPT_MAX = 500;
const LEFT_EMPTY = '# There is nothing in this file for now.\n';

export class PolicyFiles {
  readonly #directories: PolicyDirectories;
  readonly #check: CheckPolicies;
  readonly #history: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(directories: PolicyDirectories, check: CheckPolicies, dataFolder: string) {
    this.#directories = directories;
    this.#check = check;
    this.#history = join(dataFolder, 'policy-history');
  }

  list(): PolicyFile[] {
    return (['operator', 'shipped'] as const).flatMap((layer) => {
      const root = this.#directories[layer];
      if (root === undefined || !existsSync(root)) return [];
      return yamlBelow(root).map((file) => {
        const { size, mtimeMs } = statSync(join(root, file));
        return { layer, file, bytes: size, modifiedAt: Math.round(mtimeMs) };
      });
    });
  }

  /** Where a document stands, from the path its source names. */
  locate(sourceFile: string): Pick<PolicyFile, 'layer' | 'file'> | undefined {
    const path = resolve(sourceFile);
    for (const layer of ['operator', 'shipped'] as const) {
      const root = this.#directories[layer];
      if (root !== undefined && path.startsWith(resolve(root) + sep))
        return { layer, file: relative(resolve(root), path) };
    }
    return undefined;
  }

  read(layer: PolicyFile['layer'], file: string): { readonly text: string; readonly revision: string } | undefined {
    const root = this.#directories[layer];
    if (root === undefined || !FILE_NAME.test(file)) return undefined;
    const text = textIfThere(join(root, file));
    return text === undefined ? undefined : { text, revision: revisionOf(text) };
  }

  /** The faults that this text would have in this place; nothing is written. */
  check(file: string, text: string): Promise<readonly DocumentFault[]> {
    return this.#oneAtATime(() => this.#faultsWith(file, text));
  }

  /** `revision` is that of the text which was edited; undefined for a file that must not exist yet. */
  write(file: string, text: string, revision: string | undefined, by: string): Promise<WriteOutcome> {
    return this.#oneAtATime(() => this.#write(file, text, revision, by));
  }

  /** An edit of whatever the file holds at the moment; `edit` gets an empty text when there is none. */
  change(file: string, edit: (text: string) => string | undefined, by: string): Promise<WriteOutcome> {
    return this.#oneAtATime(async () => {
      const before = this.read('operator', file);
      const text = edit(before?.text ?? '');
      if (text === undefined) return { kind: 'conflict', reason: 'it is not there any more' } as const;
      return this.#write(file, text.trim() === '' ? LEFT_EMPTY : text, before?.revision, by);
    });
  }

  remove(file: string, revision: string, by: string): Promise<WriteOutcome> {
    const root = this.#directories.operator;
    // A folder that lost its last file looks like a volume that is gone, and that is refused.
    const isLast = root !== undefined && yamlBelow(root).length <= 1;
    return this.#oneAtATime(() => this.#write(file, isLast ? LEFT_EMPTY : undefined, revision, by));
  }

  /** Latest first. */
  changes(file: string | undefined, limit: number): Omit<PolicyChange, 'before' | 'after'>[] {
    return this.#changeNames()
      .reverse()
      .flatMap((name) => this.#readChange(name) ?? [])
      .filter((change) => file === undefined || change.file === file)
      .slice(0, limit)
      .map(({ before, after, ...rest }) => rest);
  }

  changeOf(id: string): PolicyChange | undefined {
    return /^[\w-]+$/.test(id) ? this.#readChange(`${id}.json`) : undefined;
  }

  async #write(
    file: string,
    text: string | undefined,
    revision: string | undefined,
    by: string,
  ): Promise<WriteOutcome> {
    const root = this.#directories.operator;
    const objection = root === undefined ? 'there is no folder for policies of yours' : objectionTo(root, file);
    if (root === undefined || objection !== undefined) return { kind: 'conflict', reason: objection! };
    const before = this.read('operator', file);
    if (before?.revision !== revision) {
      const reason = before === undefined ? 'the file is gone' : 'somebody else changed the file meanwhile';
      return { kind: 'conflict', reason: revision === undefined ? 'there is a file of this name' : reason };
    }
    const faults = await this.#faultsWith(file, text);
    if (faults.length > 0) return { kind: 'faulty', faults };
    this.#remember({ id: idNow(), at: Date.now(), by, file, before: before?.text, after: text });
    const path = join(root, file);
    if (text === undefined) rmSync(path);
    else {
      mkdirSync(dirname(path), { recursive: true });
      // Beside it under a name that is not read, then renamed: nobody ever sees half a file.
      const beside = join(dirname(path), `.${randomBytes(6).toString('hex')}.new`);
      writeFileSync(beside, text, { mode: 0o640 });
      renameSync(beside, path);
    }
    return { kind: 'written', revision: text === undefined ? '' : revisionOf(text) };
  }

  async #faultsWith(file: string, text: string | undefined): Promise<readonly DocumentFault[]> {
    if (!FILE_NAME.test(file)) return [{ file, line: 1, column: 1, message: 'a file is named like `name.yaml`' }];
    const { shipped, operator } = this.#directories;
    mkdirSync(this.#history, { recursive: true, mode: 0o700 });
    const candidate = mkdtempSync(join(this.#history, 'candidate-'));
    try {
      if (operator !== undefined && existsSync(operator)) {
        for (const one of yamlBelow(operator)) {
          mkdirSync(dirname(join(candidate, one)), { recursive: true });
          cpSync(join(operator, one), join(candidate, one), { dereference: true });
        }
      }
      const path = join(candidate, file);
      mkdirSync(dirname(path), { recursive: true });
      if (text === undefined) rmSync(path, { force: true });
      else writeFileSync(path, text);
      const faults = await this.#check({ shipped, operator: candidate });
      return faults.map((fault) => ({
        ...fault,
        file: named(fault.file, candidate),
        message: named(fault.message, candidate),
      }));
    } finally {
      rmSync(candidate, { recursive: true, force: true });
    }
  }

  #oneAtATime<T>(run: () => Promise<T>): Promise<T> {
    const next = this.#last.then(run);
    this.#last = next.catch(() => {});
    return next;
  }

  #remember(change: PolicyChange): void {
    mkdirSync(this.#history, { recursive: true, mode: 0o700 });
    writeFileSync(join(this.#history, `${change.id}.json`), JSON.stringify(change), { mode: 0o600 });
    const names = this.#changeNames();
    for (const name of names.slice(0, Math.max(0, names.length - CHANGES_KEPT_MAX)))
      rmSync(join(this.#history, name), { force: true });
  }

  #changeNames(): string[] {
    if (!existsSync(this.#history)) return [];
    return readdirSync(this.#history)
      .filter((name) => name.endsWith('.json'))
      .sort();
  }

  #readChange(name: string): PolicyChange | undefined {
    const text = textIfThere(join(this.#history, name));
    return text === undefined ? undefined : (JSON.parse(text) as PolicyChange);
  }
}

function objectionTo(root: string, file: string): string | undefined {
  if (!FILE_NAME.test(file)) return 'a file is named like `name.yaml`';
  let path = root;
  for (const part of file.split('/')) {
    path = join(path, part);
    // What a link leads to is kept by somebody else, such as a mounted configuration.
    if (existsSync(path) && lstatSync(path).isSymbolicLink()) return 'the file is a link; change what it leads to';
  }
  return undefined;
}

function yamlBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && /\.ya?ml$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !/(?:^|\/)\./.test(path) && existsSync(join(root, path)))
    .sort();
}

/** Messages name the file as people know it, not its copy. */
function named(text: string, candidate: string): string {
  return text.replaceAll(`${relative(process.cwd(), candidate)}/`, '').replaceAll(`${candidate}/`, '');
}

function textIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function revisionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Names sort by time. */
function idNow(): string {
  return `${new Date().toISOString().replace(/\D/g, '')}-${randomBytes(3).toString('hex')}`;
}
