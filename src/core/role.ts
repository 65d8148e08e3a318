// What a caller may be called by: the words of its role, scope and group claims, or whether it is known at all.

/** Claims whose values are words and not identities. */
export const WORD_CLAIMS = ['role', 'roles', 'scope', 'scp', 'groups', 'permissions'] as const;
const VALUES_PER_CLAIM_MAX = 16;
const WORD_CHARACTERS_MAX = 64;
const WORDS_MAX = 8;

/** Name and word, one by one. */
export function claimWords(claims: Readonly<Record<string, unknown>>): (readonly [name: string, word: string])[] {
  const found: (readonly [string, string])[] = [];
  for (const name of WORD_CLAIMS) {
    const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
    const words = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : [];
    for (const word of words.slice(0, VALUES_PER_CLAIM_MAX)) {
      if (typeof word === 'string' && word !== '') found.push([name, word.slice(0, WORD_CHARACTERS_MAX)]);
    }
  }
  return found;
}

export function roleOfWords(words: readonly (readonly [string, string])[], isAuthenticated: boolean): string {
  if (words.length === 0) return isAuthenticated ? 'authenticated' : 'anonymous';
  return words
    .slice(0, WORDS_MAX)
    .map(([name, word]) => `${name}:${word}`)
    .sort()
    .join(' ');
}
