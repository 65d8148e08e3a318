// Recorded transactions from files: NDJSON, one transaction a line, and HAR 1.2. Malformed entries are named, not fatal.
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { RecordedMessage, RecordedTransaction } from '../core/recorded-transaction.ts';

export type RecordedEntry =
  | { readonly transaction: RecordedTransaction }
  | { readonly malformed: string; readonly line: number };

type Loose = { readonly [key: string]: unknown } | undefined;

export async function* readTransactions(file: string): AsyncGenerator<RecordedEntry> {
  if (/\.har$/i.test(file)) {
    yield* readHar(await readFile(file, 'utf8'));
    return;
  }
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (text.trim() === '') continue;
    try {
      const value = JSON.parse(text) as Loose;
      if (line === 1 && typeof value?.log === 'object') {
        yield* readHar(text);
        continue;
      }
      yield { transaction: fromLine(value) };
    } catch (error) {
      yield { malformed: (error as Error).message, line };
    }
  }
}

/** One NDJSON transaction. @throws Error with what is missing */
export function fromLine(value: Loose): RecordedTransaction {
  const request = value?.request as Loose;
  const response = value?.response as Loose;
  const client = value?.client as Loose;
  const method = request?.method;
  const url = request?.url;
  if (typeof method !== 'string' || typeof url !== 'string')
    throw new Error('a transaction has request.method and request.url');
  const at = typeof value?.ts === 'number' ? value.ts : Date.parse(String(value?.ts ?? ''));
  return {
    at: Number.isNaN(at) ? 0 : at,
    clientAddress: typeof client?.ip === 'string' ? client.ip : '0.0.0.0',
    request: { method, url, ...messageOf(request) },
    response:
      response === undefined || response === null
        ? undefined
        : { status: Number(response.status ?? 0), ...messageOf(response) },
  };
}

function messageOf(message: Loose): RecordedMessage {
  const rawHeaders: string[] = [];
  for (const [name, value] of Object.entries((message?.headers ?? {}) as Record<string, unknown>)) {
    for (const one of Array.isArray(value) ? value : [value]) rawHeaders.push(name, String(one));
  }
  const body = message?.body;
  const isBase64 = message?.bodyEncoding === 'base64';
  if (body === undefined || body === null) return { rawHeaders, body: Buffer.alloc(0), isDecoded: true };
  if (typeof body === 'string')
    return { rawHeaders, body: Buffer.from(body, isBase64 ? 'base64' : 'utf8'), isDecoded: !isBase64 };
  return { rawHeaders, body: Buffer.from(JSON.stringify(body)), isDecoded: true };
}

function* readHar(text: string): Generator<RecordedEntry> {
  let entries: unknown;
  try {
    entries = (JSON.parse(text) as { log?: { entries?: unknown } }).log?.entries;
  } catch (error) {
    yield { malformed: `not a HAR file: ${(error as Error).message}`, line: 1 };
    return;
  }
  if (!Array.isArray(entries)) {
    yield { malformed: 'a HAR file has log.entries', line: 1 };
    return;
  }
  for (const [i, entry] of (entries as Loose[]).entries()) {
    try {
      yield { transaction: fromHar(entry) };
    } catch (error) {
      yield { malformed: `entry ${i}: ${(error as Error).message}`, line: 1 };
    }
  }
}

/** HAR bodies are recorded after their content-encoding was undone. */
function fromHar(entry: Loose): RecordedTransaction {
  const request = entry?.request as Loose;
  const response = entry?.response as Loose;
  const content = response?.content as Loose;
  const postData = request?.postData as Loose;
  if (typeof request?.method !== 'string' || typeof request.url !== 'string')
    throw new Error('a request has method and url');
  const started = Date.parse(String(entry?.startedDateTime ?? ''));
  const isBase64 = content?.encoding === 'base64';
  return {
    at: Number.isNaN(started) ? 0 : started,
    clientAddress: typeof entry?.clientIPAddress === 'string' ? entry.clientIPAddress : '0.0.0.0',
    request: {
      method: request.method,
      url: request.url,
      rawHeaders: harHeaders(request),
      body: Buffer.from(String(postData?.text ?? '')),
      isDecoded: true,
    },
    response: {
      status: Number(response?.status ?? 0),
      rawHeaders: harHeaders(response),
      body: Buffer.from(String(content?.text ?? ''), isBase64 ? 'base64' : 'utf8'),
      isDecoded: true,
    },
  };
}

function harHeaders(message: Loose): string[] {
  const headers = message?.headers;
  return Array.isArray(headers)
    ? (headers as { name?: unknown; value?: unknown }[]).flatMap(({ name, value }) => [String(name), String(value)])
    : [];
}
