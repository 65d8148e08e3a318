// `${NAME}` and `${NAME:-default}` in the configuration's strings become values of environment variables. They stay text: a
// secret of digits is no number. Where the schema wants a number, it also takes the digits of one.

type Expanded = { readonly value: unknown } | { readonly missing: string; readonly path: readonly PropertyKey[] };

export function expandVariables(value: unknown, environment: Readonly<Record<string, string | undefined>>): Expanded {
  return expand(value, environment, []);
}

/** Depth is bounded by the reader of the file. */
function expand(
  value: unknown,
  environment: Readonly<Record<string, string | undefined>>,
  path: readonly PropertyKey[],
): Expanded {
  if (typeof value === 'string') return expandText(value, environment, path);
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const [i, item] of value.entries()) {
      const expanded = expand(item, environment, [...path, i]);
      if ('missing' in expanded) return expanded;
      items.push(expanded.value);
    }
    return { value: items };
  }
  if (typeof value !== 'object' || value === null) return { value };
  const entries: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(value)) {
    const expanded = expand(inner, environment, [...path, key]);
    if ('missing' in expanded) return expanded;
    entries.push([key, expanded.value]);
  }
  return { value: Object.fromEntries(entries) };
}

function expandText(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
  path: readonly PropertyKey[],
): Expanded {
  let missing: string | undefined;
  const value = text.replace(
    /\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g,
    (_, name: string, otherwise: string | undefined) => {
      const found = environment[name] ?? otherwise;
      if (found === undefined) missing ??= name;
      return found ?? '';
    },
  );
  if (missing !== undefined) return { missing, path };
  return { value };
}
