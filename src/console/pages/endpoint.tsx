// One endpoint: what is normal at it, what its messages look like, how far learning is, and what people do with the baseline.
import { useState } from 'preact/hooks';
import type { LearnedEndpoint, LearnedRange, LearnedSchema } from '../../core/learned-endpoint.ts';
import { call, may } from '../api.ts';
import { Dialog } from '../components/dialog.tsx';
import { Bars, Facts, Page, Panel, Segments } from '../components/parts.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { say, sayError } from '../components/toasts.tsx';
import { bytes, compact, dateTime, number, percent } from '../format.ts';
import { useResource } from '../resource.ts';
import { t } from '../words.ts';
import { Maturity } from './endpoints.tsx';

type Whole = LearnedEndpoint & {
  readonly isPromoted?: boolean;
  readonly versions: readonly { readonly version: number; readonly at: number }[];
};

export function EndpointPage({ id }: { readonly id: string }) {
  const endpoint = useResource<Whole>(`/endpoints/${encodeURIComponent(id)}`, ['traffic']);
  const [isResetting, setResetting] = useState(false);
  const change = async (body: object): Promise<void> => {
    try {
      await call('PATCH', `/baselines/${encodeURIComponent(id)}`, body);
      say(t('endpoint.changed'));
    } catch (error) {
      sayError(error);
    }
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
            {one.isWebSocket && <span class="badge">WebSocket</span>}
            {one.operation !== undefined && <span class="badge">GraphQL {one.operation}</span>}
            <a href={`/transactions?endpoint=${encodeURIComponent(one.id)}`}>{t('attacker.transactions')}</a>
            <a href={`/incidents?endpoint=${encodeURIComponent(one.id)}`}>{t('nav.incidents')}</a>
          </div>
          <div class="grid">
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
              <Shares of={one.authentication} />
              {one.countries.length > 0 && (
                <>
                  <h3 class="gap">{t('endpoint.countries')}</h3>
                  <Shares of={one.countries.slice(0, 6)} />
                </>
              )}
            </Panel>
            <Panel class="third" title={t('endpoint.maturity')}>
              {one.maturity.isReady ? (
                <Empty title={t('endpoint.is.ready')}>{t('endpoint.is.ready.more')}</Empty>
              ) : (
                <>
                  <p>{t('endpoint.not.ready')}</p>
                  <ul class="list">
                    {one.maturity.missing.map((missing) => (
                      <li key={missing}>{missing}</li>
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
                          <button type="button" class="button" onClick={() => void change({ rollBackTo: version })}>
                            {t('endpoint.back')}
                          </button>
                        )}
                      </li>
                    ))}
                  </ul>
                </>
              )}
            </Panel>
            <Panel class="half" title={t('endpoint.hours')}>
              <Hours of={one.hours} />
            </Panel>
            <Panel class="half" title={t('endpoint.data')}>
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

function Schemas({ of }: { readonly of: Whole }) {
  const schemas: (readonly [string, LearnedSchema])[] = [
    ...(of.query === undefined ? [] : [[t('endpoint.query'), of.query] as const]),
    ...(of.request === undefined ? [] : [[t('evidence.request'), of.request] as const]),
    ...of.responses.map(([status, schema]) => [`${t('evidence.response')} ${status}`, schema] as const),
  ];
  const [at, setAt] = useState(0);
  const shown = schemas[Math.min(at, schemas.length - 1)];
  return (
    <Panel
      title={t('endpoint.schema')}
      more={
        schemas.length > 1 && (
          <Segments
            label={t('endpoint.schema')}
            options={schemas.map(([name], i) => [String(i), name] as const)}
            value={String(at)}
            onChange={(value) => setAt(Number(value))}
          />
        )
      }
    >
      {shown === undefined || shown[1].fields.length === 0 ? (
        <Empty icon="endpoints" title={t('endpoint.schema.none')} />
      ) : (
        <div class="scroll-x">
          <table class="plain-table fields">
            <thead>
              <tr>
                <th>{t('endpoint.field')}</th>
                <th>{t('endpoint.type')}</th>
                <th>{t('endpoint.values')}</th>
                <th>{t('endpoint.state')}</th>
              </tr>
            </thead>
            <tbody>
              {shown[1].fields.map((field) => (
                <tr key={field.pointer}>
                  <td class="mono break">
                    {field.pointer === '' ? '/' : field.pointer}
                    {field.isRequired && <span class="muted"> *</span>}
                  </td>
                  <td>
                    {field.types.join(' | ')}
                    {field.format !== undefined && <span class="muted"> {field.format}</span>}
                  </td>
                  <td class="numeric">
                    {field.words !== undefined && field.words.length > 0
                      ? field.words.join(', ')
                      : field.number !== undefined
                        ? range(field.number, (value) => number(value, 2))
                        : field.length !== undefined
                          ? `${t('endpoint.length')} ${range(field.length, compact)}`
                          : ''}
                  </td>
                  <td>
                    {field.isNormal ? (
                      <span class="badge good">{t('endpoint.known')}</span>
                    ) : (
                      <span class="badge">{t('endpoints.learning')}</span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p class="muted small">{t('endpoint.schema.more')}</p>
    </Panel>
  );
}

function Shares({ of }: { readonly of: readonly (readonly [string, number])[] }) {
  const all = of.reduce((sum, [, count]) => sum + count, 0);
  if (all === 0) return <p class="muted">{t('endpoints.auth.none')}</p>;
  return (
    <Bars
      of={of.map(([name, count]) => ({
        key: name,
        label: name,
        value: count,
        said: percent(count / all),
        look: name.startsWith('5') ? 'critical' : name.startsWith('4') ? 'medium' : '',
      }))}
    />
  );
}

function Hours({ of }: { readonly of: readonly number[] }) {
  const max = Math.max(1, ...of);
  return (
    <figure>
      <div class="hours" role="img" aria-label={`${t('endpoint.hours')}: ${of.join(', ')}`}>
        {of.map((count, hour) => (
          <span key={hour} title={`${hour}:00 UTC · ${number(count)}`}>
            <i style={{ height: `${(count / max) * 100}%` }} />
          </span>
        ))}
      </div>
      <figcaption class="row spread muted small">
        <span>0</span>
        <span>6</span>
        <span>12</span>
        <span>18</span>
        <span>23 UTC</span>
      </figcaption>
    </figure>
  );
}

function range({ p50, p99, count }: LearnedRange, said: (value: number) => string): string {
  return count === 0 ? '–' : `${said(p50)} · p99 ${said(p99)}`;
}
