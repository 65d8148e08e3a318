// Composition root of the out-of-band process: transactions that do not pass through the gateway are judged here, beside the
// analyst, so that the admin port answers whatever comes in. It may lag or die; nothing inline waits for it.
import { join } from 'node:path';
import { pino } from 'pino';
import { readDurably, writeDurably } from './admin/durable-file.ts';
import type { FromOutOfBand, OutOfBandStart, ToOutOfBand } from './analyst/out-of-band-messages.ts';
import type { Configuration } from './configuration/load.ts';
import { judgeSettings } from './configured-engine.ts';
import type { PreparedContract } from './core/contract.ts';
import type { PolicyBundle } from './core/document.ts';
import type { RecordedTransaction } from './core/recorded-transaction.ts';
import { WatchedDirectory } from './ingest/directory.ts';
import { listenForIngest } from './ingest/ingest-server.ts';
import { PacedIntake } from './ingest/intake.ts';
import { listenForMirror, type Mirror } from './ingest/mirror-server.ts';
import { EndpointMatcher } from './inspection/endpoints.ts';
import { Observer } from './inspection/observe.ts';
import { RecordedJudge } from './inspection/recorded-judge.ts';
import { compileSnapshot, type Snapshot } from './inspection/snapshot.ts';
import { statedTemplates } from './inspection/stated-templates.ts';
import type { LearnedForWorkers } from './messages.ts';
import { ContractTable } from './openapi/contract-table.ts';
import { endpointsOf } from './openapi/endpoints-of.ts';
import { isUrlText, readDocument } from './openapi-loader/read-documents.ts';
import { transactionIds } from './proxy/transaction-id.ts';
import { RecordQueue } from './records/record-queue.ts';
import { WorkerCounter } from './records/worker-counts.ts';
import { endProcess, killSelf, openLogOutput } from './telemetry/log-output.ts';

/** Not a number of any worker: what comes in here is no traffic of the gateway, and is not in its counts. */
const WORKER = 0;
/** When so many records wait for the analyst, senders are asked to wait. */
const RECORDS_WAITING_MAX = 5_000;
const TELL_MS = 1_000;
/** A clock that runs ahead must not take the analysis into the future with it. */
const AHEAD_MS = 5_000;
const MALFORMED_SAID_PER_MINUTE_MAX = 20;

async function start(first: OutOfBandStart, tell: (message: FromOutOfBand) => void): Promise<void> {
  const { configuration, dataFolder } = first;
  const { ingest } = configuration;
  const out = openLogOutput();
  const log = pino({ level: configuration.log.level, base: null }, out);
  const counter = new WorkerCounter();
  const queue = new RecordQueue(first.recordSocket, WORKER, () =>
    counter.counts({
      recordsDropped: 0,
      recordingsDropped: 0,
      upstreamRetries: 0,
      badRequestsOnWire: 0,
      activeTransactions: 0,
    }),
  );
  const counts = {
    ingest: { accepted: 0, malformed: 0, pushedBack: 0 },
    mirror: { received: 0, dropped: 0, refused: 0 },
    directories: { accepted: 0, malformed: 0 },
  };
  const contracts = contractsOnDisk(configuration);
  const stated = statedTemplates({ ...configuration, openapiFiles: endpointsOf(contracts) });
  let { secret } = first.learned;
  let observer = observerOf(secret);
  const settings = await judgeSettings(configuration, {
    observer: () => observer,
    trustedProxies: ingest.mirror?.from ?? [],
    onDetectorError: (detector) => log.error({ detector }, 'detector failed'),
  });
  const matcherOf = (templates: LearnedForWorkers['templates']): EndpointMatcher =>
    new EndpointMatcher([...stated, ...templates]);
  let snapshot: Snapshot = {
    ...compileSnapshot(first.bundle, []),
    endpoints: matcherOf(first.learned.templates),
    contracts: new ContractTable(contracts, (route) => configuration.contracts[route]),
  };
  const judge = new RecordedJudge(settings, snapshot);
  const newId = transactionIds();
  const take = (transaction: RecordedTransaction, id = newId(Date.now())): void => {
    const now = Date.now();
    const at = transaction.at > 0 && transaction.at < now + AHEAD_MS ? transaction.at : now;
    queue.offer(judge.judge(id, at === transaction.at ? transaction : { ...transaction, at }).record);
  };
  const intake = new PacedIntake(take, () => queue.length, RECORDS_WAITING_MAX);

  const server = await listenForIngest(first.ingestSocket, intake, ingest.requestsMax, counts.ingest);
  let mirror: Mirror | undefined;
  if (ingest.mirror !== undefined) {
    const { listen, from } = ingest.mirror;
    const bodyBytesMax = configuration.limits.requestBodyBytesMax;
    mirror = await listenForMirror({ ...listen, from, bodyBytesMax }, intake, counts.mirror);
  }
  let said = 0;
  const directories = ingest.directories.map(({ path, poll }, i) => {
    const file = join(dataFolder, `ingest-positions-${i}.json`);
    const kept = readDurably(file) as { folder?: string; positions?: unknown } | undefined;
    return new WatchedDirectory(
      {
        folder: path,
        pollMs: poll,
        load: () => (kept?.folder === path ? kept.positions : undefined),
        save: (positions) => writeDurably(file, { folder: path, positions }),
        onMalformed: (where, line, reason) => {
          said += 1;
          if (said <= MALFORMED_SAID_PER_MINUTE_MAX)
            log.warn({ file: where, line, reason }, 'malformed entry left out');
        },
        onUnreadable: (where, code) => log.warn({ path: where, code }, 'cannot be read'),
        now: Date.now,
      },
      intake,
      counts.directories,
    );
  });
  for (const directory of directories) directory.start();

  const sayCounts = (): void => tell({ kind: 'counts', counts: { ...counts, recordsDropped: queue.dropped } });
  setInterval(sayCounts, TELL_MS).unref();
  setInterval(() => {
    said = 0;
  }, 60_000).unref();
  const publish = (bundle: PolicyBundle): void => {
    snapshot = { ...snapshot, policy: compileSnapshot(bundle, []).policy };
    judge.publish(snapshot);
  };
  const drain = async (): Promise<void> => {
    await Promise.all([...directories.map((one) => one.stop()), mirror?.close()]);
    server.close();
    server.closeAllConnections();
    await queue.close();
  };
  process.on('message', (message: ToOutOfBand) => {
    switch (message.kind) {
      case 'bundle':
        try {
          publish(message.bundle);
        } catch (error) {
          log.error({ version: message.bundle.version, reason: (error as Error).message }, 'the last policy stays');
        }
        break;
      case 'learned':
        if (message.secret !== secret) observer = observerOf(message.secret);
        secret = message.secret;
        snapshot = { ...snapshot, endpoints: matcherOf(message.templates) };
        judge.publish(snapshot);
        break;
      case 'drain':
        void drain().finally(() => endProcess(out, 0));
        break;
      case 'start':
        break;
      default:
        message satisfies never;
    }
  });
  tell({ kind: 'ready', mirrorPort: mirror?.port });
}

/** As the workers have them from files; documents at URLs are compared with inline traffic only. */
function contractsOnDisk({ documents }: Configuration): PreparedContract[] {
  return documents.flatMap((source) => {
    const read = isUrlText(source.document) ? undefined : readDocument(source);
    return read !== undefined && 'contract' in read ? [read.contract] : [];
  });
}

function observerOf(secret: string): Observer | undefined {
  return secret === '' ? undefined : new Observer(Buffer.from(secret, 'base64'));
}

process.once('message', (message: ToOutOfBand) => {
  if (message.kind !== 'start') return;
  const tell = (out: FromOutOfBand): void => {
    // A supervisor that has died meanwhile is noticed by `disconnect`.
    if (process.connected) process.send!(out, () => {});
  };
  start(message, tell).catch((error: unknown) => {
    tell({ kind: 'failed', message: (error as Error).message });
    process.exit(1);
  });
});
// Without its analyst there is nobody to take what it finds.
process.once('disconnect', killSelf);
process.on('SIGTERM', () => {});
process.on('SIGINT', () => {});
