// An ioredis client for one server, for a master that sentinels name, or for a cluster, with every default that waits for ever
// replaced: no offline queue, no silent resending, a time limit on commands, connections and silent sockets, and reconnecting
// with jitter so that a thousand nodes do not come back in the same instant.
import { randomInt } from 'node:crypto';
import { Cluster, type ClusterNode, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { SCRIPTS } from './scripts.ts';

export type RedisClient = Redis | Cluster;

export interface RedisAccess {
  readonly place:
    | { readonly kind: 'server'; readonly host: string; readonly port: number; readonly database: number }
    | {
        readonly kind: 'sentinels';
        readonly nodes: readonly HostPort[];
        readonly master: string;
        readonly username: string | undefined;
        readonly password: string | undefined;
      }
    | { readonly kind: 'cluster'; readonly nodes: readonly HostPort[] };
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: RedisTls | undefined;
  readonly commandTimeoutMs: number;
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export interface RedisTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
}

const CONNECT_MS = 1_000;
const RECONNECT_FIRST_MS = 50;
const RECONNECT_MAX_MS = 2_000;
const REDIRECTIONS_MAX = 4;

export function createClient(access: RedisAccess): RedisClient {
  const { place } = access;
  const client =
    place.kind === 'cluster'
      ? new Cluster(place.nodes as ClusterNode[], {
          lazyConnect: true,
          enableOfflineQueue: false,
          clusterRetryStrategy: reconnectMs,
          maxRedirections: REDIRECTIONS_MAX,
          slotsRefreshTimeout: CONNECT_MS,
          redisOptions: optionsOf(access),
        })
      : new Redis({
          ...optionsOf(access),
          ...(place.kind === 'server'
            ? { host: place.host, port: place.port, db: place.database }
            : sentinelsOf(access)),
          retryStrategy: reconnectMs,
          enableOfflineQueue: false,
        });
  for (const [name, lua] of Object.entries(SCRIPTS)) client.defineCommand(`sallyport_${name}`, { lua });
  return client;
}

function optionsOf(access: RedisAccess): Omit<NonNullable<ClusterOptions['redisOptions']>, 'replyMapping'> {
  return {
    lazyConnect: true,
    protocol: 2,
    connectionName: 'sallyport',
    disableClientInfo: true,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: true,
    connectTimeout: CONNECT_MS,
    commandTimeout: access.commandTimeoutMs * 2,
    // A server that hangs: the connection with everything queued on it goes, not only the command.
    socketTimeout: access.commandTimeoutMs * 4,
    keepAlive: 10_000,
    // The first word of a Redis error is its code. A replica after a failover: find the master again.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    ...(access.username === undefined ? {} : { username: access.username }),
    ...(access.password === undefined ? {} : { password: access.password }),
    ...(access.tls === undefined ? {} : { tls: access.tls }),
  };
}

function sentinelsOf({ place, tls }: RedisAccess): Omit<RedisOptions, 'replyMapping'> {
  if (place.kind !== 'sentinels') return {};
  return {
    sentinels: [...place.nodes],
    name: place.master,
    sentinelRetryStrategy: reconnectMs,
    ...(place.username === undefined ? {} : { sentinelUsername: place.username }),
    ...(place.password === undefined ? {} : { sentinelPassword: place.password }),
    ...(tls === undefined ? {} : { enableTLSForSentinelMode: true, sentinelTLS: tls }),
  };
}

/** Full jitter over an exponentially growing time (Brooker, "Exponential backoff and jitter", AWS 2015), never none. */
function reconnectMs(attempt: number): number {
  const most = Math.min(RECONNECT_FIRST_MS * 2 ** Math.min(attempt, 10), RECONNECT_MAX_MS);
  return randomInt(Math.ceil(most / 4), most + 1);
}
