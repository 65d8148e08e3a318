// Composition root of a data-plane worker: configuration and snapshot in, one listening data plane out.
import cluster from 'node:cluster';
import { pino } from 'pino';
import type { Configuration } from './configuration/load.ts';
import { compileRoutes } from './configuration/match-route.ts';
import { actorSources } from './configured-engine.ts';
import type { PreparedContract } from './core/contract.ts';
import type { PolicyBundle } from './core/document.ts';
import type { TransactionRecord } from './core/record.ts';
import { ShortSteps } from './gateway/short-steps.ts';
import { openCountries } from './geoip/countries.ts';
import { policySteps } from './inspection/compiled-policy.ts';
import { EndpointMatcher } from './inspection/endpoints.ts';
import { createEngine } from './inspection/engine.ts';
import { Identifier } from './inspection/identify.ts';
import { maskedEvidences } from './inspection/masked-message.ts';
import { MessageRing } from './inspection/message-ring.ts';
import { Observer } from './inspection/observe.ts';
import { compileSnapshot, type Snapshot } from './inspection/snapshot.ts';
import { statedTemplates } from './inspection/stated-templates.ts';
import type { CanaryPlace, FromWorker, ToWorker, WorkerStart } from './messages.ts';
import { ContractTable } from './openapi/contract-table.ts';
import { endpointsOf } from './openapi/endpoints-of.ts';
import { createDataPlane } from './proxy/data-plane.ts';
import { connectionsMax } from './proxy/open-files.ts';
import type { ProxySettings } from './proxy/settings.ts';
import { LastNote } from './quarantine/last-note.ts';
import { Quarantine } from './quarantine/quarantine.ts';
import { openRecorder } from './recorder/open-recorder.ts';
import { recordingInspector } from './recorder/recording-inspector.ts';
import { RecordQueue } from './records/record-queue.ts';
import { WorkerCounter } from './records/worker-counts.ts';
import { ShadowJudge, type ShadowOrder } from './shadow/shadow-judge.ts';
import { accessLine } from './telemetry/access-log.ts';
import { endProcess, killSelf, LOG_FLUSH_MS, openLogOutput } from './telemetry/log-output.ts';

const HEARTBEAT_MS = 1_000;
/** How far behind the others a worker's count of a rate-limited actor may be. */
const RATE_COUNTS_MS = 50;
const SHADOW_COUNTS_MS = 1_000;

export function runGateway(): void {
  const tell = (message: FromWorker): void => {
    // A supervisor that has died meanwhile is noticed by `disconnect`.
    if (process.connected) process.send!(message, () => {});
  };
  // Without its supervisor a worker has no policy changes and no one to answer to. Whoever read its log may be gone as well, and an exit
  // waits for a write that nobody takes: so there is none, and not that of Node's cluster either.
  const lost = (): void => {
    if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;
    setTimeout(killSelf, LOG_FLUSH_MS);
  };
  process.prependOnceListener('disconnect', lost);
  // Changes that come while it starts wait until there is something to change.
  const waiting: ToWorker[] = [];
  let take: ((message: ToWorker) => void) | undefined;
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'warm') {
      warmUp(message.bundle);
      return;
    }
    if (message.kind !== 'start') {
      if (take === undefined) waiting.push(message);
      else take(message);
      return;
    }
    // The start has everything that was sent before it.
    waiting.length = 0;
    if (process.argv[2] === 'spare') nameAs(`${process.execArgv.join(' ')} ${process.argv[1]}`);
    const onReady = (change: (message: ToWorker) => void): void => {
      for (const one of waiting.splice(0)) change(one);
      take = change;
    };
    start(message, tell, onReady).catch((error: unknown) => {
      tell({ kind: 'failed', message: (error as Error).message });
      process.exitCode = 1;
      process.off('disconnect', lost);
      process.disconnect();
    });
  });
  tell({ kind: 'loaded' });
}

/** The scanner is kept by its documents, and is the dearest part of a start by far. */
function warmUp(bundle: PolicyBundle): void {
  try {
    compileSnapshot(bundle, []);
  } catch {
    // Its start will say so.
  }
  if (process.argv[2] === 'spare') nameAs('spare worker of sallyport, ready');
}

/** What lists of processes show: of a worker that was spare, what they show of the others. */
function nameAs(rest: string): void {
  process.title = `${process.argv0} ${rest}`;
}

async function start(
  first: WorkerStart,
  tell: (message: FromWorker) => void,
  onReady: (change: (message: ToWorker) => void) => void,
): Promise<void> {
  const { configuration } = first;
  const countryOf = await openCountries(configuration.geoip.country);
  const out = openLogOutput();
  const log = pino({ level: configuration.log.level, base: null }, out);
  const counter = new WorkerCounter();
  const queue = new RecordQueue(first.socketPath, first.worker, () =>
    counter.counts({
      recordsDropped: queue.dropped,
      recordingsDropped: recorder === undefined ? 0 : recorder.counts.dropped + recorder.counts.failed,
      upstreamRetries: plane.counters.upstreamRetries,
      badRequestsOnWire: plane.counters.badRequestsOnWire,
      activeTransactions: plane.counters.activeTransactions,
    }),
  );
  const logsAccess = configuration.log.access && log.isLevelEnabled('info');
  const onRecord = (record: TransactionRecord): void => {
    counter.count(record);
    queue.offer(record);
    if (logsAccess) out.write(accessLine(record, Date.now()));
  };
  let stated = statedTemplates({ ...configuration, openapiFiles: endpointsOf(first.contracts) });
  let { templates } = first.learned;
  const matcherOf = (): EndpointMatcher => new EndpointMatcher([...stated, ...templates]);
  const observerOf = (secret: string): Observer | undefined =>
    secret === '' ? undefined : new Observer(Buffer.from(secret, 'base64'));
  let { secret } = first.learned;
  let observer = observerOf(secret);
  const baselines = new Map(first.learned.baselines.map((one) => [one.endpoint, one] as const));
  const contractsOf = (contracts: readonly PreparedContract[]): ContractTable =>
    new ContractTable(contracts, (route) => configuration.contracts[route]);
  const contracts = contractsOf(first.contracts);
  const contractWork = new ShortSteps();
  const policyWork = new ShortSteps();
  contractWork.atOnce(contracts.warm());
  let snapshot: Snapshot = {
    ...compileSnapshot(first.bundle, first.restrictions),
    endpoints: matcherOf(),
    baselines,
    contracts,
  };
  const sources = actorSources(configuration, first.keySets, () => tell({ kind: 'unknown-key' }));
  const messages = new MessageRing();
  const engineSettings = {
    limits: configuration.limits,
    trustedProxies: configuration.identity.trustedProxies,
    identifier: new Identifier(sources.sources),
    verifiesTokens: sources.hasKeys,
    countryOf,
  };
  snapshot.budgets.change(first.learned.budgets);
  const note = new LastNote(first.notePath);
  const quarantine = new Quarantine({
    first: first.quarantine,
    note: (fingerprints) => note.write(fingerprints),
    onSurvived: (fingerprints) => tell({ kind: 'survived', fingerprints }),
  });
  const engine = createEngine(
    {
      ...engineSettings,
      matchRoute: compileRoutes(configuration.routes),
      isAnalystThere: () => queue.isConnected,
      onRecord,
      observer: () => observer,
      quarantine: (head, body) => quarantine.refusal(head, body),
      messages,
      onDetectorError: (detector) => {
        counter.detectorErrors += 1;
        log.error({ detector }, 'detector failed');
      },
    },
    snapshot,
  );
  const recorder = openRecorder(configuration);
  const shadow = new ShadowJudge({
    settings: { ...engineSettings, routes: configuration.routes },
    snapshot: () => snapshot,
    random: Math.random,
    now: () => performance.now(),
    later: (step, ms) => void setTimeout(step, ms).unref(),
  });
  const follow = (order: ShadowOrder | undefined): void => {
    try {
      shadow.follow(order);
    } catch (error) {
      tell({ kind: 'shadow-refused', run: order!.run, message: (error as Error).message });
    }
  };
  follow(first.shadow);
  const recording = recorder === undefined ? engine : recordingInspector(engine, recorder);
  const plane = createDataPlane(
    proxySettings(configuration),
    quarantine.watched(recordingInspector(recording, shadow)),
  );
  onReady((message) => {
    switch (message.kind) {
      case 'bundle':
        policyWork.inTurn(policySteps(message.bundle), () => {
          try {
            snapshot = withPolicy(snapshot, message.bundle, message.canary);
            engine.publish(snapshot);
            tell({ kind: 'compiled', version: message.bundle.version });
          } catch (error) {
            tell({ kind: 'refused-bundle', version: message.bundle.version, message: (error as Error).message });
          }
        });
        break;
      case 'restrictions':
        snapshot.restrictions.change(message.change);
        break;
      case 'learned':
        if (message.secret !== secret) observer = observerOf(message.secret);
        secret = message.secret;
        templates = message.templates;
        snapshot = { ...snapshot, endpoints: matcherOf() };
        engine.publish(snapshot);
        break;
      case 'contracts': {
        const contracts = contractsOf(message.contracts);
        // The last ones stay in force until the new ones are compiled.
        contractWork.beside(contracts.warm(), () => {
          stated = statedTemplates({ ...configuration, openapiFiles: endpointsOf(message.contracts) });
          snapshot = { ...snapshot, contracts, endpoints: matcherOf() };
          engine.publish(snapshot);
        });
        break;
      }
      case 'baselines':
        for (const endpoint of message.removed) baselines.delete(endpoint);
        for (const one of message.changed) baselines.set(one.endpoint, one);
        break;
      case 'evidence-wanted': {
        const found = message.ids.flatMap((id) => {
          const kept = messages.get(id);
          return kept === undefined ? [] : [{ id, ...maskedEvidences(kept, snapshot.policy.scanner) }];
        });
        if (found.length > 0) tell({ kind: 'evidence', found });
        break;
      }
      case 'owners':
        snapshot.owners.change(message.change.isWhole, message.change.owners);
        break;
      case 'budgets':
        snapshot.budgets.change(message.budgets);
        break;
      case 'issued':
        snapshot.issued.change(message.change);
        break;
      case 'rate-counts':
        engine.rateWindows.add(message);
        break;
      case 'shadow':
        follow(message.order);
        break;
      case 'quarantine':
        quarantine.become(message.state);
        break;
      case 'key-sets':
        sources.replaceKeySets(message.keySets);
        break;
      case 'drain':
        void stop();
        break;
      case 'start':
      case 'warm':
        break;
      default:
        message satisfies never;
    }
  });
  const stop = async (): Promise<void> => {
    await plane.drain(configuration.drain.grace);
    await queue.close();
    await recorder?.close();
    note.close();
    endProcess(out, 0);
  };
  // A worker in an unknown state must not go on judging traffic.
  process.on('uncaughtException', (error) => {
    quarantine.freeze();
    log.fatal({ stack: error.stack }, 'uncaught exception');
    void plane.drain(5_000).then(() => endProcess(out, 1));
  });
  process.on('unhandledRejection', (error) => {
    throw error;
  });
  process.once('disconnect', () => out.flush(killSelf));
  process.on('SIGTERM', () => {});
  process.on('SIGINT', () => {});
  const port = await plane.listen();
  setInterval(() => tell({ kind: 'heartbeat' }), HEARTBEAT_MS).unref();
  setInterval(() => {
    const counts = engine.rateWindows.takeUntold();
    if (counts !== undefined) tell({ kind: 'rate-counts', ...counts });
  }, RATE_COUNTS_MS).unref();
  setInterval(() => {
    const counts = shadow.take();
    if (counts !== undefined) tell({ kind: 'shadow-counts', counts });
  }, SHADOW_COUNTS_MS).unref();
  tell({ kind: 'listening', port });
}

function withPolicy(snapshot: Snapshot, bundle: PolicyBundle, canary: CanaryPlace | undefined): Snapshot {
  const { policy } = compileSnapshot(bundle, []);
  return canary?.routes === undefined
    ? { ...snapshot, policy, canary: undefined }
    : { ...snapshot, canary: { policy, share: canary.share, routes: new Set(canary.routes) } };
}

function proxySettings(configuration: Configuration): ProxySettings {
  return {
    host: configuration.listen.host,
    port: configuration.listen.port,
    tls:
      configuration.tls === undefined
        ? undefined
        : {
            certFile: configuration.tls.cert,
            keyFile: configuration.tls.key,
            minVersion: configuration.tls.minVersion,
          },
    upstreams: Object.entries(configuration.upstreams).map(([name, upstream]) => ({
      name,
      urls: upstream.urls,
      balancing: upstream.balancing,
      connectionsMax: upstream.connectionsMax,
      connectTimeoutMs: upstream.timeouts.connect,
      tls: {
        ca: upstream.tls.ca,
        rejectUnauthorized: upstream.tls.rejectUnauthorized,
        servername: upstream.tls.servername,
      },
      healthCheck:
        upstream.healthCheck === undefined
          ? undefined
          : {
              path: upstream.healthCheck.path,
              intervalMs: upstream.healthCheck.interval,
              timeoutMs: upstream.healthCheck.timeout,
              healthyAfter: upstream.healthCheck.healthyAfter,
              unhealthyAfter: upstream.healthCheck.unhealthyAfter,
              statusMax: upstream.healthCheck.statusMax,
            },
    })),
    heldBytesMax: configuration.bodies.heldBytesMax,
    connectionsMax: connectionsMax(),
  };
}

if (cluster.isWorker) runGateway();
