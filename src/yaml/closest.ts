// The known word a misspelt one was probably meant to be.

/** At most a third of its letters differ (Levenshtein distance); undefined when nothing is that close. */
export function closestTo(written: string, known: readonly string[]): string | undefined {
  let closest: string | undefined;
  let least = Math.floor(Math.max(3, written.length) / 3) + 1;
  for (const candidate of known) {
    const distance = editDistance(written.toLowerCase().slice(0, 64), candidate.toLowerCase().slice(0, 64));
    if (distance < least) {
      least = distance;
      closest = candidate;
    }
  }
  return closest;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}
