// A linear look at a YAML text before it is composed. Composing recurses, and on a two-kilobyte file of nested brackets it
// can exhaust the stack of the process, which no try/catch survives; so depth, size, aliases and documents are bounded here.
// The parser's own lexer and its explicit stack do not recurse: what they count is exactly what composing will walk, so
// that no quoting, comment or indentation can hide a level.
import { CST, Lexer, Parser } from 'yaml';
import type { DocumentFault } from '../core/document.ts';

export const YAML_BYTES_MAX = 1024 * 1024;
export const YAML_DEPTH_MAX = 32;
export const YAML_ALIASES_MAX = 50;
export const YAML_DOCUMENTS_MAX = 2_000;

/** The document around the outermost value, and the scalar that is being read, stand on the parser's stack too. */
const STACK_BESIDES_LEVELS = 2;

/** The first reason not to compose this text, or undefined. */
export function prescan(text: string, file: string): DocumentFault | undefined {
  if (text.length > YAML_BYTES_MAX || Buffer.byteLength(text) > YAML_BYTES_MAX) {
    return { file, line: 1, column: 1, message: `the file is larger than ${YAML_BYTES_MAX} bytes; split it` };
  }
  const parser = new Parser();
  const fault = (message: string): DocumentFault => ({ file, ...placeOf(text, parser.offset), message });
  let aliases = 0;
  let documents = 1;
  for (const lexeme of new Lexer().lex(text)) {
    const type = CST.tokenType(lexeme);
    if (type === 'alias' && ++aliases > YAML_ALIASES_MAX) {
      return fault(`more than ${YAML_ALIASES_MAX} aliases; write the values out`);
    }
    if (type === 'doc-start' && ++documents > YAML_DOCUMENTS_MAX) {
      return fault(`more than ${YAML_DOCUMENTS_MAX} documents in one file; split it`);
    }
    // The tokens themselves are of no interest here, only what is open while they are made.
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > YAML_DEPTH_MAX + STACK_BESIDES_LEVELS) {
      return fault(`nested deeper than ${YAML_DEPTH_MAX} levels`);
    }
  }
  return undefined;
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1;
    start = at + 1;
  }
  return { line, column: Math.max(1, offset - start) };
}
