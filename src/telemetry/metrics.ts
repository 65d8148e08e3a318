// The gateway's metrics in the Prometheus text format, from totals that workers count and what the analyst knows.
// Labels come from closed sets (routes, actions, reasons, codes); text of a transaction never becomes one.
import { Counter, Gauge, type Registry } from 'prom-client';

/** Totals of all workers, of living ones and of those that ended. */
export interface Totals {
  readonly received: number;
  readonly inspected: number;
  readonly uninspected: number;
  readonly refused: number;
  readonly recordsDropped: number;
  readonly detectorErrors: number;
  readonly upstreamRetries: number;
  readonly badRequestsOnWire: number;
  readonly activeTransactions: number;
  readonly byAction: ReadonlyMap<string, number>;
  readonly byUninspectedReason: ReadonlyMap<string, number>;
  readonly byFault: ReadonlyMap<string, number>;
  readonly byDetection: ReadonlyMap<string, number>;
  readonly byStatusClass: ReadonlyMap<string, number>;
  readonly workersServing: number;
  readonly policyReloads: number;
  readonly policyRefusals: number;
  readonly restrictions: number;
  readonly policyVersion: string;
}

const COUNTERS = [
  ['received', 'sallyport_transactions_received_total', 'Transactions received; inspected + uninspected + refused'],
  ['inspected', 'sallyport_transactions_inspected_total', 'Transactions inspected as a whole'],
  ['uninspected', 'sallyport_transactions_uninspected_total', 'Transactions of which a part passed uninspected'],
  ['refused', 'sallyport_transactions_refused_total', 'Transactions refused before inspection'],
  ['recordsDropped', 'sallyport_records_dropped_total', 'Records that did not reach the analyst'],
  ['detectorErrors', 'sallyport_detector_errors_total', 'Detectors that failed on a transaction'],
  ['upstreamRetries', 'sallyport_upstream_retries_total', 'Second attempts at an upstream'],
  ['badRequestsOnWire', 'sallyport_bad_requests_total', 'Requests that are no HTTP'],
  ['policyReloads', 'sallyport_policy_reloads_total', 'Policy versions made live'],
  ['policyRefusals', 'sallyport_policy_refusals_total', 'Policy changes refused'],
] as const;

const LABELLED = [
  ['byUninspectedReason', 'sallyport_uninspected_reasons_total', 'Parts passed uninspected, by reason', 'reason'],
  ['byFault', 'sallyport_faults_total', 'Transactions ended by a fault, by code', 'code'],
  ['byDetection', 'sallyport_findings_total', 'Findings by detection', 'detection'],
  ['byStatusClass', 'sallyport_responses_total', 'Responses by status class', 'class'],
] as const;

/** Registers every metric; `totals` is read at each scrape. */
export function registerMetrics(registry: Registry, totals: () => Totals): void {
  const registers = [registry];
  for (const [key, name, help] of COUNTERS) {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(totals()[key]);
      },
    });
  }
  for (const [key, name, help, label] of LABELLED) {
    new Counter({
      name,
      help,
      registers,
      labelNames: [label],
      collect() {
        this.reset();
        for (const [value, count] of totals()[key]) this.inc({ [label]: value }, count);
      },
    });
  }
  new Counter({
    name: 'sallyport_transactions_total',
    help: 'Transactions by route and action',
    registers,
    labelNames: ['route', 'action'],
    collect() {
      this.reset();
      for (const [key, count] of totals().byAction) {
        const space = key.lastIndexOf(' ');
        this.inc({ route: key.slice(0, space), action: key.slice(space + 1) }, count);
      }
    },
  });
  for (const [key, name, help] of [
    ['activeTransactions', 'sallyport_transactions_active', 'Transactions under way'],
    ['workersServing', 'sallyport_workers_serving', 'Workers that take traffic'],
    ['restrictions', 'sallyport_restrictions', 'Live restrictions'],
  ] as const) {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(totals()[key]);
      },
    });
  }
  new Gauge({
    name: 'sallyport_policy_info',
    help: 'The live policy version',
    registers,
    labelNames: ['version'],
    collect() {
      this.reset();
      this.set({ version: totals().policyVersion }, 1);
    },
  });
}
