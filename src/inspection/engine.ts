// The engine of a worker: settings that live as long as the process, and the snapshot that is replaced whole.

import type { Inspection, Inspector } from '../core/inspector.ts';
import type { Connection, RequestHead } from '../core/transaction.ts';
import { clientAddressResolver } from './client-address.ts';
import type { EngineSettings } from './engine-settings.ts';
import { RateWindows } from './rate-window.ts';
import type { Snapshot } from './snapshot.ts';
import { TransactionInspection } from './transaction-inspection.ts';

export interface Engine extends Inspector {
  /** Transactions that begin from now on see this snapshot. */
  publish(snapshot: Snapshot): void;
  /** Of rate-limited actors; the workers of a node tell each other what they count. */
  readonly rateWindows: RateWindows;
}

export function createEngine(settings: EngineSettings, first: Snapshot): Engine {
  let snapshot = first;
  const shared = {
    settings,
    resolveClient: clientAddressResolver(settings.trustedProxies),
    rateWindows: new RateWindows(),
  };
  return {
    rateWindows: shared.rateWindows,
    publish: (next) => {
      snapshot = next;
    },
    begin: (id: string, receivedAt: number, head: RequestHead, connection: Connection): Inspection =>
      new TransactionInspection(shared, snapshot, id, receivedAt, head, connection),
  };
}
