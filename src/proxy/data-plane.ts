// The data plane of one worker: listener, upstreams, transactions under way, and the way to stop without losing any.
import type { Inspector } from '../core/inspector.ts';
import { type ExchangeContext, exchange } from './exchange.ts';
import { createListener, portOf } from './listener.ts';
import type { ProxyCounters, ProxySettings } from './settings.ts';
import { transactionIds } from './transaction-id.ts';
import { createUpgrade } from './upgrade.ts';
import { Upstream } from './upstream.ts';

export interface DataPlane {
  readonly counters: Readonly<ProxyCounters>;
  /** Resolves with the port it listens on. */
  listen(): Promise<number>;
  /** Takes no new connection, lets what is under way finish, then cuts the rest. Resolves with how many were cut. */
  drain(graceMs: number): Promise<number>;
}

const DRAIN_CHECK_MS = 20;

export function createDataPlane(settings: ProxySettings, inspector: Inspector): DataPlane {
  const counters: ProxyCounters = {
    activeTransactions: 0,
    heldBytes: 0,
    openUpgrades: 0,
    upstreamRetries: 0,
    badRequestsOnWire: 0,
  };
  const upstreams = new Map(settings.upstreams.map((upstream) => [upstream.name, new Upstream(upstream)]));
  let isDraining = false;
  const context: ExchangeContext = {
    inspector,
    settings,
    counters,
    upstreams,
    nextId: transactionIds(),
    isDraining: () => isDraining,
  };
  const server = createListener(settings, counters, {
    onRequest: (request, response, onHeadAllowed) => {
      if (isDraining && request.httpVersionMajor === 1) response.setHeader('Connection', 'close');
      void exchange(context, request, response, onHeadAllowed);
    },
    onUpgrade: createUpgrade(context),
  });
  return {
    counters,
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host: settings.host, port: settings.port, backlog: 1_024 }, () => {
          server.off('error', reject);
          resolve(portOf(server));
        });
      }),
    drain: async (graceMs) => {
      isDraining = true;
      const end = Date.now() + graceMs;
      server.close();
      if ('closeIdleConnections' in server) server.closeIdleConnections();
      while (counters.activeTransactions > 0 && Date.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, DRAIN_CHECK_MS));
        if ('closeIdleConnections' in server) server.closeIdleConnections();
      }
      const cut = counters.activeTransactions;
      if ('closeAllConnections' in server) server.closeAllConnections();
      await Promise.all([...upstreams.values()].map((upstream) => upstream.close()));
      return cut;
    },
  };
}
