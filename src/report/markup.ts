// HTML and SVG from values. Invariant: text goes in through `escaped`, whoever wrote it: evidence is an attacker's text.

const TEXT_CHARACTERS_MAX = 600;

export function escaped(text: string): string {
  const cut = text.length > TEXT_CHARACTERS_MAX ? `${text.slice(0, TEXT_CHARACTERS_MAX)}…` : text;
  return cut.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`).replace(/\p{C}/gu, '·');
}

/** Text in which a name in backticks is set as code. */
export function prose(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

/** Rows of cells that are markup already. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[], kind = ''): string {
  const head = heads.map((one) => `<th>${escaped(one)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n');
  return `<table class="${kind}"><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table>`;
}
