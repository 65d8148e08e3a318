// Entry of the process that runs one backtest: it takes minutes of a core, which the analyst has not got.
import { compare } from '../cli/backtest.ts';
import type { RecordedTransaction } from '../core/recorded-transaction.ts';
import { recordedSince } from '../recorder/read-recording.ts';
import type { BacktestDone, BacktestJob, FromBacktest } from './backtests.ts';

const TELL_EVERY = 200;

async function* told(traffic: AsyncIterable<RecordedTransaction>): AsyncGenerator<RecordedTransaction> {
  let compared = 0;
  for await (const transaction of traffic) {
    yield transaction;
    compared += 1;
    if (compared % TELL_EVERY === 0) process.send!({ compared } satisfies FromBacktest);
  }
}

process.once('message', (job: BacktestJob) => {
  const done = (result: BacktestDone): void => {
    process.send!(result, () => process.exit(0));
  };
  const recording = recordedSince(job.folder, job.keyFile, job.since);
  if ('objection' in recording) done({ reason: recording.objection });
  else
    compare({ configuration: job.configuration, contracts: [] }, job.live, job.candidate, told(recording.read)).then(
      (report) => done(report.transactions === 0 ? { reason: 'nothing was recorded in this period' } : { report }),
      (error: unknown) => done({ reason: (error as Error).message }),
    );
});
process.once('disconnect', () => process.exit(0));
