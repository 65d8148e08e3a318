// The gateway's metrics in the Prometheus text format, from totals that workers count and what the analyst knows.
// Labels come from closed sets (routes, actions, reasons, codes); text of a transaction never becomes one.
import { Counter, Gauge, type Metric, type Registry } from 'prom-client';
import type { SinkState } from '../core/sink.ts';
import type { StoreHealth } from '../core/store.ts';

/** Totals of all workers, of living ones and of those that ended. */
export interface Totals {
  readonly received: number;
  readonly inspected: number;
  readonly uninspected: number;
  readonly refused: number;
  readonly recordsDropped: number;
  readonly recordingsDropped: number;
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
  readonly workerDeaths: number;
  readonly quarantined: number;
  readonly policyReloads: number;
  readonly policyRefusals: number;
  readonly restrictions: number;
  readonly policyVersion: string;
  /** Upper bounds of the cumulative buckets, in milliseconds, and what is in them. */
  readonly durationMs: { readonly buckets: readonly number[]; readonly count: number; readonly sumMs: number };
  readonly durationBoundsMs: readonly number[];
}

/** What the analyst knows of itself and of what it depends on. */
export interface AnalystFigures {
  readonly store: StoreHealth;
  readonly sinks: readonly SinkState[];
  /** Entries of each bounded table, and those that found no room. */
  readonly tables: Readonly<Record<string, { readonly entries: number; readonly evicted: number }>>;
  readonly learned: Readonly<Record<string, number>>;
  /** `open critical` → incidents. */
  readonly incidents: ReadonlyMap<string, number>;
  /** What other nodes were not told, by what. */
  readonly untold: Readonly<Record<string, number>>;
}

const COUNTERS = [
  ['received', 'sallyport_transactions_received_total', 'Transactions received; inspected + uninspected + refused'],
  ['inspected', 'sallyport_transactions_inspected_total', 'Transactions inspected as a whole'],
  ['uninspected', 'sallyport_transactions_uninspected_total', 'Transactions of which a part passed uninspected'],
  ['refused', 'sallyport_transactions_refused_total', 'Transactions refused before inspection'],
  ['recordsDropped', 'sallyport_records_dropped_total', 'Records that did not reach the analyst'],
  ['recordingsDropped', 'sallyport_recordings_dropped_total', 'Transactions that the recorder did not keep'],
  ['detectorErrors', 'sallyport_detector_errors_total', 'Detectors that failed on a transaction'],
  ['upstreamRetries', 'sallyport_upstream_retries_total', 'Second attempts at an upstream'],
  ['badRequestsOnWire', 'sallyport_bad_requests_total', 'Requests that are no HTTP'],
  ['workerDeaths', 'sallyport_worker_deaths_total', 'Workers that ended without being asked to'],
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
    [
      'quarantined',
      'sallyport_requests_quarantined',
      'Fingerprints of requests that workers died of, and that are refused',
    ],
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
  registry.registerMetric(durations(totals) as unknown as Metric);
}

/** A histogram whose buckets the workers have filled. */
function durations(totals: () => Totals): object {
  const name = 'sallyport_transaction_duration_seconds';
  const help = 'From receiving the head to the end of the answer';
  const get = async (): Promise<object> => {
    const { durationMs, durationBoundsMs } = totals();
    const bucket = (le: number | string, value: number) => ({ metricName: `${name}_bucket`, labels: { le }, value });
    return {
      name,
      help,
      type: 'histogram',
      aggregator: 'sum',
      values: [
        ...durationBoundsMs.map((bound, i) => bucket(bound / 1_000, durationMs.buckets[i] ?? 0)),
        bucket('+Inf', durationMs.count),
        { metricName: `${name}_sum`, labels: {}, value: durationMs.sumMs / 1_000 },
        { metricName: `${name}_count`, labels: {}, value: durationMs.count },
      ],
    };
  };
  return { name, help, type: 'histogram', get, reset: () => {}, collect: undefined };
}

/** Store, sinks, tables, learning and incidents. */
export function registerAnalystMetrics(registry: Registry, figures: () => AnalystFigures): void {
  const registers = [registry];
  type Labelled = readonly (readonly [labels: Record<string, string>, value: number])[];
  const add = (
    make: typeof Gauge | typeof Counter,
    name: string,
    help: string,
    labelNames: readonly string[],
    read: (now: AnalystFigures) => Labelled,
  ): void => {
    if (make === Gauge) {
      new Gauge({
        name,
        help,
        registers,
        labelNames,
        collect() {
          this.reset();
          for (const [labels, value] of read(figures())) this.set(labels, value);
        },
      });
    } else {
      new Counter({
        name,
        help,
        registers,
        labelNames,
        collect() {
          this.reset();
          for (const [labels, value] of read(figures())) this.inc(labels, value);
        },
      });
    }
  };
  add(Gauge, 'sallyport_store_up', '1 while the store can be reached', [], ({ store }) => [
    [{}, store.state === 'up' ? 1 : 0],
  ]);
  add(Gauge, 'sallyport_store_in_flight', 'Commands on their way to the store', [], ({ store }) => [
    [{}, store.inFlight],
  ]);
  add(
    Counter,
    'sallyport_store_operations_total',
    'What became of operations on the store',
    ['outcome'],
    ({ store }) => [
      [{ outcome: 'written' }, store.counts.written],
      [{ outcome: 'dropped' }, store.counts.dropped],
      [{ outcome: 'refused' }, store.counts.refused],
      [{ outcome: 'ignored' }, store.counts.ignored],
      [{ outcome: 'failed' }, store.counts.failed],
    ],
  );
  add(Gauge, 'sallyport_sink_queued_messages', 'Messages that wait for a sink', ['sink'], ({ sinks }) =>
    sinks.map((one) => [{ sink: one.id }, one.queuedMessages]),
  );
  add(Gauge, 'sallyport_sink_failing', '1 while the last attempt at a sink failed', ['sink'], ({ sinks }) =>
    sinks.map((one) => [{ sink: one.id }, one.state === 'failing' ? 1 : 0]),
  );
  add(Counter, 'sallyport_sink_delivered_total', 'Messages a sink took', ['sink'], ({ sinks }) =>
    sinks.map((one) => [{ sink: one.id }, one.delivered]),
  );
  add(
    Counter,
    'sallyport_sink_dropped_total',
    'Messages a sink will not get, by reason',
    ['sink', 'reason'],
    ({ sinks }) =>
      sinks.flatMap((one) =>
        Object.entries(one.dropped).map(([reason, value]) => [{ sink: one.id, reason }, value] as const),
      ),
  );
  add(Gauge, 'sallyport_table_entries', 'Entries of a bounded table of the analysis', ['table'], ({ tables }) =>
    Object.entries(tables).map(([table, { entries }]) => [{ table }, entries]),
  );
  add(Counter, 'sallyport_table_evicted_total', 'Entries that made room in a full table', ['table'], ({ tables }) =>
    Object.entries(tables).map(([table, { evicted }]) => [{ table }, evicted]),
  );
  add(
    Counter,
    'sallyport_learned_transactions_total',
    'What learning did with transactions',
    ['outcome'],
    ({ learned }) => Object.entries(learned).map(([outcome, value]) => [{ outcome }, value]),
  );
  add(Gauge, 'sallyport_incidents', 'Incidents by status and severity', ['status', 'severity'], ({ incidents }) =>
    [...incidents].map(([key, value]) => {
      const [status = '', severity = ''] = key.split(' ');
      return [{ status, severity }, value];
    }),
  );
  add(
    Counter,
    'sallyport_untold_total',
    'What other nodes were not told, or was not understood',
    ['what'],
    ({ untold }) => Object.entries(untold).map(([what, value]) => [{ what }, value]),
  );
}
