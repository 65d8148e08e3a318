// Undoes Content-Encoding (RFC 9110 §8.4) within bounds: an encoded body may grow only so far, by size and by ratio.
import * as zlib from 'node:zlib';
import { Fault } from '../core/fault.ts';
import type { Limits } from '../core/limits.ts';

export type ContentEncoding = 'gzip' | 'deflate' | 'br' | 'zstd';

// Node has zstd from 22.15 on; the types of 20 do not know it.
const zstdDecompressSync = (zlib as unknown as { zstdDecompressSync?: typeof zlib.brotliDecompressSync })
  .zstdDecompressSync;

/** What this runtime can decode, for Accept-Encoding. */
export const DECODABLE_ENCODINGS: readonly ContentEncoding[] =
  zstdDecompressSync === undefined ? ['gzip', 'deflate', 'br'] : ['gzip', 'deflate', 'br', 'zstd'];

const NONE: readonly ContentEncoding[] = [];

/** In the order they were applied. @throws Fault 415 for an unknown one or too many */
export function parseContentEncoding(
  value: string | undefined,
  limits: Pick<Limits, 'contentEncodingsMax'>,
): readonly ContentEncoding[] {
  if (value === undefined || value === '') return NONE;
  const encodings: ContentEncoding[] = [];
  for (const part of value.split(',')) {
    const name = part.trim().toLowerCase();
    if (name === 'identity' || name === '') continue;
    const encoding = name === 'x-gzip' ? 'gzip' : DECODABLE_ENCODINGS.find((known) => known === name);
    if (encoding === undefined || encodings.length >= limits.contentEncodingsMax) {
      throw new Fault('CONTENT_ENCODING_UNSUPPORTED', 'client', 415);
    }
    encodings.push(encoding);
  }
  return encodings;
}

const RATIO_FREE_BYTES = 64 * 1024;

/** The most a body of `encodedBytes` may decode to. */
export function decodedBytesMax(
  encodedBytes: number,
  bodyBytesMax: number,
  limits: Pick<Limits, 'decompressionRatioMax'>,
): number {
  return Math.min(bodyBytesMax, encodedBytes * limits.decompressionRatioMax + RATIO_FREE_BYTES);
}

/** @throws Fault 413 when it grows over the bound, 400 when it is truncated or not in that encoding */
export function decodeContent(
  bytes: Buffer,
  encodings: readonly ContentEncoding[],
  bodyBytesMax: number,
  limits: Pick<Limits, 'decompressionRatioMax'>,
): Buffer {
  if (bytes.length === 0) return bytes;
  const maxOutputLength = decodedBytesMax(bytes.length, bodyBytesMax, limits);
  let decoded = bytes;
  for (let i = encodings.length - 1; i >= 0; i--) decoded = decodeOne(decoded, encodings[i]!, maxOutputLength);
  return decoded;
}

type Decode = (bytes: Buffer, options: { maxOutputLength: number; info: true }) => unknown;

function decodeOne(bytes: Buffer, encoding: ContentEncoding, maxOutputLength: number): Buffer {
  // The types do not know `info`: it gives the engine beside the bytes, and so how much of the input it took.
  const decode = decoderOf(bytes, encoding) as Decode;
  let result: { buffer: Buffer; engine: { bytesWritten: number } };
  try {
    result = decode(bytes, { maxOutputLength, info: true }) as typeof result;
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw isTooLarge
      ? new Fault('DECOMPRESSION_LIMIT', 'client', 413)
      : new Fault('CONTENT_ENCODING_INVALID', 'client', 400);
  }
  // Bytes behind the end of the stream: some readers drop them, others take them for more of the body.
  if (result.engine.bytesWritten !== bytes.length) throw new Fault('CONTENT_ENCODING_INVALID', 'client', 400);
  return result.buffer;
}

function decoderOf(bytes: Buffer, encoding: ContentEncoding) {
  switch (encoding) {
    case 'gzip':
      return zlib.gunzipSync;
    case 'deflate':
      // RFC 9110 §8.4.1.2 says zlib, but raw deflate is in use; the zlib header's low nibble is always 8.
      return (bytes[0]! & 0x0f) === 8 ? zlib.inflateSync : zlib.inflateRawSync;
    case 'br':
      return zlib.brotliDecompressSync;
    case 'zstd':
      return zstdDecompressSync!;
    default:
      return encoding satisfies never;
  }
}
