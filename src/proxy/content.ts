// Undoes the content-encoding of a held body: small ones at once, larger ones off the event loop, both within the same bound.
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { Fault } from '../core/fault.ts';
import type { Limits } from '../core/limits.ts';
import { headerValue } from '../core/transaction.ts';
import {
  type ContentEncoding,
  decodeContent,
  decodedBytesMax,
  parseContentEncoding,
} from '../decoding/content-encoding.ts';
import { codeOf } from './faults.ts';

const SYNC_BYTES_MAX = 64 * 1024;
/** Brotli can grow 600,000-fold: at once only what cannot become large. */
const SYNC_DECODED_BYTES_MAX = 2 * 1024 * 1024;

const gunzip = promisify(zlib.gunzip);
const inflate = promisify(zlib.inflate);
const inflateRaw = promisify(zlib.inflateRaw);
const brotli = promisify(zlib.brotliDecompress);

/**
 * The decoded body, the same Buffer when it was not encoded, or the Fault that decoding met. A promise only for those too
 * large to be decoded at once.
 */
export function decodedContent(
  received: Buffer,
  rawHeaders: readonly string[],
  bodyBytesMax: number,
  limits: Limits,
): Buffer | Fault | Promise<Buffer | Fault> {
  const value = headerValue(rawHeaders, 'content-encoding');
  if (value === undefined || received.length === 0) return received;
  try {
    const encodings = parseContentEncoding(value, limits);
    if (encodings.length === 0) return received;
    const isSmall =
      received.length <= SYNC_BYTES_MAX &&
      decodedBytesMax(received.length, bodyBytesMax, limits) <= SYNC_DECODED_BYTES_MAX;
    if (isSmall || encodings.includes('zstd')) return decodeContent(received, encodings, bodyBytesMax, limits);
    return decodeInThePool(received, encodings, decodedBytesMax(received.length, bodyBytesMax, limits));
  } catch (error) {
    return contentFault(error);
  }
}

async function decodeInThePool(
  received: Buffer,
  encodings: readonly ContentEncoding[],
  maxOutputLength: number,
): Promise<Buffer | Fault> {
  try {
    let decoded = received;
    for (const encoding of encodings.toReversed()) decoded = await decodeOne(decoded, encoding, maxOutputLength);
    return decoded;
  } catch (error) {
    return contentFault(error);
  }
}

function decodeOne(bytes: Buffer, encoding: ContentEncoding, maxOutputLength: number): Promise<Buffer> {
  if (encoding === 'br') return brotli(bytes, { maxOutputLength });
  if (encoding === 'gzip') return gunzip(bytes, { maxOutputLength });
  return (bytes[0]! & 0x0f) === 8 ? inflate(bytes, { maxOutputLength }) : inflateRaw(bytes, { maxOutputLength });
}

function contentFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  return codeOf(error) === 'ERR_BUFFER_TOO_LARGE'
    ? new Fault('DECOMPRESSION_LIMIT', 'client', 413)
    : new Fault('CONTENT_ENCODING_INVALID', 'client', 400);
}
