// Which sensitive data flows where: a matrix of endpoints and data types, and the same as a list.
import { useMemo, useState } from 'preact/hooks';
import type { Severity } from '../../core/finding.ts';
import { Endpoint, endpointHref, Page, Panel, Segments, SeverityBadge } from '../components/parts.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { TextFilter } from '../components/text-filter.tsx';
import { compact, number, percent } from '../format.ts';
import { useResource } from '../resource.ts';
import { filterBy, usePlace } from '../router.ts';
import { dataTypeName, phrase } from '../told.ts';
import { t } from '../words.ts';

interface Flow {
  readonly dataType: string;
  readonly endpoint: string;
  readonly in: number;
  readonly out: number;
  readonly withheld: number;
  readonly transactions: number;
  readonly lastSeen: number;
  readonly title: string;
  readonly tags: readonly string[];
  readonly severity: Severity;
}

const ROWS_MAX = 200;

export function Data() {
  const flows = useResource<{ items: readonly Flow[] }>('/data-flows', ['traffic']);
  const { query } = usePlace();
  const text = (query.get('text') ?? '').toLowerCase();
  const direction = query.get('direction') === 'in' ? 'in' : 'out';
  return (
    <Page title={t('nav.data')} lead={t('data.lead')}>
      <div class="filters">
        <TextFilter label={t('data.text')} />
        <Segments
          label={t('data.direction')}
          options={[
            ['out', t('data.out')],
            ['in', t('data.in')],
          ]}
          value={direction}
          onChange={(one) => filterBy({ direction: one === 'out' ? undefined : one })}
        />
      </div>
      <Loaded of={flows} lines={8}>
        {({ items }) => {
          const shown = items.filter(
            (flow) =>
              flow[direction] > 0 &&
              `${flow.dataType} ${flow.title} ${dataTypeName(flow.title)} ${flow.endpoint} ${flow.tags.join(' ')}`
                .toLowerCase()
                .includes(text),
          );
          return shown.length === 0 ? (
            <div class="panel">
              <Empty icon="data" title={t('data.none')}>
                {t('data.none.more')}
              </Empty>
            </div>
          ) : (
            <>
              <Matrix of={shown} direction={direction} />
              <Types of={shown} direction={direction} />
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

type Direction = 'in' | 'out';

function Matrix({ of, direction }: { readonly of: readonly Flow[]; readonly direction: Direction }) {
  const { types, endpoints, byPair } = useMemo(() => {
    const sums = (key: 'dataType' | 'endpoint'): string[] => {
      const sum = new Map<string, number>();
      for (const flow of of) sum.set(flow[key], (sum.get(flow[key]) ?? 0) + flow[direction]);
      return [...sum].sort((a, b) => b[1] - a[1]).map(([name]) => name);
    };
    return {
      types: sums('dataType'),
      endpoints: sums('endpoint'),
      byPair: new Map(of.map((flow) => [`${flow.dataType} ${flow.endpoint}`, flow])),
    };
  }, [of, direction]);
  return (
    <Panel title={t('data.matrix')} more={<Legend />}>
      <div class="scroll-x" tabIndex={0} role="region" aria-label={t('data.matrix')}>
        <table class="matrix">
          <thead>
            <tr>
              <td />
              {types.map((type) => (
                <th scope="col" key={type}>
                  <div>{type}</div>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {endpoints.slice(0, ROWS_MAX).map((endpoint) => (
              <tr key={endpoint}>
                <th scope="row">
                  <a href={endpointHref(endpoint)}>
                    <Endpoint id={endpoint} />
                  </a>
                </th>
                {types.map((type) => {
                  const flow = byPair.get(`${type} ${endpoint}`);
                  return (
                    <td key={type} title={flow === undefined ? undefined : said(flow)}>
                      {flow !== undefined && <span class={heat(flow)}>{compact(flow[direction])}</span>}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Legend() {
  return (
    <span class="row wrap small">
      <span class="badge accent">{t('data.withheld')}</span>
      <span class="badge medium">{t('data.plain')}</span>
      <span class="badge critical">{t('data.grave')}</span>
    </span>
  );
}

function Types({ of, direction }: { readonly of: readonly Flow[]; readonly direction: Direction }) {
  const [isAll, setAll] = useState(false);
  const byType = useMemo(() => {
    const types = new Map<string, { flow: Flow; values: number; withheld: number; endpoints: number }>();
    for (const flow of of) {
      const one = types.get(flow.dataType) ?? { flow, values: 0, withheld: 0, endpoints: 0 };
      one.values += flow[direction];
      one.withheld += flow.withheld;
      one.endpoints += 1;
      types.set(flow.dataType, one);
    }
    return [...types.values()].sort((a, b) => b.values - a.values);
  }, [of, direction]);
  return (
    <Panel title={t('data.types')}>
      <div class="scroll-x">
        <table class="plain-table">
          <thead>
            <tr>
              <th>{t('data.type')}</th>
              <th>{t('column.severity')}</th>
              <th>{t('data.tags')}</th>
              <th class="right">{t('data.values')}</th>
              <th class="right">{t('data.share')}</th>
              <th class="right">{t('nav.endpoints')}</th>
            </tr>
          </thead>
          <tbody>
            {byType.slice(0, isAll ? byType.length : 15).map(({ flow, values, withheld, endpoints }) => (
              <tr key={flow.dataType}>
                <td>
                  <span class="strong">{dataTypeName(flow.title)}</span>
                  <div class="mono small muted">{flow.dataType}</div>
                </td>
                <td>
                  <SeverityBadge severity={flow.severity} />
                </td>
                <td>
                  <span class="row wrap">
                    {flow.tags.map((tag) => (
                      <span key={tag} class={`badge ${tag === 'forbidden' ? 'critical' : ''}`}>
                        {phrase(tag)}
                      </span>
                    ))}
                  </span>
                </td>
                <td class="right numeric">{number(values)}</td>
                <td class="right numeric">{percent(Math.min(1, withheld / values))}</td>
                <td class="right numeric">{number(endpoints)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {byType.length > 15 && !isAll && (
        <button type="button" class="button" onClick={() => setAll(true)}>
          {t('data.all', { n: byType.length })}
        </button>
      )}
    </Panel>
  );
}

function heat({ withheld, out, in: taken, severity, tags }: Flow): string {
  if (withheld >= out + taken) return 'heat1';
  return severity === 'critical' || severity === 'high' || tags.includes('forbidden') ? 'heat3' : 'heat2';
}

function said({ title, out, in: taken, withheld, transactions }: Flow): string {
  return `${title}: ${t('data.out')} ${number(out)}, ${t('data.in')} ${number(taken)}, ${t('data.withheld')} ${number(withheld)}, ${t('nav.transactions')} ${number(transactions)}`;
}
