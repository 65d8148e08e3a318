// One JSON value in one file, replaced whole: written beside, flushed to the disk, renamed. A torn or changed file is noticed
// by its checksum and set aside instead of being believed.
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export function writeDurably(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const text = JSON.stringify(value);
  const beside = `${path}.${process.pid}.new`;
  const file = openSync(beside, 'w', 0o600);
  try {
    writeSync(file, `${checksum(text)}\n${text}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
}

/** Undefined when there is none, or none that can be believed; that one is kept beside as `.damaged`. */
export function readDurably(path: string): unknown {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const end = content.indexOf('\n');
  const text = content.slice(end + 1, -1);
  if (end > 0 && content.slice(0, end) === checksum(text)) return JSON.parse(text);
  renameSync(path, `${path}.damaged`);
  return undefined;
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
