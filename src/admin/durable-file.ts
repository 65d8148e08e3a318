// One JSON value in one file, replaced whole: written beside, flushed to the disk, renamed. A torn or changed file is noticed
// by its checksum and set aside instead of being believed; the one before it takes its place.
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

export function writeDurably(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const text = JSON.stringify(value);
  const beside = `${path}.${process.pid}.new`;
  try {
    const file = openSync(beside, 'w', 0o600);
    try {
      // All of it or an error: a single write to a disk that is nearly full may be a part of it, and say so quietly.
      writeFileSync(file, `${checksum(text)}\n${text}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    keepAsPrevious(path);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

const AGAIN_MS = 5_000;

/** A value that stays in force while its file cannot be written, and is written as soon as it can. */
export class DurableFile {
  readonly #path: string;
  readonly #value: () => unknown;
  readonly #onFailure: (code: string) => void;
  #again: NodeJS.Timeout | undefined;

  constructor(path: string, value: () => unknown, onFailure: (code: string) => void) {
    this.#path = path;
    this.#value = value;
    this.#onFailure = onFailure;
  }

  save(): void {
    clearTimeout(this.#again);
    this.#again = undefined;
    try {
      writeDurably(this.#path, this.#value());
    } catch (error) {
      this.#onFailure((error as NodeJS.ErrnoException).code ?? (error as Error).message);
      this.#again = setTimeout(() => this.save(), AGAIN_MS).unref();
    }
  }
}

function keepAsPrevious(path: string): void {
  const previous = previousOf(path);
  rmSync(previous, { force: true });
  if (existsSync(path)) linkSync(path, previous);
}

const previousOf = (path: string): string => `${path}.previous`;

/**
 * Undefined when there is none, or none that can be believed; that one is kept beside as `.damaged`, and what stood there before
 * the last change is read instead.
 */
export function readDurably(path: string): unknown {
  const content = contentOf(path);
  if (content === undefined) return undefined;
  const text = believable(content);
  if (text !== undefined) return JSON.parse(text);
  renameSync(path, `${path}.damaged`);
  const previous = believable(contentOf(previousOf(path)) ?? '');
  return previous === undefined ? undefined : JSON.parse(previous);
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function believable(content: string): string | undefined {
  const end = content.indexOf('\n');
  const text = content.slice(end + 1, -1);
  return end > 0 && content.slice(0, end) === checksum(text) ? text : undefined;
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
