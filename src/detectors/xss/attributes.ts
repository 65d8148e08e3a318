// The attributes of a tag as browsers read them, and which of them run script.
import { decodeHtmlEntities } from '../../decoding/html-entities.ts';

/** Words that begin like an event and are none. */
const NO_EVENT =
  /^on(?:set|ion|line|ly|ce|going|board(?:ing|ed)?|site|shore|wards?|looker|tology|demand|premises?|call|hand|ymous|slaught)$/;

const ATTRIBUTES_READ_MAX = 1_000;

export interface Attribute {
  readonly name: string;
  readonly value: string;
}

const ATTRIBUTE =
  /[\s/"'\0]*([^\s/>"'=<\0][^\s/>=\0]{0,60})(?:[\s\0]*=[\s\0]*("[^"]{0,2000}"?|'[^']{0,2000}'?|`[^`]{0,2000}`?|[^\s>]{0,2000}))?/y;

export function isEvent(name: string): boolean {
  const local = name.slice(name.lastIndexOf(':') + 1);
  return /^on[a-z]{3,25}$/.test(local) && !NO_EVENT.test(local);
}

export function readAttributes(text: string, start: number, budget: { characters: number }): Attribute[] {
  const attributes: Attribute[] = [];
  let at = start;
  while (attributes.length < ATTRIBUTES_READ_MAX && budget.characters > 0 && at < text.length && text[at] !== '>') {
    ATTRIBUTE.lastIndex = at;
    const match = ATTRIBUTE.exec(text);
    if (match === null || ATTRIBUTE.lastIndex === at) break;
    budget.characters -= ATTRIBUTE.lastIndex - at;
    at = ATTRIBUTE.lastIndex;
    attributes.push({
      name: match[1]!.toLowerCase().replace(/^[^a-z]+/, ''),
      value: (match[2] ?? '').replace(/^["'`]|["'`]$/g, ''),
    });
  }
  return attributes;
}

export function isScriptUrl(value: string): boolean {
  const plain = decodeHtmlEntities(value.slice(0, 300))
    .replace(/[\u0000-\u0020\u00a0]/g, '')
    .toLowerCase();
  return (
    // A sign that a charset of the page swallows may stand in front.
    /^[^\0-\u007f]?(?:javascript|vbscript|livescript|jscript):/.test(plain) ||
    /^data:(?:text\/html|image\/svg\+xml|text\/xml|application\/(?:xhtml\+)?xml|,|;|text\/javascript)/.test(plain)
  );
}
