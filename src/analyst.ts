// Composition root of the analysis and control process: records in; learning, behaviour, incidents and responses; policies and
// restrictions out to the workers; the admin port. It may lag, drop or die; traffic goes on by the last snapshot.
import { hostname } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { AuditLog } from './admin/audit-log.ts';
import { OidcProvider } from './admin/oidc.ts';
import { PolicyFiles } from './admin/policy-files.ts';
import { RecentTransactions } from './admin/recent-transactions.ts';
import { PLAN_PREFIX, RestrictionBook } from './admin/restriction-book.ts';
import { createAdminServer } from './admin/server.ts';
import { SessionStore } from './admin/session-store.ts';
import { TokenStore } from './admin/token-store.ts';
import { UserStore } from './admin/user-store.ts';
import { SharedRestrictions } from './analysis/response/shared-restrictions.ts';
import { goAfterTheWorkers } from './analyst/after-the-workers.ts';
import { ApiDocuments } from './analyst/api-documents.ts';
import { Backtests } from './analyst/backtests.ts';
import { type Behaviour, startBehaviour } from './analyst/behaviour.ts';
import { Decisions } from './analyst/decisions.ts';
import { EvidenceOfWorkers } from './analyst/evidence.ts';
import { agreeOnSecret, openInstallation } from './analyst/installation.ts';
import { type Learning, startLearning } from './analyst/learning.ts';
import { startNodes } from './analyst/nodes.ts';
import { OperatorTemplates } from './analyst/operator-templates.ts';
import { OutOfBand } from './analyst/out-of-band.ts';
import { startPictures } from './analyst/pictures.ts';
import { checkPolicies, type LivePolicy, shippedDocuments, watchPolicies } from './analyst/policies.ts';
import { PolicyLife } from './analyst/policy-life.ts';
import { PolicyShadow } from './analyst/policy-shadow.ts';
import { PolicyTests } from './analyst/policy-tests.ts';
import { SharedRates } from './analyst/shared-rates.ts';
import { WorkersKnowledge } from './analyst/workers-knowledge.ts';
import { DRIFTS } from './core/posture.ts';
import { FLUSH_MS } from './core/store.ts';
import type { RateCounts } from './inspection/rate-window.ts';
import { statedTemplates } from './inspection/stated-templates.ts';
import type { AnalystStart, FromAnalyst, ToAnalyst } from './messages.ts';
import { listenForRecords } from './records/record-server.ts';
import { TotalsOfWorkers } from './records/totals.ts';
import { DURATION_BUCKETS_MS } from './records/worker-counts.ts';
import { openSinks } from './sinks/open-sinks.ts';
import { openStore } from './stores/open-store.ts';
import { endProcess, killSelf, openLogOutput } from './telemetry/log-output.ts';
import { registerAnalystMetrics, registerMetrics } from './telemetry/metrics.ts';
import { registerOutOfBandMetrics } from './telemetry/out-of-band-metrics.ts';
import { registerShadowMetrics } from './telemetry/shadow-metrics.ts';

const EXPIRY_CHECK_MS = 1_000;
/** Longer than a store takes to answer or to be known as down. */
const STORE_ANSWER_MS = 2_000;
const CLOSE_MS = 4_000;

// The collector's helpers cost this process more than they do for it: of what is young little lives on, and they wait for it.
setFlagsFromString('--no-parallel-scavenge');
goAfterTheWorkers();

async function start(first: AnalystStart, tell: (message: FromAnalyst) => void): Promise<void> {
  const { configuration, directories, dataFolder } = first;
  const out = openLogOutput();
  const log = pino({ level: configuration.log.level, base: null }, out);
  const onUnsaved = (what: string) => (code: string) =>
    log.error(
      { what, code },
      'could not be written to the disk; it holds all the same and is written as soon as it can be',
    );
  const audit = new AuditLog(dataFolder, onUnsaved('audit log'));
  const tokens = new TokenStore(dataFolder, first.adminToken);
  const book = new RestrictionBook(dataFolder, configuration.identity.trustedProxies, onUnsaved('restrictions'));
  const recent = new RecentTransactions();
  const totals = new TotalsOfWorkers();
  const live: LivePolicy = { bundle: first.bundle, faults: [], reloads: 0, refusals: 0 };
  const workers = { serving: 0, wanted: 1, port: configuration.listen.port, deaths: 0, quarantined: 0 };
  const pictures = startPictures(dataFolder, log, (received) => recent.note('traffic', { received }));
  const store = openStore(configuration.store, { dataFolder, log });
  const installation = openInstallation(dataFolder);
  // What was known before is there when the first request is, unless the store is away.
  await within(STORE_ANSWER_MS, store.settled());
  const shared = new SharedRestrictions({ store, node: installation.node, book, now: Date.now });
  book.onChange((change, origin) => {
    tell({ kind: 'restrictions', change });
    if (origin === 'here') shared.tell(change);
    for (const one of change.added) {
      if (origin === 'elsewhere' || !one.createdBy.startsWith(PLAN_PREFIX)) continue;
      audit.add({ actor: one.createdBy, action: 'restriction.create', target: one.id, after: one });
    }
    recent.note('restrictions', { added: change.added.length, removed: change.removed.length });
    sinks.publishRestrictions(book.live(Date.now()));
  });

  const onCounts = (counts: RateCounts): void => tell({ kind: 'rate-counts', ...counts });
  const rates = new SharedRates({ store, node: installation.node, now: Date.now, onCounts });
  const evidence = new EvidenceOfWorkers(tell);
  let behaviour: Behaviour | undefined;
  const sinks = openSinks(configuration.sinks, {
    dataFolder,
    log,
    now: Date.now,
    onTicket: (incident, ticket) => behaviour?.noteTicket(incident, ticket),
    onStatus: (change) => behaviour?.heedSink(change),
  });
  behaviour = await startBehaviour({
    bundle: live.bundle,
    store,
    node: installation.node,
    book,
    sinks: () => sinks,
    log,
    messagesOf: (id) => {
      evidence.want(id);
      return undefined;
    },
    neverRestricted: configuration.identity.trustedProxies,
    onEvent: (event) => {
      if (event.kind === 'incident') {
        const { evidence, history, comments, ...incident } = event.incident;
        recent.note('incident', { change: event.change, ...incident });
      } else if (event.wish.kind === 'proposal') recent.note('proposal', event.wish.proposal);
    },
  });
  const { analysis, exchange } = behaviour;
  let learning: Learning | undefined;
  let templates: OperatorTemplates | undefined;
  const decisions: Decisions = new Decisions(store, dataFolder, onUnsaved('decisions'), () => {
    if (learning === undefined) return;
    templates?.follow(decisions.holding('template'));
    knowledge.learned(learning.learner.endpoints());
  });
  let outOfBand: OutOfBand | undefined;
  const tellLearned = (message: FromAnalyst): void => {
    tell(message);
    if (message.kind === 'learned') outOfBand?.tell(message);
  };
  const knowledge = new WorkersKnowledge({ secret: installation.secret, analysis, decisions, tell: tellLearned });
  learning = await startLearning({
    store,
    node: installation.node,
    dataFolder,
    stated: statedTemplates(configuration),
    isSuspect: (key) => analysis.isSuspect(key),
    claim: (what, ttlMs) => exchange.claim(what, ttlMs),
    log,
    onChange: (endpoints) => knowledge.learned(endpoints),
  });
  const { learner } = learning;
  const agree = async (): Promise<void> => knowledge.adopt(await agreeOnSecret(store, dataFolder, installation));
  await within(STORE_ANSWER_MS, agree());
  store.subscribe('installation', { onMessage: () => {}, onListening: () => void agree().catch(() => {}) });
  templates = new OperatorTemplates(learner);
  templates.follow(decisions.holding('template'));
  const documents = new ApiDocuments({
    configuration,
    contracts: first.contracts,
    endpoints: () => learner.endpoints(),
    now: Date.now,
    promoted: () => decisions.holding('promotion'),
    onLearned: (contracts) => tell({ kind: 'learned-contracts', contracts }),
    onRefusal: (fault) => log.warn({ fault }, 'a route list cannot be read; the last good one stays in force'),
    onDrift: (findings, at) => {
      for (const kind of DRIFTS) {
        const found = findings.filter((one) => one.kind === kind);
        analysis.posture.drift(kind, found, at);
      }
    },
  });
  shared.start();

  const { canary } = configuration.rollout;
  let shadow: PolicyShadow | undefined;
  const policyLife = new PolicyLife({
    dataFolder,
    live,
    audit,
    log,
    canary: canary === undefined ? undefined : { ...canary, durationMs: canary.for },
    workers: () => workers.serving,
    announce: (bundle, place) => {
      tell({ kind: 'bundle', bundle, ...(place === undefined ? {} : { canary: place }) });
      if (place !== undefined) return;
      analysis.load(bundle);
      recent.note('policy', { version: bundle.version });
      outOfBand?.tell({ kind: 'bundle', bundle });
      shadow?.liveChanged();
    },
    now: Date.now,
  });
  policyLife.start();
  shadow = new PolicyShadow({
    dataFolder,
    live: () => live.bundle,
    shipped: () => shippedDocuments(directories),
    promote: (bundle, by, reason) => policyLife.promote(bundle, by, reason),
    audit,
    log,
    announce: (order) => tell({ kind: 'shadow', ...(order === undefined ? {} : { order }) }),
    note: (value) => recent.note('shadow', value),
    now: Date.now,
  });
  const backtests = new Backtests(configuration, () => live.bundle);

  await listenForRecords(first.socketPath, (batch, again) => {
    totals.take(batch);
    let index = 0;
    for (const record of batch.records) {
      recent.add(record, again, index++);
      policyLife.take(record);
      pictures.take(record);
      learner.take(record);
      analysis.take(record);
    }
  });

  outOfBand = new OutOfBand({
    configuration,
    dataFolder,
    recordSocket: first.socketPath,
    policy: () => live.bundle,
    learned: () => knowledge.all,
    log,
  });

  const timers = [
    setInterval(() => {
      book.followClock(Date.now(), performance.now());
      book.expire(Date.now());
    }, EXPIRY_CHECK_MS),
    setInterval(() => void shared.flush(), FLUSH_MS),
    setInterval(() => knowledge.tellIssued(), FLUSH_MS),
  ];
  for (const timer of timers) timer.unref();

  const reload = watchPolicies({
    directories,
    live,
    onChange: (bundle) => policyLife.changed(bundle),
    onRefuse: (faults) => {
      for (const fault of faults) log.error(fault, 'policy change refused, the last good policy stays');
      tell({ kind: 'refused', faults });
    },
  });

  const registry = new Registry();
  registerMetrics(registry, () => ({
    ...totals.totals(),
    workersServing: workers.serving,
    workerDeaths: workers.deaths,
    quarantined: workers.quarantined,
    policyReloads: live.reloads,
    policyRefusals: live.refusals,
    restrictions: book.live(Date.now()).length,
    policyVersion: live.bundle.version,
    durationBoundsMs: DURATION_BUCKETS_MS,
  }));
  registerAnalystMetrics(registry, () => ({
    store: store.health(),
    sinks: sinks.states(),
    tables: { ...analysis.sizes(), restrictions: { entries: book.live(Date.now()).length, evicted: 0 } },
    learned: learner.counts,
    incidents: analysis.incidentCounts(),
    untold: { ...exchange.lost, restrictions: shared.counts.dropped, evidence: evidence.dropped },
  }));
  registerOutOfBandMetrics(registry, () => outOfBand?.counts);
  registerShadowMetrics(registry, () => shadow);
  const startedAt = Date.now();
  const nodes = startNodes(store, () => ({
    node: installation.node,
    hostname: hostname(),
    startedAt,
    at: Date.now(),
    mode: configuration.mode,
    port: workers.port,
    workers: { serving: workers.serving, wanted: workers.wanted },
    policyVersion: live.bundle.version,
    policyFaults: live.faults.length,
    store: { kind: store.kind, state: store.health().state, reason: store.health().reason },
    received: totals.totals().received,
    recordsDropped: totals.totals().recordsDropped,
    memoryBytes: process.memoryUsage.rss(),
    runtime: `Node ${process.versions.node}`,
  }));
  const admin = await createAdminServer({
    policy: () => live,
    reload,
    nodes: () => nodes.list(),
    policyLife,
    backtests,
    policyTests: new PolicyTests(() => live.bundle),
    shadow,
    policyFiles: new PolicyFiles(directories, checkPolicies, dataFolder),
    history: pictures.history,
    flows: pictures.flows,
    workers: () => workers,
    book,
    recent,
    tokens,
    users: new UserStore(dataFolder),
    sessions: new SessionStore(dataFolder),
    oidc: configuration.admin.oidc && new OidcProvider(configuration.admin.oidc),
    audit,
    analysis,
    exchange,
    learner,
    decisions,
    documents,
    sinks,
    store,
    outOfBand,
    metrics: () => registry.metrics(),
    hosts: configuration.admin.hosts,
    gateway: () => ({
      mode: configuration.mode,
      scheme: configuration.tls === undefined ? 'http' : 'https',
      port: workers.port,
    }),
  });
  const address = await admin.listen({ host: configuration.admin.host, port: configuration.admin.port });

  const close = async (): Promise<void> => {
    workers.serving = 0;
    for (const timer of timers) clearInterval(timer);
    policyLife.close();
    backtests.close();
    shadow.close();
    evidence.close();
    await admin.close();
    pictures.close();
    await outOfBand.close();
    documents.close();
    nodes.close();
    await learning.close();
    await behaviour.close();
    await shared.flush();
    shared.stop();
    book.close();
    await sinks.close();
    await store.close(1_000);
  };
  process.on('message', (message: ToAnalyst) => {
    if (message.kind === 'workers') {
      const { serving, wanted, port, deaths, quarantined } = message;
      if (serving > workers.serving) knowledge.newWorker();
      Object.assign(workers, { serving, wanted, port: port ?? workers.port, deaths, quarantined });
    } else if (message.kind === 'evidence') evidence.take(message.found, analysis);
    else if (message.kind === 'rate-counts') rates.tell(message);
    else if (message.kind === 'canary-crashed') policyLife.canaryCrashed(message.version);
    else if (message.kind === 'shadow-counts') shadow.take(message.counts);
    else if (message.kind === 'shadow-refused') shadow.refused(message.run, message.message);
    else if (message.kind === 'contracts') documents.contracts = message.contracts;
    else if (message.kind === 'drain') {
      setTimeout(() => endProcess(out, 0), CLOSE_MS).unref();
      void close()
        .catch((error: unknown) => log.error({ reason: (error as Error).message }, 'the analyst did not end cleanly'))
        .finally(() => endProcess(out, 0));
    }
  });
  tell({
    kind: 'ready',
    adminPort: Number(new URL(address).port),
    firstToken: tokens.firstToken,
    restrictions: book.live(Date.now()),
    learned: knowledge.all,
  });
}

/** What takes longer, or fails, goes on without being waited for. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  await Promise.race([work.catch(() => {}), new Promise<void>((resolve) => setTimeout(resolve, ms).unref())]);
}

process.on('message', function begin(message: ToAnalyst) {
  // The start has everything that was sent before it.
  if (message.kind !== 'start') return;
  process.off('message', begin);
  const tell = (out: FromAnalyst): void => {
    // A supervisor that has died meanwhile is noticed by `disconnect`.
    if (process.connected) process.send!(out, () => {});
  };
  start(message, tell).catch((error: unknown) => {
    tell({ kind: 'failed', message: (error as Error).message });
    process.exit(1);
  });
});
// Without its supervisor there is nobody to analyse for, and an exit with its hooks may wait for somebody who is gone as well.
process.once('disconnect', killSelf);
process.on('SIGTERM', () => {});
process.on('SIGINT', () => {});
