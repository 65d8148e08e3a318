// Messages as lines of a file: JSON of ours, OCSF, or CSV; rotated before it would grow beyond `bytesMax`: `incidents.ndjson`,
// `incidents.ndjson.1` the one before, and so on up to `filesMax` files.
// Invariant: a batch is in the file whole and on the disk, or not at all.
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { SinkSettingsOf } from '../configuration/sink-schema.ts';
import type { Sink, SinkMessage, SinkOutcome } from '../core/sink.ts';
import { CSV_HEADER, csvLine } from './formats/csv.ts';
import { detectionFinding } from './formats/ocsf.ts';
import { retryLater } from './http/client.ts';

const BATCH_MESSAGES_MAX = 500;

export function fileSink(settings: SinkSettingsOf<'file'>): Sink {
  const deliver = async (messages: readonly SinkMessage[]): Promise<SinkOutcome> => {
    try {
      append(settings, messages.map((message) => `${lineOf(settings.format, message)}\n`).join(''));
      return { kind: 'delivered' };
    } catch (error) {
      return retryLater((error as NodeJS.ErrnoException).code ?? 'FILE_FAULT');
    }
  };
  return {
    batchMessagesMax: BATCH_MESSAGES_MAX,
    deliver,
    check: (test) => deliver([test]),
    close: async () => {},
  };
}

function lineOf(format: SinkSettingsOf<'file'>['format'], message: SinkMessage): string {
  switch (format) {
    case 'ndjson':
      return JSON.stringify(message);
    case 'ocsf':
      return JSON.stringify(detectionFinding(message));
    case 'csv':
      return csvLine(message);
    default:
      return format satisfies never;
  }
}

function append({ path, format, bytesMax, filesMax }: SinkSettingsOf<'file'>, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
  let file = openSync(path, 'a', 0o640);
  try {
    let before = fstatSync(file).size;
    if (before > 0 && before + Buffer.byteLength(text) > bytesMax) {
      closeSync(file);
      rotate(path, filesMax);
      file = openSync(path, 'a', 0o640);
      before = 0;
    }
    const bytes = Buffer.from(format === 'csv' && before === 0 ? `${CSV_HEADER}\n${text}` : text);
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
      fsyncSync(file);
    } catch (error) {
      ftruncateSync(file, before);
      throw error;
    }
  } finally {
    closeSync(file);
  }
}

function rotate(path: string, filesMax: number): void {
  const name = (i: number): string => (i === 0 ? path : `${path}.${i}`);
  rmSync(name(filesMax - 1), { force: true });
  for (let i = filesMax - 2; i >= 0; i--) {
    try {
      renameSync(name(i), name(i + 1));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
