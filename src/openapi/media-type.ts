// Media types as documents write them and as messages carry them.

/** `Application/JSON; charset=utf-8` → `application/json`. */
export function plainMediaType(written: string): string {
  return written.split(';', 1)[0]!.trim().toLowerCase();
}

export function isJsonType(mediaType: string): boolean {
  return /[/+]json$/.test(mediaType);
}

/** The most specific entry for a type: itself, its range (`text/*`), everything. */
export function entryFor<E extends { readonly mediaType: string }>(entries: readonly E[], type: string): E | undefined {
  const range = `${type.slice(0, type.indexOf('/') + 1)}*`;
  return (
    entries.find((entry) => entry.mediaType === type) ??
    entries.find((entry) => entry.mediaType === range) ??
    entries.find((entry) => entry.mediaType === '*/*' || entry.mediaType === '*')
  );
}
