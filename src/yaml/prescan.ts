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

export interface YamlLimits {
  readonly bytesMax: number;
  readonly depthMax: number;
  readonly aliasesMax: number;
  /** `<<: *defaults`, which YAML 1.2 left out and API documents still use. */
  readonly areMergesRead?: boolean;
}

export const YAML_LIMITS: YamlLimits = {
  bytesMax: YAML_BYTES_MAX,
  depthMax: YAML_DEPTH_MAX,
  aliasesMax: YAML_ALIASES_MAX,
};

/** The document around the outermost value, and the scalar that is being read, stand on the parser's stack too. */
const STACK_BESIDES_LEVELS = 2;

/** The first reason not to compose this text, or undefined. */
export function prescan(text: string, file: string, limits: YamlLimits = YAML_LIMITS): DocumentFault | undefined {
  const { bytesMax, depthMax, aliasesMax } = limits;
  if (text.length > bytesMax || Buffer.byteLength(text) > bytesMax) {
    return { file, line: 1, column: 1, message: `the file is larger than ${bytesMax} bytes; split it` };
  }
  const parser = new Parser();
  const fault = (message: string): DocumentFault => ({ file, ...placeOf(text, parser.offset), message });
  let aliases = 0;
  let documents = 1;
  for (const lexeme of new Lexer().lex(text)) {
    const type = CST.tokenType(lexeme);
    if (type === 'alias' && ++aliases > aliasesMax) {
      return fault(`more than ${aliasesMax} aliases; write the values out`);
    }
    if (type === 'doc-start' && ++documents > YAML_DOCUMENTS_MAX) {
      return fault(`more than ${YAML_DOCUMENTS_MAX} documents in one file; split it`);
    }
    // The tokens themselves are of no interest here, only what is open while they are made.
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > depthMax + STACK_BESIDES_LEVELS) {
      return fault(`nested deeper than ${depthMax} levels`);
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
