// How things stand: what passed, what was stopped, who attacks, what leaves, how far learning is.
import { useMemo } from 'preact/hooks';
import type { Actor } from '../../core/actor.ts';
import { SEVERITIES, type Severity } from '../../core/finding.ts';
import type { Incident } from '../../core/incident.ts';
import { said } from '../api.ts';
import { StackedBars } from '../components/chart.tsx';
import { FirstRun } from '../components/first-run.tsx';
import { type GatewayFacts, Health, type HealthFacts } from '../components/health.tsx';
import {
  Ago,
  actorHref,
  Bars,
  Confidence,
  Endpoint,
  endpointHref,
  Meter,
  Page,
  Panel,
  Segments,
  SeverityBadge,
} from '../components/parts.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { bytes, compact, number, percent } from '../format.ts';
import { useResource } from '../resource.ts';
import { filterBy, usePlace } from '../router.ts';
import { phrase, titleOf } from '../told.ts';
import { t, wordFor } from '../words.ts';

type Span = 'hour' | 'day' | 'week';

interface Bucket {
  readonly at: number;
  readonly received: number;
  readonly tagged: number;
  readonly masked: number;
  readonly blocked: number;
  readonly wouldAct: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
  readonly bytesOut: number;
  readonly durationMs: number;
  readonly upstreamMs: number;
}

interface OverviewData {
  readonly now: number;
  readonly span: Span;
  readonly bucketSeconds: number;
  readonly received: number;
  readonly buckets: readonly Bucket[];
  readonly incidents: {
    readonly open: Readonly<Record<Severity, number>>;
    readonly binMs: number;
    readonly bins: readonly { readonly at: number; readonly bySeverity: Readonly<Record<Severity, number>> }[];
    readonly families: Readonly<Record<string, number>>;
    readonly latest: readonly Pick<
      Incident,
      'id' | 'title' | 'detection' | 'severity' | 'endpoint' | 'lastSeen' | 'result' | 'count'
    >[];
  };
  readonly actors: readonly {
    readonly key: string;
    readonly actor: Actor;
    readonly confidencePercent: number;
    readonly country: string | undefined;
    readonly lastSeen: number;
    readonly blocked: number;
    readonly incidents: number;
  }[];
  readonly data: readonly {
    readonly dataType: string;
    readonly endpoint: string;
    readonly out: number;
    readonly withheld: number;
  }[];
  readonly learning: {
    readonly endpoints: number;
    readonly ready: number;
    readonly samples: number;
    readonly waitingFor: readonly (readonly [endpoint: string, missing: string])[];
  };
  readonly gateway: GatewayFacts;
  readonly health: HealthFacts;
}

const HIGHEST_FIRST = [...SEVERITIES].reverse();

export function Overview() {
  const chosen = usePlace().query.get('span') as Span | null;
  const span = chosen ?? 'hour';
  const overview = useResource<OverviewData>(
    `/overview?span=${span}`,
    ['traffic', 'transaction', 'incident', 'policy', 'restriction'],
    15_000,
  );
  const spans = (['hour', 'day', 'week'] as const).map((one) => [one, wordFor('span', one)] as const);
  return (
    <Page
      title={t('nav.overview')}
      tools={
        <Segments
          label={t('span')}
          options={spans}
          value={span}
          onChange={(one) => filterBy({ span: one === 'hour' ? undefined : one })}
        />
      }
    >
      <Loaded of={overview} lines={10}>
        {(data) =>
          data.received === 0 && data.buckets.every(({ received }) => received === 0) ? (
            <FirstRun gateway={data.gateway} />
          ) : (
            <Everything of={data} />
          )
        }
      </Loaded>
    </Page>
  );
}

function Everything({ of }: { readonly of: OverviewData }) {
  const { incidents, actors, data, learning, health } = of;
  const open = HIGHEST_FIRST.reduce((sum, severity) => sum + incidents.open[severity], 0);
  return (
    <>
      {health.faults.length > 0 && (
        <div class="note bad" role="alert">
          <span>
            <strong>{t('overview.refused')}</strong> <span class="mono small break">{said(health.faults[0]!)}</span>
          </span>
          <a class="button" href="/policies">
            {t('overview.look')}
          </a>
        </div>
      )}
      <Tiles of={of} />
      <div class="grid">
        <Panel
          class="wide"
          title={t('overview.traffic')}
          more={<span class="muted">{t('overview.traffic.more', { seconds: of.bucketSeconds })}</span>}
        >
          <Traffic buckets={of.buckets} />
        </Panel>
        <Panel class="third" title={t('overview.health')}>
          <Health of={of} />
        </Panel>
        <Panel
          class="wide"
          title={t('overview.incidents')}
          more={<a href="/incidents">{t('overview.all', { n: number(open) })}</a>}
        >
          <IncidentsOverTime incidents={incidents} />
        </Panel>
        <Panel class="third" title={t('overview.open')}>
          {open === 0 ? (
            <Empty title={t('overview.open.none')} />
          ) : (
            <ul class="list">
              {incidents.latest.map((one) => (
                <li key={one.id} class="row top">
                  <SeverityBadge severity={one.severity} />
                  <span class="grow">
                    <a class="strong break" href={`/incidents/${one.id}`}>
                      {titleOf(one.detection, one.title)}
                    </a>
                    <span class="muted small ellipsis" style={{ display: 'block' }}>
                      <Endpoint id={one.endpoint} />
                    </span>
                  </span>
                  <span class="muted small nowrap">
                    <Ago at={one.lastSeen} />
                  </span>
                </li>
              ))}
            </ul>
          )}
        </Panel>
        <Panel class="third" title={t('overview.attackers')} more={<a href="/attackers">{t('overview.more')}</a>}>
          {actors.length === 0 ? (
            <Empty icon="attackers" title={t('overview.attackers.none')} />
          ) : (
            <ul class="list">
              {actors.map(({ key, actor, confidencePercent, country, incidents: count }) => (
                <li key={key} class="row spread">
                  <span class="grow">
                    <a class="strong break" href={actorHref(key)}>
                      {actor.id}
                    </a>
                    <span class="muted small" style={{ display: 'block' }}>
                      {[wordFor('actor', actor.kind), country, t('count.incidents', { n: count })]
                        .filter(Boolean)
                        .join(' · ')}
                    </span>
                  </span>
                  <Confidence percent={confidencePercent} />
                </li>
              ))}
            </ul>
          )}
        </Panel>
        <Panel class="third" title={t('overview.data')} more={<a href="/data">{t('overview.more')}</a>}>
          {data.length === 0 ? (
            <Empty icon="data" title={t('overview.data.none')} />
          ) : (
            <Bars
              of={data.map(({ dataType, endpoint, out, withheld }) => ({
                key: `${dataType} ${endpoint}`,
                value: out,
                look: withheld > 0 ? 'mask' : 'high',
                said: `${compact(out)}${withheld > 0 ? ` · ${t('overview.withheld', { n: percent(withheld / out) })}` : ''}`,
                label: <strong>{dataType}</strong>,
                under: <Endpoint id={endpoint} />,
              }))}
            />
          )}
        </Panel>
        <Panel class="third" title={t('overview.learning')} more={<a href="/endpoints">{t('overview.more')}</a>}>
          <Learning of={learning} />
        </Panel>
      </div>
    </>
  );
}

function Tiles({ of }: { readonly of: OverviewData }) {
  const { buckets, gateway } = of;
  const sum = (name: keyof Bucket): number => buckets.reduce((total, bucket) => total + bucket[name], 0);
  const received = sum('received');
  const added = received === 0 ? 0 : (sum('durationMs') - sum('upstreamMs')) / received;
  const tiles: readonly (readonly [string, string, string, string])[] = [
    ['', t('tile.requests'), compact(received), ''],
    ['blocked', t('tile.blocked'), compact(sum('blocked')), share(sum('blocked'), received)],
    ['masked', t('tile.masked'), compact(sum('masked')), share(sum('masked'), received)],
    ['tagged', t('tile.tagged'), compact(sum('tagged')), share(sum('tagged'), received)],
    ...(gateway.mode === 'monitor' || sum('wouldAct') > 0
      ? [['', t('tile.would'), compact(sum('wouldAct')), share(sum('wouldAct'), received)] as const]
      : []),
    ['', t('tile.errors'), compact(sum('serverErrors')), share(sum('serverErrors'), received)],
    ['', t('tile.added'), `${number(added, 2)} ms`, ''],
    ['', t('tile.out'), bytes(sum('bytesOut')), ''],
  ];
  return (
    <dl class="panel tiles">
      {tiles.map(([swatch, name, value, more]) => (
        <div class="tile" key={name}>
          <dt>
            {swatch !== '' && <i class={`swatch ${swatch}`} />}
            {name}
          </dt>
          <dd>
            {value}
            {more !== '' && <small>{more}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Traffic({ buckets }: { readonly buckets: readonly Bucket[] }) {
  const { times, series } = useMemo(() => {
    // Fewer and wider bars read better than hundreds of hairs.
    const wide = Math.max(1, Math.round(buckets.length / 72));
    const groups = Array.from({ length: Math.floor(buckets.length / wide) }, (_, i) =>
      buckets.slice(i * wide, (i + 1) * wide),
    );
    const of = (name: keyof Bucket): number[] =>
      groups.map((group) => group.reduce((sum, bucket) => sum + bucket[name], 0));
    const acted = [of('blocked'), of('masked'), of('tagged')] as const;
    const passed = of('received').map((all, i) => all - acted[0][i]! - acted[1][i]! - acted[2][i]!);
    return {
      times: groups.map((group) => group[0]!.at),
      series: [
        { key: 'passed', title: t('overview.passed'), colour: '--allow', values: passed },
        { key: 'tagged', title: t('tile.tagged'), colour: '--tag', values: acted[2] },
        { key: 'masked', title: t('tile.masked'), colour: '--mask', values: acted[1] },
        { key: 'blocked', title: t('tile.blocked'), colour: '--block', values: acted[0] },
      ],
    };
  }, [buckets]);
  return <StackedBars label={t('overview.traffic')} times={times} series={series} height={256} />;
}

function IncidentsOverTime({ incidents }: { readonly incidents: OverviewData['incidents'] }) {
  const { times, series } = useMemo(
    () => ({
      times: incidents.bins.map(({ at }) => at),
      series: HIGHEST_FIRST.map((severity) => ({
        key: severity,
        title: wordFor('severity', severity),
        colour: `--${severity}`,
        values: incidents.bins.map(({ bySeverity }) => bySeverity[severity]),
      })).filter(({ key, values }) => key !== 'info' || values.some((one) => one > 0)),
    }),
    [incidents],
  );
  const families = Object.entries(incidents.families).sort((a, b) => b[1] - a[1]);
  return (
    <div class="stack">
      <StackedBars label={t('overview.incidents')} times={times} series={series} height={300} />
      {families.length > 0 && (
        <div class="row wrap">
          {families.map(([family, count]) => (
            <a key={family} class="badge" href={`/incidents?family=${family}`}>
              {wordFor('family', family)} <span class="numeric">{count}</span>
            </a>
          ))}
        </div>
      )}
    </div>
  );
}

function Learning({ of }: { readonly of: OverviewData['learning'] }) {
  if (of.endpoints === 0) return <Empty icon="endpoints" title={t('overview.learning.none')} />;
  return (
    <div class="stack tight">
      <p>{t('overview.learning.ready', { ready: number(of.ready), all: number(of.endpoints) })}</p>
      <Meter share={of.ready / of.endpoints} />
      <p class="muted small">{t('overview.learning.samples', { n: compact(of.samples) })}</p>
      {of.waitingFor.length > 0 && (
        <ul class="list">
          {of.waitingFor.map(([id, missing]) => (
            <li key={id}>
              <a class="ellipsis" style={{ display: 'block' }} href={endpointHref(id)}>
                <Endpoint id={id} />
              </a>
              <span class="muted small">{phrase(missing)}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function share(part: number, whole: number): string {
  return whole === 0 ? '' : percent(part / whole);
}
