// Loaded into every process of a measured gateway. Between two SIGUSR2 it watches the event loop and the collector, and writes
// what it saw to a file named by the process id.
// @ts-check
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks';

const RESOLUTION_MS = 2;

/** @type {(() => void) | undefined} */
let stop;

process.on('SIGUSR2', () => {
  if (stop === undefined) stop = watch();
  else {
    stop();
    stop = undefined;
  }
});

function watch() {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const begun = performance.now();
  const utilization = performance.eventLoopUtilization();
  const young = { count: 0, ms: 0, longestMs: 0 };
  const full = { count: 0, ms: 0, longestMs: 0 };
  const observer = new PerformanceObserver((list) => {
    for (const { duration, detail } of list.getEntries()) {
      const { kind } = /** @type {{kind: number}} */ (detail);
      const into = kind === constants.NODE_PERFORMANCE_GC_MINOR ? young : full;
      into.count += 1;
      into.ms += duration;
      into.longestMs = Math.max(into.longestMs, duration);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  delay.enable();
  return () => {
    delay.disable();
    const ms = performance.now() - begun;
    const late = (/** @type {number} */ nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
    const [p50, p99, p999] = [50, 99, 99.9].map((percentile) => late(delay.percentile(percentile)));
    const used = performance.eventLoopUtilization(utilization).utilization;
    // The collector's last entries are told in a later turn.
    setTimeout(() => {
      observer.disconnect();
      const seen = { ms, used, loop: { p50, p99, p999, max: late(delay.max) }, young, full };
      writeFileSync(join(process.env.BENCH_PAUSES ?? '.', `${process.pid}.json`), JSON.stringify(seen));
    }, 50);
  };
}
