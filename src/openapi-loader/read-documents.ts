// API documents on disk → contracts. Reads synchronously: it runs at start, in checks, and in a child process, never in a worker.
import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import type { ConfiguredDocument } from '../configuration/load.ts';
import type { PreparedContract } from '../core/contract.ts';
import type { DocumentFault } from '../core/document.ts';
import { prepareContract } from '../openapi/prepare.ts';
import { DOCUMENT_BYTES_MAX } from '../openapi/read-text.ts';
import { readRouteList } from '../openapi/route-lists/read-route-list.ts';

export type DocumentRead =
  | { readonly contract: PreparedContract; readonly files: readonly string[] }
  | { readonly fault: DocumentFault }
  /** Only for documents from URLs: what must be fetched yet. */
  | { readonly missing: readonly string[] };

/** Never throws. `texts`: what was fetched; of a document on disk, every file is read here. */
export function readDocument(
  source: ConfiguredDocument,
  fetched: ReadonlyMap<string, string> = new Map(),
): DocumentRead {
  const texts = new Map(fetched);
  while (true) {
    const read = prepareContract(source, texts);
    if (!('missing' in read)) {
      return 'contract' in read ? { contract: read.contract, files: [...texts.keys()] } : read;
    }
    const files = read.missing.filter((file) => !isUrlText(file));
    if (files.length < read.missing.length) return read;
    for (const file of files) {
      const text = textOf(file);
      if (typeof text !== 'string') return { fault: { file, line: 1, column: 1, message: text.objection } };
      texts.set(file, text);
    }
  }
}

/** Never throws. */
export function readRouteListFile(file: string): ReturnType<typeof readRouteList> {
  const text = textOf(file);
  return typeof text === 'string'
    ? readRouteList(text, file)
    : { fault: { file, line: 1, column: 1, message: text.objection } };
}

function textOf(file: string): string | { readonly objection: string } {
  try {
    const stat = statSync(file);
    if (!stat.isFile()) return { objection: 'it is not a file' };
    if (stat.size > DOCUMENT_BYTES_MAX) {
      return { objection: `it is larger than ${DOCUMENT_BYTES_MAX} bytes` };
    }
    const bytes = readFileSync(file);
    return isUtf8(bytes) ? bytes.toString('utf8') : { objection: 'it is not UTF-8 text' };
  } catch (error) {
    return { objection: `it cannot be read (${(error as NodeJS.ErrnoException).code})` };
  }
}

export function isUrlText(text: string): boolean {
  return /^https?:\/\//.test(text);
}
