// What the console draws: the history of traffic and the flows of data, kept in a file every minute. Losing it loses pictures only.
import { join } from 'node:path';
import type { Logger } from 'pino';
import { DataFlows } from '../admin/data-flows.ts';
import { readDurably, writeDurably } from '../admin/durable-file.ts';
import { TrafficHistory } from '../admin/traffic-history.ts';
import type { TransactionRecord } from '../core/record.ts';

const KEPT_EVERY_MS = 60_000;
const TOLD_EVERY_MS = 1_000;

export interface Pictures {
  readonly history: TrafficHistory;
  readonly flows: DataFlows;
  take(record: TransactionRecord): void;
  close(): void;
}

/** `tell` hears at most once a second that something passed. */
export function startPictures(dataFolder: string, log: Logger, tell: (received: number) => void): Pictures {
  const path = join(dataFolder, 'pictures.json');
  const kept = (readDurably(path) ?? {}) as { readonly history?: unknown; readonly flows?: unknown };
  const history = new TrafficHistory(kept.history);
  const flows = new DataFlows(kept.flows);
  const keep = (): void => {
    try {
      writeDurably(path, { history: history.dump(), flows: flows.list() });
    } catch (error) {
      log.warn({ code: (error as NodeJS.ErrnoException).code }, 'the history of traffic could not be kept');
    }
  };
  let told = 0;
  const timers = [
    setInterval(keep, KEPT_EVERY_MS),
    setInterval(() => {
      if (history.received === told) return;
      told = history.received;
      tell(told);
    }, TOLD_EVERY_MS),
  ];
  for (const timer of timers) timer.unref();
  return {
    history,
    flows,
    take: (record) => {
      history.take(record);
      flows.take(record);
    },
    close: () => {
      for (const timer of timers) clearInterval(timer);
      keep();
    },
  };
}
