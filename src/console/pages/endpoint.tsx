// One endpoint: what is normal at it, what its messages look like, how far learning is, and what people do with the baseline.
import { useState } from 'preact/hooks';
import type { LearnedEndpoint } from '../../core/learned-endpoint.ts';
import { call, may } from '../api.ts';
import { act } from '../components/act.ts';
import { Dialog } from '../components/dialog.tsx';
import { Hours, range, Shares } from '../components/endpoint-figures.tsx';
import { type OpenFinding, OpenFindings, type Risk, RiskPanel } from '../components/endpoint-risk.tsx';
import { Schemas } from '../components/endpoint-schema.tsx';
import { Bars, Facts, Page, Panel } from '../components/parts.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { bytes, compact, dateTime, number, percent } from '../format.ts';
import { useResource } from '../resource.ts';
import { phrase } from '../told.ts';
import { t, wordFor } from '../words.ts';
import { Maturity } from './endpoints.tsx';

type Whole = LearnedEndpoint & {
  readonly isPromoted?: boolean;
  readonly tags: readonly string[];
  readonly risk: Risk;
  readonly findings: readonly OpenFinding[];
  readonly versions: readonly { readonly version: number; readonly at: number }[];
};

export function EndpointPage({ id }: { readonly id: string }) {
  const endpoint = useResource<Whole>(`/endpoints/${encodeURIComponent(id)}`, ['traffic']);
  const [isResetting, setResetting] = useState(false);
  const change = async (body: object): Promise<void> => {
    await act(() => call('PATCH', `/baselines/${encodeURIComponent(id)}`, body), t('endpoint.changed'));
    setResetting(false);
    endpoint.reload();
  };
  return (
    <Loaded of={endpoint} lines={10}>
      {(one) => (
        <Page
          title={`${one.method} ${one.template}`}
          tools={
            may('analyst') && (
              <>
                <button
                  type="button"
                  class={`button ${one.maturity.isReady && one.isPromoted !== true ? 'main' : ''}`}
                  title={t('endpoint.promote.more')}
                  onClick={() => void change({ isPromoted: one.isPromoted !== true })}
                >
                  {one.isPromoted === true ? t('endpoint.demote') : t('endpoint.promote')}
                </button>
                <button type="button" class="button" onClick={() => void change({ isFrozen: !one.isFrozen })}>
                  {one.isFrozen ? t('endpoint.thaw') : t('endpoint.freeze')}
                </button>
                <button type="button" class="button" onClick={() => void change({ keepVersion: true })}>
                  {t('endpoint.keep')}
                </button>
                <button type="button" class="button danger" onClick={() => setResetting(true)}>
                  {t('endpoint.reset')}
                </button>
              </>
            )
          }
        >
          <div class="row wrap">
            <Maturity of={one} />
            {one.isPromoted === true && <span class="badge critical">{t('endpoint.promoted')}</span>}
            <span class="mono muted">{one.host}</span>
            {one.tags.map((tag) => (
              <span class="badge accent" key={tag}>
                {tag}
              </span>
            ))}
            {one.isWebSocket && <span class="badge">WebSocket</span>}
            {one.operation !== undefined && <span class="badge">GraphQL {one.operation}</span>}
            <a href={`/transactions?endpoint=${encodeURIComponent(one.id)}`}>{t('attacker.transactions')}</a>
            <a href={`/incidents?endpoint=${encodeURIComponent(one.id)}`}>{t('nav.incidents')}</a>
          </div>
          <div class="grid">
            <RiskPanel of={one.risk} />
            <OpenFindings of={one.findings} />
            <Ready of={one} onBack={(version) => void change({ rollBackTo: version })} />
            <Panel class="third" title={t('endpoint.normal')}>
              <Facts
                of={[
                  [t('endpoint.samples'), number(one.samples)],
                  [t('endpoint.callers'), number(one.principals)],
                  [t('incident.first'), dateTime(one.firstSeen)],
                  [t('incident.last'), dateTime(one.lastSeen)],
                  [t('endpoint.latency'), range(one.latencyMs, (ms) => `${number(ms)} ms`)],
                  [t('endpoint.response'), range(one.responseBytes, bytes)],
                  [t('endpoint.request'), range(one.requestBytes, bytes)],
                  [t('endpoint.records'), range(one.records, compact)],
                  [t('endpoint.per.caller'), range(one.requestsPerCaller, compact)],
                  one.ownership.objects > 0
                    ? [
                        t('endpoint.owned'),
                        `${percent(one.ownership.ownedShare)}${one.ownership.isPrivate ? ` · ${t('endpoint.private')}` : ''}`,
                      ]
                    : undefined,
                  one.ownerFields.length > 0
                    ? [
                        t('endpoint.owner.fields'),
                        one.ownerFields.map(([pointer, claim]) => `${pointer} = ${claim}`).join(', '),
                      ]
                    : undefined,
                ]}
              />
            </Panel>
            <Panel class="third" title={t('endpoint.answers')}>
              <Shares of={one.statuses} />
              <h3 class="gap">{t('endpoints.auth')}</h3>
              <Shares of={one.authentication.map(([scheme, count]) => [wordFor('scheme', scheme), count] as const)} />
              {one.countries.length > 0 && (
                <>
                  <h3 class="gap">{t('endpoint.countries')}</h3>
                  <Shares of={one.countries.slice(0, 6)} />
                </>
              )}
            </Panel>
            <Panel class="third" title={t('endpoint.hours')}>
              <Hours of={one.hours} />
            </Panel>
            <Panel title={t('endpoint.data')}>
              {one.dataTypes.length === 0 ? (
                <Empty icon="data" title={t('endpoint.data.none')} />
              ) : (
                <Bars
                  of={one.dataTypes.map(([type, values]) => ({
                    key: type,
                    label: <a href={`/data?text=${encodeURIComponent(type)}`}>{type}</a>,
                    value: values.count,
                    said: t('endpoint.data.range', {
                      n: compact(values.count),
                      p50: compact(values.p50),
                      p99: compact(values.p99),
                    }),
                    look: 'mask',
                  }))}
                />
              )}
            </Panel>
            <Schemas of={one} />
          </div>
          {isResetting && (
            <Dialog title={t('endpoint.reset')} onClose={() => setResetting(false)}>
              <div class="stack">
                <p>{t('endpoint.reset.more')}</p>
                <div class="actions">
                  <button type="button" class="button" onClick={() => setResetting(false)}>
                    {t('cancel')}
                  </button>
                  <button type="button" class="button danger" onClick={() => void change({ reset: true })}>
                    {t('endpoint.reset')}
                  </button>
                </div>
              </div>
            </Dialog>
          )}
        </Page>
      )}
    </Loaded>
  );
}

function Ready({ of: one, onBack }: { readonly of: Whole; readonly onBack: (version: number) => void }) {
  return (
    <Panel class="third" title={t('endpoint.maturity')}>
      {one.maturity.isReady ? (
        <Empty title={t('endpoint.is.ready')}>{t('endpoint.is.ready.more')}</Empty>
      ) : (
        <>
          <p>{t('endpoint.not.ready')}</p>
          <ul class="list gap">
            {one.maturity.missing.map((missing) => (
              <li key={missing}>{phrase(missing)}</li>
            ))}
          </ul>
        </>
      )}
      {one.versions.length > 0 && (
        <>
          <h3 class="gap">{t('endpoint.versions')}</h3>
          <ul class="list">
            {one.versions.map(({ version, at }) => (
              <li key={version} class="row spread">
                <span>
                  {version} · {dateTime(at)}
                </span>
                {may('analyst') && (
                  <button type="button" class="button" onClick={() => onBack(version)}>
                    {t('endpoint.back')}
                  </button>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}
