// Where the key sets are that verify tokens, of those that are not files.
import type { Configuration } from '../configuration/load.ts';
import { isUrl } from '../configuration/relative-paths.ts';

export function keySetUrls({ identity }: Configuration): string[] {
  const urls = (identity.actors ?? []).flatMap((source) =>
    'jwt' in source && source.jwt.jwks !== undefined && isUrl(source.jwt.jwks) ? [source.jwt.jwks] : [],
  );
  return [...new Set(urls)];
}
