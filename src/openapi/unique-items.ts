// `uniqueItems` in linear time: comparing each element with each other takes hours on what fits into one body.

/** Elements are of one JSON value, so their depth is bounded by what was scanned before. */
export function areUnique(items: readonly unknown[]): boolean {
  const seen = new Set<unknown>();
  for (const item of items) {
    // A text and the canonical form of an object must not be taken for each other.
    const key = typeof item === 'object' && item !== null ? `\u0000${canonical(item)}` : item;
    if (seen.has(key)) return false;
    seen.add(key);
  }
  return true;
}

/** JSON with the names of objects in order. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join()}}`;
}
