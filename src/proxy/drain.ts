// Stops without losing a transaction: no new connection, every answer says that it is the last one on its connection, and
// what is under way has until the end of the grace.
// A connection that waits for its next request is not closed at once: that request may be on its way, and it would be lost.

import type { Http2SecureServer, ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { Server as TcpServer } from 'node:net';
import { setImmediate as socketsRead } from 'node:timers/promises';
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
  /** Calls back each time a transaction, an upgraded connection or a connection ended. */
  readonly onEnded: (listener: () => void) => void;
}

/** How long a connection may wait for one more request, which then gets its answer and the end of the connection. */
const IDLE_MS = 1_000;
const COMPLETION_MS = 1_000;

export async function drain(
  { server, counters, sessions, connections, onEnded }: DrainedParts,
  graceMs: number,
): Promise<Drained> {
  const isIdle = (): boolean => counters.activeTransactions === 0 && counters.openUpgrades === 0;
  const within = (ms: number, isOver: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      const look = (): void => {
        if (!isOver()) return;
        clearTimeout(timer);
        resolve();
      };
      onEnded(look);
      look();
    });
  // The servers' own `close` ends idle connections too.
  TcpServer.prototype.close.call(server);
  for (const session of sessions) session.close();
  await within(Math.min(IDLE_MS, graceMs), () => connections.size === 0);
  // Only after sockets were read: on a connection that looks idle a request may have come while this process had no processor.
  await socketsRead();
  closeIdle(server);
  await within(Math.max(0, graceMs - IDLE_MS), () => {
    closeIdle(server);
    return isIdle();
  });
  const cut = { cutTransactions: counters.activeTransactions, cutUpgrades: counters.openUpgrades };
  for (const session of sessions) session.destroy();
  for (const socket of connections) socket.destroy();
  // What was cut still completes, so that its record is not lost.
  await within(COMPLETION_MS, isIdle);
  return cut;
}

function closeIdle(server: Server): void {
  (server as Http2SecureServer & { closeIdleConnections?: () => void }).closeIdleConnections?.();
}
