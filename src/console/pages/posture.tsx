// What is wrong with how the API is built and configured, found in its traffic: nobody attacked, but somebody could.
import { useMemo } from 'preact/hooks';
import { SEVERITIES, type Severity } from '../../core/finding.ts';
import type { Incident } from '../../core/incident.ts';
import { Ago, Bars, Endpoint, Page, Panel, SeverityBadge, StatusBadge } from '../components/parts.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { type Column, Table } from '../components/table.tsx';
import { number } from '../format.ts';
import { useResource } from '../resource.ts';
import { told } from '../told.ts';
import { t, wordFor } from '../words.ts';

type Listed = Omit<Incident, 'evidence' | 'history' | 'comments'>;

const SHOWN_MAX = 500;
const HIGHEST_FIRST = [...SEVERITIES].reverse();

export function Posture() {
  const found = useResource<{ total: number; items: readonly Listed[] }>(
    `/incidents?module=posture&status=open&status=in-progress&limit=${SHOWN_MAX}`,
    ['incident'],
  );
  return (
    <Page title={t('nav.posture')} lead={t('posture.lead')}>
      <Loaded of={found} lines={8}>
        {({ items }) => {
          const said = items.map(told);
          return (
            <>
              {said.length > 0 && <Summary of={said} />}
              <Findings of={said} />
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Summary({ of }: { readonly of: readonly Listed[] }) {
  const { bySeverity, byDetection, byEndpoint } = useMemo(() => {
    const count = (key: (one: Listed) => string): (readonly [string, number])[] => {
      const counts = new Map<string, number>();
      for (const one of of) counts.set(key(one), (counts.get(key(one)) ?? 0) + 1);
      return [...counts].sort((a, b) => b[1] - a[1]);
    };
    return {
      bySeverity: new Map(count(({ severity }) => severity)),
      byDetection: count(({ title }) => title),
      byEndpoint: count(({ endpoint, figures }) => (endpoint === '*' ? String(figures.host ?? '*') : endpoint)),
    };
  }, [of]);
  return (
    <div class="grid">
      <Panel class="third" title={t('posture.severity')}>
        <Bars
          of={HIGHEST_FIRST.map((severity) => ({
            key: severity,
            label: wordFor('severity', severity),
            value: bySeverity.get(severity) ?? 0,
            look: severity,
          }))}
        />
      </Panel>
      <Panel class="third" title={t('posture.kinds')}>
        <Bars
          of={byDetection
            .slice(0, 6)
            .map(([title, count]) => ({ key: title, label: title, value: count, said: number(count) }))}
        />
      </Panel>
      <Panel class="third" title={t('posture.endpoints')}>
        <Bars
          of={byEndpoint.slice(0, 6).map(([endpoint, count]) => ({
            key: endpoint,
            label: <Endpoint id={endpoint} />,
            value: count,
            said: number(count),
          }))}
        />
      </Panel>
    </div>
  );
}

function Findings({ of }: { readonly of: readonly Listed[] }) {
  const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);
  const sorted = useMemo(() => [...of].sort((a, b) => rank(b.severity) - rank(a.severity)), [of]);
  const columns: readonly Column<Listed>[] = [
    {
      key: 'severity',
      title: t('column.severity'),
      width: '82px',
      cell: ({ severity }) => <SeverityBadge severity={severity} />,
    },
    {
      key: 'title',
      title: t('posture.finding'),
      width: 'minmax(0, 2fr)',
      class: 'two',
      cell: ({ id, title, endpoint, figures }) => (
        <>
          <a href={`/incidents/${id}`}>{title}</a>
          <span class="muted small">
            <Endpoint id={endpoint} host={figures.host} />
          </span>
        </>
      ),
    },
    {
      key: 'todo',
      title: t('incident.todo'),
      width: 'minmax(0, 2fr)',
      isLate: true,
      class: 'small',
      cell: ({ whatToDo }) => <span title={whatToDo}>{whatToDo}</span>,
    },
    { key: 'owasp', title: 'OWASP', width: '92px', isLate: true, cell: ({ owasp }) => owasp[0] ?? '' },
    {
      key: 'status',
      title: t('column.status'),
      width: '104px',
      isLate: true,
      cell: ({ status }) => <StatusBadge status={status} />,
    },
    {
      key: 'seen',
      title: t('column.seen'),
      width: '84px',
      class: 'right',
      cell: ({ lastSeen }) => <Ago at={lastSeen} />,
    },
  ];
  return (
    <Table
      label={t('nav.posture')}
      columns={columns}
      total={sorted.length}
      at={(index) => sorted[index]}
      idOf={({ id }) => id}
      hrefOf={({ id }) => `/incidents/${id}`}
      rowHeight={56}
      empty={
        <Empty icon="posture" title={t('posture.none')}>
          {t('posture.none.more')}
        </Empty>
      }
    />
  );
}
