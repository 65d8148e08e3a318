// `leave it at the door, please; ring once`: a semicolon of a sentence, told without a single pattern.
import { IS_COMMAND } from './commands.ts';

const SPACE = 0x20;
const COMMA = 0x2c;
const DOT = 0x2e;
const LETTER_A = 0x61;
const LETTER_Z = 0x7a;
const WORD_LETTERS_MIN = 2;
const WORD_LETTERS_MAX = 20;

/** What is left of the names of sensitive files without slashes, together with `system32`. */
const FILE_NAME = /\.ini/i;

/** Behind every semicolon but a last one stand one space and a plain word that is no command. */
export function areClauses(text: string): boolean {
  for (let at = text.indexOf(';'); at !== -1; at = text.indexOf(';', at + 1)) {
    if (at === 0) return false;
    if (at === text.length - 1) break;
    if (text.charCodeAt(at + 1) !== SPACE) return false;
    const start = at + 2;
    let end = start;
    for (let code = text.charCodeAt(end); code >= LETTER_A && code <= LETTER_Z; code = text.charCodeAt(++end));
    const letters = end - start;
    if (letters < WORD_LETTERS_MIN || letters > WORD_LETTERS_MAX) return false;
    const behind = text.charCodeAt(end);
    if (end < text.length && behind !== SPACE && behind !== COMMA && behind !== DOT) return false;
    if (IS_COMMAND.test(text.slice(start, end))) return false;
  }
  return !text.includes('32') && !(text.includes('.') && FILE_NAME.test(text));
}
