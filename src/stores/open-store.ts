// From settings to a store. A Redis that cannot be reached does not fail: the store opens down and comes up by itself. A file
// that cannot be used at all does, with a Fault that says why.
import { readFileSync } from 'node:fs';
import type { WrittenStore } from '../configuration/schema.ts';
import { Fault } from '../core/fault.ts';
import type { Store } from '../core/store.ts';
import { EmbeddedStore } from './embedded/embedded-store.ts';
import type { StoreLog } from './log.ts';
import type { HostPort, RedisAccess, RedisTls } from './redis/client.ts';
import { RedisStore } from './redis/redis-store.ts';

export interface StoreSurroundings {
  readonly dataFolder: string;
  readonly log: StoreLog;
}

export function openStore(settings: WrittenStore, { dataFolder, log }: StoreSurroundings): Store {
  switch (settings.kind) {
    case 'embedded':
      return new EmbeddedStore({ folder: dataFolder, fileBytesMax: settings.fileBytesMax, log });
    case 'redis':
      return new RedisStore({ access: accessOf(settings), keyPrefix: settings.keyPrefix, log });
    default:
      return settings satisfies never;
  }
}

type WrittenRedis = Extract<WrittenStore, { kind: 'redis' }>;

export function accessOf(settings: WrittenRedis): RedisAccess {
  const password = settings.passwordFile === undefined ? settings.password : { file: settings.passwordFile };
  return {
    place: placeOf(settings),
    username: settings.username,
    password: secretOf(password),
    tls: tlsOf(settings),
    commandTimeoutMs: settings.commandTimeout,
  };
}

function placeOf({ url, sentinels, cluster }: WrittenRedis): RedisAccess['place'] {
  if (cluster !== undefined) return { kind: 'cluster', nodes: cluster.map(hostPortOf) };
  if (sentinels !== undefined) {
    const { nodes, master, username, password } = sentinels;
    return { kind: 'sentinels', nodes: nodes.map(hostPortOf), master, username, password: secretOf(password) };
  }
  const { hostname, port, pathname } = new URL(url ?? 'redis://127.0.0.1:6379');
  const database = Number(pathname.slice(1)) || 0;
  return { kind: 'server', host: withoutBrackets(hostname), port: Number(port) || 6_379, database };
}

function tlsOf({ url, tls }: WrittenRedis): RedisTls | undefined {
  if (tls === undefined) return url?.startsWith('rediss:') ? { rejectUnauthorized: true } : undefined;
  return {
    rejectUnauthorized: tls.rejectUnauthorized,
    ...(tls.ca === undefined ? {} : { ca: contentOf(tls.ca) }),
    ...(tls.cert === undefined ? {} : { cert: contentOf(tls.cert) }),
    ...(tls.key === undefined ? {} : { key: contentOf(tls.key) }),
    ...(tls.servername === undefined ? {} : { servername: tls.servername }),
  };
}

function secretOf(secret: string | { readonly file: string } | undefined): string | undefined {
  return typeof secret === 'object' ? contentOf(secret.file).replace(/\r?\n$/, '') : secret;
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Fault('STORE_FILE', 'gateway', 500, `cannot read ${file}: ${(error as Error).message}`);
  }
}

function hostPortOf(text: string): HostPort {
  const colon = text.lastIndexOf(':');
  return { host: withoutBrackets(text.slice(0, colon)), port: Number(text.slice(colon + 1)) };
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
