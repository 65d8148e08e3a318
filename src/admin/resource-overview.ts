// /api/v1/overview: the state of this gateway on one page: traffic, incidents, attackers, data, learning, health.
import type { FastifyInstance } from 'fastify';
import type { Analysis } from '../analysis/analysis.ts';
import type { Learner } from '../analysis/learning/learner.ts';
import { SEVERITIES, type Severity } from '../core/finding.ts';
import type { Incident } from '../core/incident.ts';
import type { AdminContext } from './context.ts';
import { SPANS, type Span } from './traffic-history.ts';

type OverviewContext = Pick<
  AdminContext,
  'history' | 'flows' | 'policy' | 'workers' | 'gateway' | 'book' | 'analysis' | 'learner' | 'sinks' | 'store'
>;

const BINS: Readonly<Record<Span, number>> = { hour: 30, day: 24, week: 28 };
const TOP_MAX = 6;
const LEARNING_FRESH_MS = 15_000;
/** Counting every incident costs with many of them. */
const INCIDENTS_FRESH_MS = 1_000;

const querystring = {
  type: 'object',
  additionalProperties: false,
  properties: { span: { enum: Object.keys(SPANS), default: 'hour' } },
} as const;

export function overviewRoutes(api: FastifyInstance, context: OverviewContext): void {
  const learning = learningOf(context.learner);
  const counted = new Map<Span, { at: number; incidents: IncidentsOver }>();
  const incidentsFor = (span: Span, now: number): IncidentsOver => {
    const known = counted.get(span);
    if (known !== undefined && now - known.at < INCIDENTS_FRESH_MS) return known.incidents;
    const incidents = incidentsOver(context.analysis, span, now);
    counted.set(span, { at: now, incidents });
    return incidents;
  };
  api.get<{ Querystring: { span: Span } }>('/overview', { schema: { querystring } }, async (request) => {
    const now = Date.now();
    const { span } = request.query;
    const { history, flows, policy, workers, gateway, book, analysis, sinks, store } = context;
    const { bundle, faults } = policy();
    return {
      now,
      span,
      bucketSeconds: SPANS[span].bucketMs / 1_000,
      received: history.received,
      buckets: history.over(span, now),
      incidents: incidentsFor(span, now),
      actors: analysis
        .actors({ confidenceMin: 1 }, now, 0, TOP_MAX)
        .items.map(({ key, actor, confidencePercent, country, lastSeen, blocked, incidents }) => ({
          key,
          actor,
          confidencePercent,
          country,
          lastSeen,
          blocked,
          incidents: incidents.length,
        })),
      data: flows
        .list()
        .filter((flow) => flow.out > 0)
        .sort((a, b) => b.out - a.out)
        .slice(0, TOP_MAX),
      learning: learning(now),
      gateway: gateway(),
      health: {
        workers: workers(),
        policyVersion: bundle.version,
        documents: bundle.documents.length,
        faults,
        restrictions: book.live(now).length,
        store: { kind: store.kind, ...store.health() },
        sinks: sinks.states().map(({ id, kind, state, queuedMessages }) => ({ id, kind, state, queuedMessages })),
      },
    };
  });
}

interface IncidentsOver {
  readonly open: Record<Severity, number>;
  readonly binMs: number;
  readonly bins: { at: number; bySeverity: Record<Severity, number> }[];
  readonly families: Record<string, number>;
  readonly latest: Omit<Incident, 'evidence' | 'history' | 'comments'>[];
}

function incidentsOver(analysis: Analysis, span: Span, now: number): IncidentsOver {
  const { bucketMs, bucketsMax } = SPANS[span];
  const binMs = (bucketMs * bucketsMax) / BINS[span];
  const last = Math.floor(now / binMs) * binMs;
  const first = last - (BINS[span] - 1) * binMs;
  const over: IncidentsOver = {
    open: noneOfEach(),
    binMs,
    bins: Array.from({ length: BINS[span] }, (_, i) => ({ at: first + i * binMs, bySeverity: noneOfEach() })),
    families: {},
    latest: analysis
      .incidents({ status: ['open', 'in-progress'] }, 0, TOP_MAX)
      .items.map(({ evidence, history, comments, ...incident }) => incident),
  };
  for (const { status, severity, family, detectedAt } of analysis.tallies()) {
    if (status === 'open' || status === 'in-progress') over.open[severity] += 1;
    if (detectedAt < first) continue;
    over.families[family] = (over.families[family] ?? 0) + 1;
    const bin = over.bins[Math.floor((detectedAt - first) / binMs)];
    if (bin !== undefined) bin.bySeverity[severity] += 1;
  }
  return over;
}

/** Reading every baseline costs; a page that is open on ten desks does not need it ten times. */
function learningOf(learner: Learner): (now: number) => object {
  let kept = { at: 0, endpoints: 0, ready: 0, samples: 0, waitingFor: [] as (readonly [string, string])[] };
  return (now) => {
    if (now - kept.at < LEARNING_FRESH_MS) return kept;
    const endpoints = learner.endpoints();
    const waiting = endpoints.filter(({ maturity }) => !maturity.isReady).sort((a, b) => b.samples - a.samples);
    kept = {
      at: now,
      endpoints: endpoints.length,
      ready: endpoints.length - waiting.length,
      samples: endpoints.reduce((sum, { samples }) => sum + samples, 0),
      waitingFor: waiting.slice(0, 3).map(({ id, maturity }) => [id, maturity.missing[0] ?? ''] as const),
    };
    return kept;
  };
}

function noneOfEach(): Record<Severity, number> {
  return Object.fromEntries(SEVERITIES.map((severity) => [severity, 0])) as Record<Severity, number>;
}
