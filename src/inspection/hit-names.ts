// Names of the members that sensitive values of a JSON text belong to, read backwards from each value: a few bytes, where its whole
// place would need a second reading of everything in front of it.
// Invariant: of a valid JSON text the names of all members of which a value was given, or undefined when they cannot be told this
// way. Elements of arrays have no name, and one may be made up for them.
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
/** A value further into its string is not looked for. */
const BACK_BYTES_MAX = 1_024;

export function namesBefore(
  json: Buffer,
  hits: readonly { readonly start: number }[],
): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const { start } of hits) {
    const name = nameBefore(json, start);
    if (name === undefined) return undefined;
    names.add(name);
  }
  return names;
}

/** Of the member whose value holds the byte at `start`, where that can be told without reading what is in front of it. */
function nameBefore(json: Buffer, start: number): string | undefined {
  // A number right behind its name, or else the beginning of the string around it.
  let colon = spaceBefore(json, numberBefore(json, start)) - 1;
  if (json[colon] !== COLON || !isNameEnd(json, spaceBefore(json, colon) - 1)) {
    const opening = quoteBefore(json, start);
    if (opening === undefined) return undefined;
    colon = spaceBefore(json, opening) - 1;
    if (json[colon] !== COLON) return undefined;
  }
  const end = spaceBefore(json, colon) - 1;
  if (!isNameEnd(json, end)) return undefined;
  const begin = quoteBefore(json, end);
  if (begin === undefined) return undefined;
  const name = json.toString('utf8', begin + 1, end);
  // Written with escapes, or to be written with escapes in a pointer; or no name, but what stands between two strings.
  return /[\\~/:,[\]{}]/.test(name) ? undefined : name;
}

/** Inside a string every quote is escaped: one that is not begins or ends a string. */
function isNameEnd(json: Buffer, at: number): boolean {
  return json[at] === QUOTE && json[at - 1] !== BACKSLASH;
}

/** The next quote in front of `at` that is not escaped. */
function quoteBefore(json: Buffer, at: number): number | undefined {
  const last = Math.max(0, at - BACK_BYTES_MAX);
  for (let i = at - 1; i >= last; i--) {
    if (json[i] !== QUOTE) continue;
    let backslashes = 0;
    while (json[i - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return i;
  }
  return undefined;
}

/** Where the number that goes on at `at` begins. */
function numberBefore(json: Buffer, at: number): number {
  let i = at;
  for (; i > 0; i--) {
    const c = json[i - 1]!;
    const isDigit = c >= 0x30 && c <= 0x39;
    // `-`, `.`, `+`, `e`, `E`
    if (!isDigit && c !== 0x2d && c !== 0x2e && c !== 0x2b && c !== 0x65 && c !== 0x45) break;
  }
  return i;
}

/** Where the white space that ends in front of `at` begins. */
function spaceBefore(json: Buffer, at: number): number {
  let i = at;
  while (i > 0 && (json[i - 1] === 0x20 || (json[i - 1]! >= 0x09 && json[i - 1]! <= 0x0d))) i--;
  return i;
}
