// What a path segment says by its own text: an identifier, or a word that is always meant literally.
import { formatOf } from '../../core/text-format.ts';

const LITERAL_CHARS_MAX = 64;
const VERSION = /^v\d{1,3}(?:\.\d{1,3}){0,2}$|^\d{4}-\d{2}(?:-\d{2})?-?(?:preview|beta)$/i;
const FILE_NAME = /^[\w.-]{1,60}\.[a-z][a-z0-9]{0,7}$/i;
const SELF = new Set(['me', 'self', 'current', 'mine', 'latest', 'new', 'search', 'graphql', 'api']);

/** Why a segment is a parameter by itself (`numeric`, `uuid`, `text`, …), or undefined for a word. */
export function parameterClass(segment: string): string | undefined {
  if (segment !== last.segment) {
    last.class = computedClass(segment);
    last.segment = segment;
  }
  return last.class;
}

/** One transaction asks several times of the same one. */
const last: { segment: string; class: string | undefined } = { segment: '', class: undefined };

function computedClass(segment: string): string | undefined {
  if (isAlwaysLiteral(segment)) return undefined;
  if (segment.includes('**')) return 'masked';
  const format = formatOf(segment);
  if (format !== undefined && format !== 'uri') return format;
  // Too long for a word, or with characters that no route has.
  return segment.length > LITERAL_CHARS_MAX || /[^\w.~@:+,;=!$'()*-]/.test(segment) ? 'text' : undefined;
}

/** `me`, versions and file names are never merged with their siblings. */
export function isAlwaysLiteral(segment: string): boolean {
  return SELF.has(segment) || VERSION.test(segment) || (FILE_NAME.test(segment) && !segment.includes('@'));
}
