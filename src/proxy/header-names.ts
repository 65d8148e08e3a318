// Header names that mean something to this hop, in either direction.

/** Names that a Connection line makes hop-by-hop, in lower case; undefined when there are none worth a look. */
export function connectionNames(rawHeaders: readonly string[]): ReadonlySet<string> | undefined {
  let names: Set<string> | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const raw = rawHeaders[i]!;
    if (raw.length !== 10 || raw.toLowerCase() !== 'connection') continue;
    const value = rawHeaders[i + 1]!;
    if (value === 'keep-alive' || value === 'close') continue;
    names ??= new Set();
    for (const part of value.split(',')) names.add(part.trim().toLowerCase());
  }
  return names;
}

/** Ours to write: a copy from a client or from an upstream is a forgery. `name` in lower case. */
export function isSallyportName(name: string): boolean {
  return name.charCodeAt(0) === 0x78 && name.startsWith('x-sallyport-');
}

const NAMES_KEPT_MAX = 1_024;
const NAME_CHARS_KEPT_MAX = 64;

/** What follows from a header name, remembered by the spelling received; one look-up instead of several in lower case. */
export class NamesSeen<T> {
  readonly #seen = new Map<string, T>();
  readonly #judge: (name: string) => T;

  /** `judge` takes the name in lower case. */
  constructor(judge: (name: string) => T) {
    this.#judge = judge;
  }

  of(raw: string): T {
    const known = this.#seen.get(raw);
    if (known !== undefined) return known;
    const judged = this.#judge(raw.toLowerCase());
    if (this.#seen.size < NAMES_KEPT_MAX && raw.length <= NAME_CHARS_KEPT_MAX) this.#seen.set(raw, judged);
    return judged;
  }
}
