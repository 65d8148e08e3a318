// Composition root of the analysis and control process: takes records, watches policies, keeps restrictions, serves the
// admin port. It may lag, drop or die; traffic goes on by the last snapshot.
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { AuditLog } from './admin/audit-log.ts';
import { RecentTransactions } from './admin/recent-transactions.ts';
import { RestrictionBook } from './admin/restriction-book.ts';
import { createAdminServer } from './admin/server.ts';
import { TokenStore } from './admin/token-store.ts';
import type { DocumentFault, PolicyBundle } from './core/document.ts';
import type { AnalystStart, FromAnalyst, ToAnalyst } from './messages.ts';
import { emptiedFolder } from './policy-loader/load-directories.ts';
import { loadInChild } from './policy-loader/load-in-child.ts';
import { watchFiles } from './policy-loader/watch.ts';
import { listenForRecords } from './records/record-server.ts';
import { TotalsOfWorkers } from './records/totals.ts';
import { registerMetrics } from './telemetry/metrics.ts';

const EXPIRY_CHECK_MS = 1_000;

async function start(first: AnalystStart, tell: (message: FromAnalyst) => void): Promise<void> {
  const { configuration, directories, dataFolder } = first;
  const log = pino({ level: configuration.log.level, base: null });
  const audit = new AuditLog(dataFolder);
  const tokens = new TokenStore(dataFolder, first.adminToken);
  const book = new RestrictionBook(dataFolder, configuration.identity.trustedProxies);
  const recent = new RecentTransactions();
  const totals = new TotalsOfWorkers();
  const policy = { bundle: first.bundle, faults: [] as readonly DocumentFault[], reloads: 0, refusals: 0 };
  const workers = { serving: 0, wanted: 1 };

  await listenForRecords(first.socketPath, (batch) => {
    totals.take(batch);
    for (const record of batch.records) recent.add(record);
  });

  book.onChange = () => tell({ kind: 'restrictions', restrictions: book.live(Date.now()) });
  setInterval(() => book.expire(Date.now()), EXPIRY_CHECK_MS).unref();

  const reload = serialised(async () => {
    const emptied = emptiedFolder(directories, policy.bundle);
    const result = emptied === undefined ? await loadInChild(directories) : { refusal: emptied.message };
    const faults =
      'refusal' in result ? [{ file: '', line: 1, column: 1, message: result.refusal }] : result.load.faults;
    if (faults.length > 0 || 'refusal' in result) {
      policy.faults = faults;
      policy.refusals += 1;
      for (const fault of faults) log.error(fault, 'policy change refused, the last good policy stays');
      tell({ kind: 'refused', faults });
      return;
    }
    policy.faults = [];
    const { bundle } = result.load;
    if (bundle.version === policy.bundle.version) return;
    publish(bundle);
  });
  const publish = (bundle: PolicyBundle): void => {
    log.info({ from: policy.bundle.version, to: bundle.version }, 'policy is live');
    audit.add({ actor: 'files', action: 'policy.publish', target: bundle.version, before: policy.bundle.version });
    policy.bundle = bundle;
    policy.reloads += 1;
    recent.note('policy', { version: bundle.version });
    tell({ kind: 'bundle', bundle });
  };
  watchFiles(
    [directories.shipped, directories.operator].filter((root) => root !== undefined),
    () => void reload(),
  );

  const registry = new Registry();
  registerMetrics(registry, () => ({
    ...totals.totals(),
    workersServing: workers.serving,
    policyReloads: policy.reloads,
    policyRefusals: policy.refusals,
    restrictions: book.live(Date.now()).length,
    policyVersion: policy.bundle.version,
  }));
  const admin = await createAdminServer({
    policy: () => policy,
    workers: () => workers,
    book,
    recent,
    tokens,
    audit,
    metrics: () => registry.metrics(),
    hosts: configuration.admin.hosts,
    gateway: { mode: configuration.mode, listen: configuration.listen },
  });
  const address = await admin.listen({ host: configuration.admin.host, port: configuration.admin.port });
  process.on('message', (message: ToAnalyst) => {
    if (message.kind === 'workers') Object.assign(workers, { serving: message.serving, wanted: message.wanted });
    else if (message.kind === 'drain') {
      workers.serving = 0;
      void admin.close().finally(() => process.exit(0));
      setTimeout(() => process.exit(0), 2_000).unref();
    }
  });
  tell({
    kind: 'ready',
    adminPort: Number(new URL(address).port),
    firstToken: tokens.firstToken,
    restrictions: book.live(Date.now()),
  });
}

/** Runs one at a time; calls that come meanwhile become one more run. */
function serialised(run: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> | undefined;
  let again = false;
  return async () => {
    again = true;
    if (current !== undefined) return current;
    current = (async () => {
      while (again) {
        again = false;
        await run();
      }
    })().finally(() => {
      current = undefined;
    });
    return current;
  };
}

process.once('message', (message: ToAnalyst) => {
  if (message.kind !== 'start') return;
  const tell = (out: FromAnalyst): void => {
    if (process.connected) process.send!(out);
  };
  start(message, tell).catch((error: unknown) => {
    tell({ kind: 'failed', message: (error as Error).message });
    process.exit(1);
  });
});
process.once('disconnect', () => process.exit(0));
process.on('SIGTERM', () => {});
process.on('SIGINT', () => {});
