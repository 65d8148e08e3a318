// The data plane of one worker: listener, upstreams, transactions under way, and the way to stop without losing any.
import type { ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { Inspector } from '../core/inspector.ts';
import { newCounters, type ProxyCounters } from './counters.ts';
import { type Drained, drain } from './drain.ts';
import { type ExchangeContext, exchange } from './exchange.ts';
import { createListener, portOf } from './listener.ts';
import { openMemoryLimit } from './memory-limit.ts';
import { Pace } from './pace.ts';
import { collectGarbage, Pressure, processorMs } from './pressure.ts';
import { DEFAULT_PACE, type ProxySettings } from './settings.ts';
import { transactionIds } from './transaction-id.ts';
import { Turns } from './turns.ts';
import { createUpgrade } from './upgrade.ts';
import { Upstream } from './upstream.ts';

export interface DataPlane {
  readonly counters: Readonly<ProxyCounters>;
  /** Resolves with the port it listens on. */
  listen(): Promise<number>;
  /** Takes no new connection, lets what is under way finish, then cuts the rest. Resolves with what was cut. */
  drain(graceMs: number): Promise<Drained>;
}

const BACKLOG = 1_024;

export function createDataPlane(settings: ProxySettings, inspector: Inspector): DataPlane {
  const counters = newCounters();
  const paceSettings = { ...DEFAULT_PACE, ...settings.pace };
  const pace = new Pace(paceSettings, counters);
  const pressure = new Pressure({
    memoryShare: openMemoryLimit(),
    collect: collectGarbage,
    now: () => performance.now(),
    workedMs: processorMs,
    ...settings.pressure,
  });
  const upstreams = new Map(settings.upstreams.map((upstream) => [upstream.name, new Upstream(upstream)]));
  const sessions = new Set<ServerHttp2Session>();
  const connections = new Set<Socket>();
  let isDraining = false;
  let onEnded = (): void => {};
  const context: ExchangeContext = {
    inspector,
    settings,
    counters,
    pace,
    pressure,
    turns: new Turns(),
    upstreams,
    nextId: transactionIds(),
    endsConnections: () => isDraining || pressure.isTight,
    onEnded: () => onEnded(),
  };
  const onRequest: Parameters<typeof createListener>[3]['onRequest'] = (request, response, onWanted) => {
    exchange(context, request, response, onWanted).catch(() => {
      // Its own errors are answered inside; whatever is left must not take the worker down.
      counters.inspectionErrors += 1;
      response.destroy();
    });
  };
  const server = createListener(settings, paceSettings, counters, {
    onRequest,
    onUpgrade: createUpgrade(context, paceSettings),
  });
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => {
      connections.delete(socket);
      if (isDraining) onEnded();
    });
  });
  return {
    counters,
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host: settings.host, port: settings.port, backlog: BACKLOG }, () => {
          server.off('error', reject);
          resolve(portOf(server));
        });
      }),
    drain: async (graceMs) => {
      isDraining = true;
      const cut = await drain(
        {
          server,
          counters,
          sessions,
          connections,
          onEnded: (listener) => {
            onEnded = listener;
          },
        },
        graceMs,
      );
      pace.stop();
      pressure.stop();
      await Promise.all([...upstreams.values()].map((upstream) => upstream.close()));
      return cut;
    },
  };
}
