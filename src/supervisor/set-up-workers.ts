// How workers are forked, and who gives them their connections.
import cluster from 'node:cluster';
import { EXEC_ARGV } from './exec-argv.ts';

export function setUpWorkers(): void {
  cluster.setupPrimary({
    exec: new URL('../gateway.js', import.meta.url).pathname,
    args: [],
    execArgv: EXEC_ARGV,
    serialization: 'json',
  });
  cluster.schedulingPolicy = cluster.SCHED_RR;
}
