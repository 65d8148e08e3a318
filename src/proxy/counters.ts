// Plain numbers, added to by the proxy and read by telemetry.

export interface ProxyCounters {
  /** Transactions under way, from the head until the client has the last byte or is gone. */
  activeTransactions: number;
  /** Bytes of bodies held for inspection. */
  heldBytes: number;
  openUpgrades: number;
  upstreamRetries: number;
  /** Requests that are no HTTP, and handshakes that are no TLS. */
  badRequestsOnWire: number;
  /** Clients cut because they sent or read too slowly. */
  slowClients: number;
  /** Transactions told at once that no URL of their upstream can be used. */
  upstreamsUnavailable: number;
  /** Calls into inspection that threw, which its contract rules out. */
  inspectionErrors: number;
}

export function newCounters(): ProxyCounters {
  return {
    activeTransactions: 0,
    heldBytes: 0,
    openUpgrades: 0,
    upstreamRetries: 0,
    badRequestsOnWire: 0,
    slowClients: 0,
    upstreamsUnavailable: 0,
    inspectionErrors: 0,
  };
}
