// Paths in a configuration file are meant from where the file is: it can be moved with what it names, and started from anywhere.
import { isAbsolute, join } from 'node:path';
import type { WrittenConfiguration } from './schema.ts';

/** Every path of a file resolved against `folder`; URLs and text in place stay as they are. */
export function withPathsFrom(folder: string, written: WrittenConfiguration): WrittenConfiguration {
  const path = (one: string): string => (isAbsolute(one) ? one : join(folder, one));
  const optional = (one: string | undefined): string | undefined => (one === undefined ? undefined : path(one));
  const secret = (one: Secret | undefined): Secret | undefined =>
    typeof one === 'object' ? { file: path(one.file) } : one;
  return {
    ...written,
    ...(written.policies === undefined ? {} : { policies: path(written.policies) }),
    ...(written.data === undefined ? {} : { data: path(written.data) }),
    ...(written.tls === undefined
      ? {}
      : { tls: { ...written.tls, cert: path(written.tls.cert), key: path(written.tls.key) } }),
    geoip: { country: optional(written.geoip.country) },
    routes: written.routes.map((route) => ({ ...route, openapi: optional(route.openapi) })),
    upstreams: Object.fromEntries(
      Object.entries(written.upstreams).map(([name, upstream]) => [
        name,
        { ...upstream, tls: { ...upstream.tls, ca: optional(upstream.tls.ca) } },
      ]),
    ),
    identity: {
      ...written.identity,
      actors: written.identity.actors?.map((source) => {
        if (!('jwt' in source)) return source;
        const { jwt } = source;
        const jwks = jwt.jwks === undefined || isUrl(jwt.jwks) ? jwt.jwks : path(jwt.jwks);
        return { jwt: { ...jwt, jwks, secret: secret(jwt.secret), publicKey: secret(jwt.publicKey) } };
      }),
    },
  };
}

type Secret = string | { readonly file: string };

export function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text);
}
