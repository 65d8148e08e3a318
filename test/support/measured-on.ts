// Where and when a figure was taken, as docs/reliability.md says it beside the figure.
import { availableParallelism, loadavg } from 'node:os';

const startedWith = loadavg()[0]!;

export function measuredOn(now = new Date()): string {
  const date = now.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
  const load = [startedWith, loadavg()[0]!].map((one) => one.toFixed(1)).join(' before and ');
  return `${date}, Node ${process.version.slice(1)}, ${availableParallelism()} cores, load average ${load} after`;
}
