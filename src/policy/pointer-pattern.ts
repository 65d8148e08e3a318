// JSON Pointers in policies: a segment `*` stands for any one token, `**` at the end for everything below.

/** True for a pointer that fits any of the patterns; without patterns, for all. */
export function compilePointers(patterns: readonly string[]): (pointer: string) => boolean {
  if (patterns.length === 0) return () => true;
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const globs = patterns.filter((pattern) => pattern.includes('*')).map((pattern) => pattern.split('/'));
  return (pointer) => {
    if (exact.has(pointer)) return true;
    if (globs.length === 0) return false;
    const tokens = pointer.split('/');
    return globs.some((glob) => isWithin(glob, tokens));
  };
}

function isWithin(glob: readonly string[], tokens: readonly string[]): boolean {
  const isOpen = glob.at(-1) === '**';
  const length = isOpen ? glob.length - 1 : glob.length;
  if (isOpen ? tokens.length < length : tokens.length !== length) return false;
  for (let i = 0; i < length; i++) if (glob[i] !== '*' && glob[i] !== tokens[i]) return false;
  return true;
}
