// What a file is, from its first bytes; its name only decides where the bytes leave it open.
import { GOREPLAY_HEAD } from './formats/goreplay.ts';
import { ZAP_SEPARATOR } from './formats/zap.ts';

export type Format =
  /** One JSON value a line. */
  | { readonly kind: 'lines' }
  /** Elements of an array, or, without a path, values one after the other. */
  | { readonly kind: 'elements'; readonly path: readonly string[] | undefined }
  | { readonly kind: 'burp' }
  | { readonly kind: 'goreplay' }
  | { readonly kind: 'zap' }
  | { readonly kind: 'capture' };

export const SNIFFED_BYTES = 64 * 1024;

export function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

const CAPTURES = new Set([0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1, 0x0a0d0d0a]);

/** `head`: the first bytes, without gzip. Undefined when it is nothing known. */
export function formatOf(head: Buffer, name: string): Format | undefined {
  if (head.length >= 4 && CAPTURES.has(head.readUInt32BE(0))) return { kind: 'capture' };
  const text = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (text === '') return { kind: 'lines' };
  const lines = text.split(/\r?\n/);
  if (/^(?:<\?xml|<!DOCTYPE items|<items)/i.test(text)) return text.includes('<items') ? { kind: 'burp' } : undefined;
  if (GOREPLAY_HEAD.test(lines[0]!)) return { kind: 'goreplay' };
  if (ZAP_SEPARATOR.test(lines[0]!)) return { kind: 'zap' };
  if (/\.(?:ndjson|jsonl)(?:\.gz)?$/i.test(name)) return { kind: 'lines' };
  if (/^\{\s*"log"\s*:/.test(text) || /\.har(?:\.gz)?$/i.test(name))
    return { kind: 'elements', path: ['log', 'entries'] };
  if (/^\{\s*"messages"\s*:\s*\[/.test(text)) return { kind: 'elements', path: ['messages'] };
  if (text.startsWith('[')) return { kind: 'elements', path: [] };
  // Pretty-printed values have no line that is one; a single broken line does not make a file another format.
  if (lines.slice(0, 20).some(isObject) || lines.length === 1) return { kind: 'lines' };
  if (/"log"\s*:\s*\{/.test(text)) return { kind: 'elements', path: ['log', 'entries'] };
  return text.startsWith('{') ? { kind: 'elements', path: undefined } : { kind: 'lines' };
}

function isObject(line: string): boolean {
  if (!line.startsWith('{')) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
