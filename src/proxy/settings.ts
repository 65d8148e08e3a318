// What the data plane is told once: where it listens, which upstreams there are, what it may hold, how slow peers may be.
// Its own shape, so that the sockets do not depend on how people write configuration files.
import type { AskForAddresses } from './last-good-lookup.ts';
import type { PressureSettings } from './pressure.ts';

export interface HealthCheckSettings {
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Good checks in a row that bring a URL back. */
  readonly healthyAfter: number;
  /** Bad checks in a row that take it out. */
  readonly unhealthyAfter: number;
  /** Highest status that counts as good. */
  readonly statusMax: number;
}

export interface UpstreamSettings {
  readonly name: string;
  /** `http://host:port` or `https://host:port`, without path. */
  readonly urls: readonly string[];
  readonly balancing: 'round-robin' | 'least-pending';
  /** Connections to one URL. */
  readonly connectionsMax: number;
  /** Transactions that may wait for a connection to one URL; over it new ones get 503. Default: `connectionsMax`. */
  readonly waitingMax?: number;
  readonly connectTimeoutMs: number;
  readonly tls: {
    /** File with the certificates to trust instead of the system's. */
    readonly ca: string | undefined;
    readonly rejectUnauthorized: boolean;
    readonly servername: string | undefined;
  };
  readonly healthCheck: HealthCheckSettings | undefined;
  /** Who is asked for addresses; the system unless it says otherwise. */
  readonly lookup?: AskForAddresses;
}

/** How slow a client may be. Every bound is a default of RELIABILITY; tests make them short. */
export interface PaceSettings {
  /** How often all transactions are looked at; one timer for all of them. */
  readonly tickMs: number;
  /** Time a body may take before its rate counts. */
  readonly bodyGraceMs: number;
  readonly bodyBytesPerSecondMin: number;
  /** A body that is held for its verdict has to be there by then, or slow clients would own the room for bodies. */
  readonly heldBodyMs: number;
  /** Without a byte taken by the client. */
  readonly writeIdleMs: number;
  /** How long the unread rest of a body is thrown away, so that the client can read the answer before the reset. */
  readonly lingerMs: number;
  readonly headersTimeoutMs: number;
  readonly keepAliveMs: number;
  /** Whole request, 0 for none: body rate and held time bound it anyway, and long uploads are not cut. */
  readonly requestTimeoutMs: number;
  /** WebSockets without a byte in either direction. */
  readonly upgradeIdleMs: number;
  readonly handshakeMs: number;
}

export const DEFAULT_PACE: PaceSettings = {
  tickMs: 250,
  bodyGraceMs: 10_000,
  bodyBytesPerSecondMin: 1_024,
  heldBodyMs: 60_000,
  writeIdleMs: 30_000,
  lingerMs: 2_000,
  headersTimeoutMs: 10_000,
  // Longer than the idle time of the usual load balancers (60 s), so that they close first.
  keepAliveMs: 65_000,
  requestTimeoutMs: 0,
  upgradeIdleMs: 60 * 60_000,
  handshakeMs: 10_000,
};

export interface ProxySettings {
  readonly host: string;
  readonly port: number;
  readonly tls:
    | { readonly certFile: string; readonly keyFile: string; readonly minVersion: 'TLSv1.2' | 'TLSv1.3' }
    | undefined;
  readonly upstreams: readonly UpstreamSettings[];
  /** Bodies held at the same time by all transactions of this worker; over it new ones get 503. */
  readonly heldBytesMax: number;
  readonly connectionsMax: number;
  readonly pace?: Partial<PaceSettings>;
  readonly pressure?: Partial<PressureSettings>;
}
