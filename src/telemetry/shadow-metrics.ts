// A candidate policy beside the live one, in the Prometheus text format.
import { Counter, Gauge, type Registry } from 'prom-client';

export interface ShadowTotals {
  readonly isComparing: boolean;
  readonly totals: {
    readonly compared: number;
    readonly full: number;
    readonly large: number;
    readonly otherPolicy: number;
    readonly errors: number;
    readonly inspectionMs: number;
  };
  readonly differences: {
    readonly newlyBlocked: number;
    readonly noLongerBlocked: number;
    readonly changedTags: number;
  };
}

/** `state` is read at each scrape. */
export function registerShadowMetrics(registry: Registry, state: () => ShadowTotals): void {
  new Gauge({
    name: 'sallyport_shadow_policy_running',
    help: '1 while a candidate policy is compared with the live one on live traffic',
    registers: [registry],
    collect() {
      this.set(state().isComparing ? 1 : 0);
    },
  });
  const counter = (name: string, help: string, value: () => number): void => {
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  };
  const labelled = (name: string, help: string, label: string, values: () => Record<string, number>): void => {
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        this.reset();
        for (const [value, count] of Object.entries(values())) this.inc({ [label]: value }, count);
      },
    });
  };
  counter('sallyport_shadow_transactions_total', 'Transactions judged by both policies', () => state().totals.compared);
  counter(
    'sallyport_shadow_inspection_seconds_total',
    'Time that workers spent on judging them',
    () => state().totals.inspectionMs / 1_000,
  );
  labelled('sallyport_shadow_skipped_total', 'Transactions of the sample that were not judged', 'reason', () => {
    const { full, large, otherPolicy, errors } = state().totals;
    return { full, large, 'other-policy': otherPolicy, error: errors };
  });
  labelled('sallyport_shadow_differences_total', 'Transactions that the two policies judge differently', 'kind', () => {
    const { newlyBlocked, noLongerBlocked, changedTags } = state().differences;
    return { 'newly-blocked': newlyBlocked, 'no-longer-blocked': noLongerBlocked, 'changed-tags': changedTags };
  });
}
