// Headers and bodies in the many shapes that recorders give them.
import { isUtf8 } from 'node:buffer';
import type { RecordedMessage } from '../core/recorded-transaction.ts';
import { headerValue } from '../core/transaction.ts';

export type Loose = { readonly [key: string]: unknown };

export function isLoose(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `{name: value}`, `{name: [values]}`, `[[name, value]]`, `[{name, value}]` and `[{key, value}]` → names and values alternating. */
export function rawHeadersOf(headers: unknown): string[] {
  const raw: string[] = [];
  const add = (name: unknown, value: unknown): void => {
    if (typeof name !== 'string' || name === '' || value === null || value === undefined) return;
    for (const one of Array.isArray(value) ? value : [value]) raw.push(name, typeof one === 'string' ? one : text(one));
  };
  if (Array.isArray(headers)) {
    for (const one of headers) {
      if (Array.isArray(one)) add(one[0], one[1]);
      else if (isLoose(one)) add(one.name ?? one.key, one.value ?? text(one.raw_value ?? one.rawValue));
    }
  } else if (isLoose(headers)) for (const [name, value] of Object.entries(headers)) add(name, value);
  return raw;
}

/** A body as text, base64 or a JSON value. */
export function recordedMessage(rawHeaders: readonly string[], body: unknown, isBase64: boolean): RecordedMessage {
  if (body === undefined || body === null) return { rawHeaders, body: Buffer.alloc(0), isDecoded: true };
  if (typeof body !== 'string') {
    const isTyped = headerValue(rawHeaders, 'content-type') !== undefined;
    return {
      rawHeaders: isTyped ? rawHeaders : [...rawHeaders, 'content-type', 'application/json'],
      body: Buffer.from(JSON.stringify(body)),
      isDecoded: true,
    };
  }
  return messageOfBytes(rawHeaders, Buffer.from(body, isBase64 ? 'base64' : 'utf8'), !isBase64);
}

/** `isText`: the body came as text, so that its content-encoding was undone by whoever wrote it down. */
export function messageOfBytes(rawHeaders: readonly string[], body: Buffer, isText = false): RecordedMessage {
  return { rawHeaders, body, isDecoded: isText || !isEncoded(body, headerValue(rawHeaders, 'content-encoding')) };
}

/** Many recorders undo a content-encoding and leave its header line. */
function isEncoded(body: Buffer, encoding: string | undefined): boolean {
  if (encoding === undefined || body.length === 0) return false;
  const last = encoding.split(',').at(-1)!.trim().toLowerCase();
  if (last === 'gzip' || last === 'x-gzip') return body[0] === 0x1f && body[1] === 0x8b;
  return last !== 'identity' && !isUtf8(body);
}

function text(value: unknown): string {
  return value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The address a proxy names, where the recording itself names no client. */
export function forwardedAddress(rawHeaders: readonly string[]): string | undefined {
  const chain = headerValue(rawHeaders, 'x-forwarded-for')?.split(',')[0]?.trim();
  const address = chain ?? headerValue(rawHeaders, 'x-real-ip')?.trim();
  return address === undefined || !/^[0-9a-fA-F.:]{2,45}$/.test(address) ? undefined : address;
}

export const UNKNOWN_ADDRESS = '0.0.0.0';

/** The last millisecond of the year 9999; a later time is none. */
const TIME_MAX = 253_402_300_799_999;

/** Milliseconds since the epoch of ISO text, seconds or milliseconds; 0 when it is none of them. */
export function timeOf(value: unknown): number {
  const at = writtenTime(value);
  return at <= TIME_MAX ? at : 0;
}

function writtenTime(value: unknown): number {
  if (typeof value === 'number') return Number.isFinite(value) && value > 0 ? milliseconds(value) : 0;
  if (typeof value !== 'string' || value === '') return 0;
  if (/^\d{9,19}(?:\.\d+)?$/.test(value)) return milliseconds(Number(value));
  const at = Date.parse(value);
  return Number.isNaN(at) ? 0 : at;
}

/** Seconds, milliseconds, microseconds and nanoseconds differ by three digits each. */
function milliseconds(value: number): number {
  if (value < 1e11) return Math.round(value * 1_000);
  if (value < 1e14) return Math.round(value);
  return Math.round(value < 1e17 ? value / 1e3 : value / 1e6);
}
