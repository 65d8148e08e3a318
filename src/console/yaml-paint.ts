// Colours for YAML, line by line: enough to read a policy by, and linear in the text.
export interface Piece {
  readonly text: string;
  readonly look: '' | 'key' | 'comment' | 'string' | 'word';
}

const LINE = /^(\s*(?:- )*)(?:("[^"]*"|'[^']*'|[\w$./*-]+)(:)(?=\s|$))?(.*)$/;

export function paintedLine(line: string): readonly Piece[] {
  if (/^\s*#/.test(line)) return [{ text: line, look: 'comment' }];
  if (/^(?:---|\.\.\.)\s*$/.test(line)) return [{ text: line, look: 'word' }];
  const [, indent = '', key = '', colon = '', rest = ''] = LINE.exec(line) ?? [];
  return [{ text: indent, look: '' }, { text: key + colon, look: 'key' }, ...paintedValue(rest)];
}

const VALUE = /("(?:[^"\\]|\\.)*"?|'[^']*'?)|((?:^|\s)#.*$)|\b(true|false|null)\b|([\w$-]+(?=:\s))/g;

function paintedValue(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(VALUE)) {
    if (match.index > at) pieces.push({ text: text.slice(at, match.index), look: '' });
    const [all, string, comment, word] = match;
    pieces.push({
      text: all,
      look: string !== undefined ? 'string' : comment !== undefined ? 'comment' : word !== undefined ? 'word' : 'key',
    });
    at = match.index + all.length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), look: '' });
  return pieces;
}
