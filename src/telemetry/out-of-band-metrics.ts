// What came in without passing through the gateway, in the Prometheus text format.
import { Counter, type Registry } from 'prom-client';

export interface OutOfBandTotals {
  readonly ingest: { readonly accepted: number; readonly malformed: number; readonly pushedBack: number };
  readonly mirror: { readonly received: number; readonly dropped: number; readonly refused: number };
  readonly directories: { readonly accepted: number; readonly malformed: number };
  readonly recordsDropped: number;
}

/** `totals` is read at each scrape; undefined while nothing runs out of band. */
export function registerOutOfBandMetrics(registry: Registry, totals: () => OutOfBandTotals | undefined): void {
  const labelled = (name: string, help: string, label: string, values: (of: OutOfBandTotals) => [string, number][]) =>
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        this.reset();
        const now = totals();
        if (now !== undefined) for (const [value, count] of values(now)) this.inc({ [label]: value }, count);
      },
    });
  labelled('sallyport_ingest_transactions_total', 'Transactions taken out of band', 'way', (of) => [
    ['api', of.ingest.accepted],
    ['mirror', of.mirror.received - of.mirror.dropped],
    ['directory', of.directories.accepted],
  ]);
  labelled('sallyport_ingest_lost_total', 'What came in out of band and was not inspected', 'reason', (of) => [
    ['malformed', of.ingest.malformed + of.directories.malformed],
    ['pushed-back', of.ingest.pushedBack],
    ['mirror-full', of.mirror.dropped],
    ['mirror-refused', of.mirror.refused],
    ['records-full', of.recordsDropped],
  ]);
}
