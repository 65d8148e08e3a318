// Paths in a configuration file are meant from where the file is: it can be moved with what it names, and started from anywhere.
import { isAbsolute, join } from 'node:path';
import type { WrittenConfiguration } from './schema.ts';
import type { SinkSettings } from './sink-schema.ts';

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
    ...(written.admin.oidc === undefined
      ? {}
      : {
          admin: {
            ...written.admin,
            oidc: { ...written.admin.oidc, clientSecret: secret(written.admin.oidc.clientSecret) },
          },
        }),
    routeLists: written.routeLists.map(path),
    geoip: { country: optional(written.geoip.country) },
    ingest: {
      ...written.ingest,
      directories: written.ingest.directories.map((one) => ({ ...one, path: path(one.path) })),
    },
    recorder: { ...written.recorder, keyFile: optional(written.recorder.keyFile) },
    store: written.store.kind === 'redis' ? storeFrom(written.store, optional, secret) : written.store,
    routes: written.routes.map((route) => ({
      ...route,
      openapi: route.openapi?.map((one) => ({
        ...one,
        document: isUrl(one.document) ? one.document : path(one.document),
        previous: one.previous.map(path),
        headers: Object.fromEntries(Object.entries(one.headers).map(([name, value]) => [name, secret(value)!])),
      })),
    })),
    upstreams: Object.fromEntries(
      Object.entries(written.upstreams).map(([name, upstream]) => [
        name,
        { ...upstream, tls: { ...upstream.tls, ca: optional(upstream.tls.ca) } },
      ]),
    ),
    sinks: Object.fromEntries(Object.entries(written.sinks).map(([id, sink]) => [id, sinkFrom(sink, path)])),
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

/** Secrets from files, certificates and the path of a file sink. */
function sinkFrom(sink: SinkSettings, path: (one: string) => string): SinkSettings {
  const placed = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    return 'file' in value && typeof value.file === 'string' ? { file: path(value.file) } : value;
  };
  const entries = Object.entries(sink).map(([key, value]): [string, unknown] => {
    if ((key === 'path' || key === 'ca') && typeof value === 'string') return [key, path(value)];
    if (key === 'headers')
      return [key, Object.fromEntries(Object.entries(value as object).map(([name, one]) => [name, placed(one)]))];
    if (key !== 'tls') return [key, placed(value)];
    const { ca, cert, key: privateKey, ...rest } = value as Record<string, string | undefined>;
    const files = Object.entries({ ca, cert, key: privateKey }).flatMap(([name, one]) =>
      one === undefined ? [] : [[name, path(one)] as const],
    );
    return [key, { ...rest, ...Object.fromEntries(files) }];
  });
  return Object.fromEntries(entries) as unknown as SinkSettings;
}

type Redis = Extract<WrittenConfiguration['store'], { kind: 'redis' }>;

function storeFrom(
  store: Redis,
  path: (one: string | undefined) => string | undefined,
  secret: (one: Secret | undefined) => Secret | undefined,
): Redis {
  const { tls, sentinels } = store;
  return {
    ...store,
    password: secret(store.password),
    passwordFile: path(store.passwordFile),
    ...(tls === undefined ? {} : { tls: { ...tls, ca: path(tls.ca), cert: path(tls.cert), key: path(tls.key) } }),
    ...(sentinels === undefined ? {} : { sentinels: { ...sentinels, password: secret(sentinels.password) } }),
  };
}

type Secret = string | { readonly file: string };

export function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text);
}
