// XML external entities: a document type that defines entities or names a foreign definition, in an XML body or in a value
// that holds XML. Nothing is expanded here; what a backend would expand is what is found.
import { ANGLE } from '../core/characters.ts';
import type { FieldDetector } from '../core/detector.ts';
import { isDocument } from './prose.ts';
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

/** Those who publish document types that files of programs name in earnest. */
const PUBLISHERS =
  'w3\\.org|freedesktop\\.org|gnome\\.org|kde\\.org|apple\\.com|oasis-open\\.org|docbook\\.org|hibernate\\.(?:org|sourceforge\\.net)|springframework\\.org|mybatis\\.org|ibatis\\.apache\\.org|(?:struts\\.|tiles\\.|logging\\.|ant\\.|maven\\.)?apache\\.org|java\\.sun\\.com|sun\\.com|oracle\\.com|eclipse\\.org|netbeans\\.org|jboss\\.org|jetty\\.org|mortbay\\.org|checkstyle\\.org|puppycrawl\\.com|testng\\.org|opensymphony\\.com|xmlsoap\\.org|docutils\\.sourceforge\\.net|google\\.com|mozilla\\.org|openoffice\\.org|debian\\.org|bestpractical\\.com|jpeg\\.org|wapforum\\.org|inkscape\\.org|aptana\\.com';
/**
 * `SYSTEM "fonts.dtd"` beside the file, `SYSTEM "urn:…"`, or a public identifier (ISO 8879) with its publisher's address: the
 * document types of configuration files, drawings and pages. Nothing is fetched from a place of the sender's choice.
 */
const NAMED = new RegExp(
  `\\bSYSTEM\\s+["'](?:urn:|(?:\\.\\./){0,3}[\\w.-]+(?:/[\\w.-]+)?\\.(?:dtd|mod)["'])|\\b(?:PUBLIC\\s+["'](?:[-+]//|urn:|ISO )[^"']{0,200}["']\\s*|SYSTEM\\s+)["'](?:https?://(?:[\\w-]{1,40}\\.){0,3}(?:${PUBLISHERS})/[\\w./~#+-]{0,200}|(?:\\.\\./){0,3}[\\w.-]+\\.dtd|file:///usr/(?:local/)?(?:share|lib)/[\\w./-]{1,200}\\.dtd)["']`,
  'i',
);

function isNamedDefinition(match: RegExpExecArray, text: string): boolean {
  // What stands in brackets behind the name belongs to the document type as well.
  const type = text.slice(match.index, match.index + 4_000);
  const hasInside = /^[^>]{0,1000}\[/.test(type);
  return !/<!(?:ENTITY|ATTLIST)/.test(hasInside ? type : match[0]) && NAMED.test(type.slice(0, match[0].length + 300));
}

/** `<!ENTITY name "text">` in a document type that defines nothing outside itself: abbreviations, not an attack by themselves. */
function isAbbreviation(match: RegExpExecArray, text: string): boolean {
  const close = text.indexOf(']>', match.index);
  if (close === -1 || close - match.index > 4_000) return false;
  const definition = text.slice(match.index, close);
  const entities = definition.split('<!ENTITY').length - 1;
  return (
    entities > 0 &&
    entities <= 40 &&
    text.length > close + 400 &&
    !/<!ENTITY\s+(?:%|[\w:.-]+\s+(?:SYSTEM|PUBLIC)|[\w:.-]+\s+["'][^"']{0,400}[&%])|<!ATTLIST/i.test(definition) &&
    (!/\b(?:SYSTEM|PUBLIC)\b/i.test(definition) || NAMED.test(definition))
  );
}

const INCLUDE = /<xi:include\b[^>]{0,400}\bhref\s*=|xmlns:\w+\s*=\s*["']http:\/\/www\.w3\.org\/2001\/XInclude/i;
/** Parts of a manual that include each other by their place on the machine that builds it. */
const OWN_INCLUDE =
  /^<xi:include\b(?![^>]{0,400}\bparse\s*=)[^>]{0,400}\bhref\s*=\s*["'](?:\/usr\/share\/|\.{0,2}\/)?[\w-][\w./-]{0,200}\.(?:xml|db|xsl|docbook)["']/i;
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
    if (match === null || isNamedDefinition(match, text) || OWN_INCLUDE.test(text.slice(match.index))) return undefined;
    // No parser reads XML behind a text: notes and programs that mention an entity.
    if (!/^\s*</.test(text) && isDocument(text)) return undefined;
    const isTame = isAbbreviation(match, text);
    return {
      confidence: isTame ? 0.45 : 0.95,
      ...(isTame ? { severity: 'low' as const } : {}),
      what: 'defines an entity or includes a foreign document',
      matched: text.slice(match.index, match.index + 120),
    };
  },
};
