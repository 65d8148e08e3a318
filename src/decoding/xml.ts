// XML bodies through saxes, which expands no entity and fetches nothing. Text and attributes become fields.
import { SaxesParser } from 'saxes';
import { classesOf } from '../core/characters.ts';
import { Fault } from '../core/fault.ts';
import { childPointer, type FieldSink } from '../core/field.ts';
import type { Limits } from '../core/limits.ts';

/** @throws Fault 400 when it is not well-formed, too deep or too large */
export function decodeXml(text: string, limits: Pick<Limits, 'xmlDepthMax' | 'xmlNodesMax'>, sink: FieldSink): void {
  const parser = new SaxesParser({ xmlns: false, fragment: false, position: false });
  const open: { name: string; pointer: string; text: string; children: Map<string, number> }[] = [];
  const roots = new Map<string, number>();
  let nodes = 0;
  const count = (): void => {
    nodes += 1;
    if (nodes > limits.xmlNodesMax) throw new Fault('XML_TOO_LARGE', 'client', 400);
  };
  parser.on('error', () => {
    throw new Fault('XML_INVALID', 'client', 400);
  });
  // A reader that honours another encoding sees other characters in these bytes than we do.
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && !/^(?:utf-?8|us-ascii|ascii|iso-8859-1|latin1|windows-1252)$/i.test(encoding)) {
      throw new Fault('CHARSET_UNSUPPORTED', 'client', 415);
    }
  });
  parser.on('doctype', (doctype) => emit(sink, '/!DOCTYPE', '!DOCTYPE', `<!DOCTYPE${doctype}>`));
  parser.on('opentag', (tag) => {
    count();
    if (open.length >= limits.xmlDepthMax) throw new Fault('XML_TOO_DEEP', 'client', 400);
    const parent = open.at(-1);
    const siblings = parent?.children ?? roots;
    const earlier = siblings.get(tag.name) ?? 0;
    siblings.set(tag.name, earlier + 1);
    const base = childPointer(parent?.pointer ?? '', tag.name);
    const pointer = earlier === 0 ? base : childPointer(base, earlier);
    open.push({ name: tag.name, pointer, text: '', children: new Map() });
    // What XInclude would fetch is shown as the element it is; its attribute alone would look like any link.
    const included = (tag.attributes as Record<string, string>).href;
    if (/(?:^|:)include$/.test(tag.name) && included !== undefined) {
      emit(sink, pointer, tag.name, `<xi:include href="${included}">`);
    }
    for (const [name, value] of Object.entries(tag.attributes as Record<string, string>)) {
      count();
      emit(sink, childPointer(pointer, `@${name}`), name, value);
    }
  });
  const addText = (part: string): void => {
    const element = open.at(-1);
    if (element !== undefined) element.text += part;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const element = open.pop();
    if (element !== undefined && element.text.trim() !== '') emit(sink, element.pointer, element.name, element.text);
  });
  parser.on('comment', (comment) => emit(sink, `${open.at(-1)?.pointer ?? ''}/#comment`, '#comment', comment));
  parser.on('processinginstruction', (instruction) => {
    emit(sink, '/?', instruction.target, `${instruction.target} ${instruction.body}`);
  });
  parser.write(text).close();
}

function emit(sink: FieldSink, pointer: string, name: string, text: string): void {
  const classes = classesOf(text);
  if ((classes & sink.wanted) === 0) sink.skip();
  else sink.add({ location: 'body', pointer, name, of: 'value', text, classes, decodings: [] });
}
