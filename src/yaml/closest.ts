// The known word a misspelt one was probably meant to be.

const CHARACTERS_MAX = 64;

/** At most a third of its letters differ or changed places with a neighbour; undefined when nothing is that close. */
export function closestTo(written: string, known: readonly string[]): string | undefined {
  if (written.length > CHARACTERS_MAX) return undefined;
  let closest: string | undefined;
  let least = Math.floor(Math.max(3, written.length) / 3) + 1;
  for (const candidate of known) {
    const distance = editDistance(written.toLowerCase(), candidate.toLowerCase().slice(0, CHARACTERS_MAX));
    if (distance < least) {
      least = distance;
      closest = candidate;
    }
  }
  return closest;
}

/** Optimal string alignment: letters put in, left out, replaced, or swapped with the next (G. Navarro 2001, §2). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      let least = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, before[j - 2]! + 1);
      next[j] = least;
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
