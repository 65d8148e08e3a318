// What the data plane is told once: where it listens, which upstreams there are, what it may hold.

export interface UpstreamSettings {
  readonly name: string;
  /** `http://host:port` or `https://host:port`, without path. */
  readonly urls: readonly string[];
  readonly balancing: 'round-robin' | 'least-pending';
  readonly connectionsMax: number;
  readonly connectTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  readonly tls: {
    readonly ca: string | undefined;
    readonly rejectUnauthorized: boolean;
    readonly servername: string | undefined;
  };
  readonly healthCheck:
    | {
        readonly path: string;
        readonly intervalMs: number;
        readonly timeoutMs: number;
        readonly healthyAfter: number;
        readonly unhealthyAfter: number;
        readonly statusMax: number;
      }
    | undefined;
}

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
}

/** Plain numbers, added to by the proxy and read by telemetry. */
export interface ProxyCounters {
  activeTransactions: number;
  heldBytes: number;
  openUpgrades: number;
  upstreamRetries: number;
  badRequestsOnWire: number;
}
