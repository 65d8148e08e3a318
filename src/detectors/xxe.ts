// XML external entities: a document type that defines entities or names a foreign definition, in an XML body or in a value
// that holds XML. Nothing is expanded here; what a backend would expand is what is found.
import { ANGLE } from '../core/characters.ts';
import type { FieldDetector } from '../core/detector.ts';
import { noSettings } from './settings.ts';

const DOCTYPE =
  /^<!DOCTYPE[\s\S]{0,2000}?(?:\[\s*<!ATTLIST\s|<!ENTITY\s+(?:%\s*)?[\w:.-]+\s+(?:SYSTEM|PUBLIC|["'])|\bSYSTEM\s+["'](?!about:|http:\/\/www\.w3\.org)|\bPUBLIC\s+["'][^"']*["']\s+["'](?!https?:\/\/www\.w3\.org))/i;
const DOCTYPES_READ_MAX = 8;

/** Each document type is read by itself, so that many of them cost no more than their number. */
function doctype(text: string): RegExpExecArray | null {
  const lower = text.includes('<!DOCTYPE') ? text : text.replace(/<!doctype/gi, '<!DOCTYPE');
  let at = lower.indexOf('<!DOCTYPE');
  for (let read = 0; at !== -1 && read < DOCTYPES_READ_MAX; read++) {
    const match = DOCTYPE.exec(lower.slice(at, at + 2_400));
    if (match !== null) {
      match.index += at;
      return match;
    }
    at = lower.indexOf('<!DOCTYPE', at + 9);
  }
  return null;
}

/** `<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">` */
function isLocalDefinition(match: string, text: string): boolean {
  return (
    !match.includes('<!ENTITY') &&
    /\bSYSTEM\s+["'](?:urn:|[\w.-]+\.dtd["'])/i.test(text.slice(text.indexOf('<!'), text.indexOf('<!') + 2_400))
  );
}

const INCLUDE = /<xi:include\b[^>]{0,400}\bhref\s*=|xmlns:\w+\s*=\s*["']http:\/\/www\.w3\.org\/2001\/XInclude/i;
const ENTITY = /<!ENTITY\s+(?:%\s*)?[\w:.-]+\s+(?:SYSTEM|PUBLIC|["'][^"']*&)/i;

export const xxe: FieldDetector = {
  kind: 'field',
  id: 'xxe',
  classes: ANGLE,
  settings: noSettings,
  load: () => (field) => {
    const { text } = field;
    if (!text.includes('<!') && !text.includes('<xi:')) return undefined;
    const match = doctype(text) ?? ENTITY.exec(text) ?? INCLUDE.exec(text);
    return match === null
      ? undefined
      : {
          // The document types of configuration files name a definition beside them.
          confidence: isLocalDefinition(match[0], text) ? 0.35 : 0.95,
          ...(isLocalDefinition(match[0], text) ? { severity: 'low' as const } : {}),
          what: 'defines an entity or includes a foreign document',
          matched: text.slice(match.index, match.index + 120),
        };
  },
};
