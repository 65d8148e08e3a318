// One URL of an upstream: its pool of connections, whether it can be used now, and how much it has to do.
import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector, Pool } from 'undici';
import { CircuitBreaker } from './circuit-breaker.ts';
import { joinSmallWrites } from './joined-writes.ts';
import { lastGoodLookup } from './last-good-lookup.ts';
import type { UpstreamSettings } from './settings.ts';

const HEADER_BYTES_MAX = 16 * 1024;
/** Shorter than what servers usually keep (5 s), so that a request seldom meets a connection that is being closed. */
const KEEP_ALIVE_MS = 4_000;
const SAME_ADDRESS_MS = 60_000;

export class UpstreamMember {
  readonly origin: string;
  readonly pool: Pool;
  /** The name certificates are checked against; the Host of a request has no say in it. */
  readonly servername: string;
  readonly tls: buildConnector.BuildOptions;
  /** How the addresses of its name are found. */
  readonly lookup: LookupFunction;
  /** For upgrades: a connection each, and no session of TLS kept. */
  readonly upgradeAgent: http.Agent;
  readonly breaker = new CircuitBreaker();
  /** By the last health checks; true when there are none. */
  isHealthy = true;
  /** Transactions sent to it and not yet answered as a whole. */
  pending = 0;
  readonly #pendingMax: number;

  constructor(url: string, settings: UpstreamSettings) {
    const { protocol, host, hostname } = new URL(url);
    this.origin = `${protocol}//${host}`;
    const { ca, rejectUnauthorized, servername } = settings.tls;
    this.servername = servername ?? hostname.replace(/^\[|\]$/g, '');
    this.#pendingMax = settings.connectionsMax + (settings.waitingMax ?? settings.connectionsMax);
    this.tls = { rejectUnauthorized, ...(ca === undefined ? {} : { ca: readFileSync(ca) }) };
    this.lookup = lastGoodLookup(settings.lookup);
    const { lookup } = this;
    this.upgradeAgent =
      protocol === 'https:' ? new https.Agent({ lookup, maxCachedSessions: 0 }) : new http.Agent({ lookup });
    const connect = buildConnector({ ...this.tls, lookup, allowH2: false, timeout: settings.connectTimeoutMs });
    // RFC 6066 §3: an address is no server name.
    const name = isIP(this.servername) === 0 ? { servername: this.servername } : undefined;
    this.pool = new Pool(this.origin, {
      connections: settings.connectionsMax,
      // A second request behind an unanswered one is a smuggling gadget; RFC 9112 §9.3.2 allows it, we do not use it.
      pipelining: 1,
      allowH2: false,
      strictContentLength: true,
      maxHeaderSize: HEADER_BYTES_MAX,
      // The relay is timed together with its transaction; undici's own timers cost an object per request and change.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // A name may stand for other addresses by now; those of a busy upstream would never be left.
      ...(isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? { clientTtl: SAME_ADDRESS_MS } : {}),
      connect: (options, callback) => {
        const given = name === undefined ? omitName(options) : { ...options, ...name };
        connect(given, (...[error, socket]) => {
          if (error !== null) {
            callback(error, null);
            return;
          }
          joinSmallWrites(socket);
          callback(null, socket);
        });
      },
    });
  }

  isUsable(now: number): boolean {
    return this.isHealthy && this.pending < this.#pendingMax && this.breaker.lets(now);
  }
}

function omitName(options: buildConnector.Options): buildConnector.Options {
  const { servername: _, ...others } = options;
  return others as buildConnector.Options;
}
