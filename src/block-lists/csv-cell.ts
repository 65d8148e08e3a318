// One cell of CSV (RFC 4180 §2). Text that a spreadsheet would run as a formula begins with an apostrophe instead.

const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

export function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
