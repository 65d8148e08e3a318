// Stops without losing a transaction: no new connection, no kept one, and what is under way has until the end of the grace.
import type { Http2SecureServer, ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { ProxyCounters } from './counters.ts';
import type { Server } from './listener.ts';

export interface Drained {
  /** Transactions and upgraded connections that were cut because the grace was over. */
  readonly cutTransactions: number;
  readonly cutUpgrades: number;
}

export interface DrainedParts {
  readonly server: Server;
  readonly counters: Readonly<ProxyCounters>;
  readonly sessions: ReadonlySet<ServerHttp2Session>;
  /** All of them, upgraded ones too, which the server no longer knows. */
  readonly connections: ReadonlySet<Socket>;
  /** Calls back each time a transaction or an upgraded connection ended. */
  readonly onEnded: (listener: () => void) => void;
}

const COMPLETION_MS = 1_000;

export async function drain(
  { server, counters, sessions, connections, onEnded }: DrainedParts,
  graceMs: number,
): Promise<Drained> {
  const isIdle = (): boolean => counters.activeTransactions === 0 && counters.openUpgrades === 0;
  server.close();
  closeIdle(server);
  for (const session of sessions) session.close();
  const idleWithin = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      const look = (): void => {
        closeIdle(server);
        if (!isIdle()) return;
        clearTimeout(timer);
        resolve();
      };
      onEnded(look);
      look();
    });
  await idleWithin(graceMs);
  const cut = { cutTransactions: counters.activeTransactions, cutUpgrades: counters.openUpgrades };
  for (const session of sessions) session.destroy();
  for (const socket of connections) socket.destroy();
  // What was cut still completes, so that its record is not lost.
  await idleWithin(COMPLETION_MS);
  return cut;
}

function closeIdle(server: Server): void {
  (server as Http2SecureServer & { closeIdleConnections?: () => void }).closeIdleConnections?.();
}
