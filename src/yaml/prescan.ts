// A linear look at a YAML text before the parser sees it. The parser's recursion can exhaust the stack of the process on a
// two-kilobyte file of nested brackets, which no try/catch survives; so depth, size and aliases are bounded here first.
// Invariant: it may refuse odd but valid YAML; it never lets through nesting deeper than the bound.
import type { DocumentFault } from '../core/document.ts';

export const YAML_BYTES_MAX = 1024 * 1024;
export const YAML_DEPTH_MAX = 32;
export const YAML_ALIASES_MAX = 50;
export const YAML_DOCUMENTS_MAX = 2_000;

/** The first reason not to parse this text, or undefined. */
export function prescan(text: string, file: string): DocumentFault | undefined {
  const fault = (line: number, column: number, message: string): DocumentFault => ({ file, line, column, message });
  if (Buffer.byteLength(text) > YAML_BYTES_MAX)
    return fault(1, 1, `the file is larger than ${YAML_BYTES_MAX} bytes; split it`);
  let aliases = 0;
  let documents = 1;
  let brackets = 0;
  const indents: number[] = [];
  let lineNumber = 0;
  for (const line of text.split('\n')) {
    lineNumber += 1;
    if (line.startsWith('---')) {
      documents += 1;
      brackets = 0;
      indents.length = 0;
      if (documents > YAML_DOCUMENTS_MAX)
        return fault(lineNumber, 1, `more than ${YAML_DOCUMENTS_MAX} documents in one file`);
    }
    const content = line.search(/[^ ]/);
    if (content === -1) continue;
    if (line[content] === '\t') return fault(lineNumber, content + 1, 'indent with spaces; YAML does not allow tabs');
    while (indents.length > 0 && indents.at(-1)! >= content) indents.pop();
    indents.push(content);
    // `- - - x` opens a level with every dash, `? ` with every question mark.
    const compact = /^(?:[-?:] +)+/.exec(line.slice(content))?.[0].split(' ').filter(Boolean).length ?? 0;
    for (let i = content; i < line.length; i++) {
      const c = line[i];
      if (c === '[' || c === '{') brackets += 1;
      else if ((c === ']' || c === '}') && brackets > 0) brackets -= 1;
      else if (c === '*' && /[\s,[{:-]/.test(line[i - 1] ?? ' ') && /[\w-]/.test(line[i + 1] ?? ' ')) aliases += 1;
      if (brackets > YAML_DEPTH_MAX) return fault(lineNumber, i + 1, `nested deeper than ${YAML_DEPTH_MAX} levels`);
    }
    if (indents.length + compact + brackets > YAML_DEPTH_MAX) {
      return fault(lineNumber, content + 1, `nested deeper than ${YAML_DEPTH_MAX} levels`);
    }
    if (aliases > YAML_ALIASES_MAX)
      return fault(lineNumber, 1, `more than ${YAML_ALIASES_MAX} aliases; write the values out`);
    // Brackets in text and regular expressions need not be balanced: outside flow collections a line ends their effect.
    if (!/[[{,]\s*(?:#.*)?$/.test(line) && brackets > 0 && !isInsideFlow(line)) brackets = 0;
  }
  return undefined;
}

/** A line that goes on with a flow collection begins with an item or a closing bracket, and has no `key: text` outside. */
function isInsideFlow(line: string): boolean {
  return /^\s*[[{\]}",'\w-][^#]*$/.test(line) && !/^\s*[\w.-]+:\s+[^[{]/.test(line);
}
