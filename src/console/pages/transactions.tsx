// What passed lately: everything for a short while, what had findings for longer.
import { useCallback } from 'preact/hooks';
import { ACTIONS } from '../../core/finding.ts';
import type { TransactionRecord } from '../../core/record.ts';
import { withQuery } from '../api.ts';
import { FilterChip } from '../components/filter-chip.tsx';
import { ActionBadge, Page, Select } from '../components/parts.tsx';
import { Empty, Failed } from '../components/states.tsx';
import { type Column, Table } from '../components/table.tsx';
import { clock, dateTime, number } from '../format.ts';
import { usePages } from '../resource.ts';
import { filterBy, usePlace } from '../router.ts';
import { detectionName } from '../told.ts';
import { t, wordFor } from '../words.ts';

const CHIPS = ['detection', 'endpoint', 'actor'] as const;

export function Transactions() {
  const { query } = usePlace();
  const pathOf = useCallback(
    (offset: number, limit: number) =>
      withQuery('/transactions', {
        ...Object.fromEntries(['action', ...CHIPS].map((name) => [name, query.get(name) ?? undefined])),
        offset,
        limit,
      }),
    [query.toString()],
  );
  const pages = usePages<TransactionRecord>(pathOf, ['traffic', 'transaction']);
  return (
    <Page title={t('nav.transactions')} lead={t('transactions.lead')}>
      <div class="filters">
        <Select
          label={t('filter.action')}
          value={query.get('action') ?? ''}
          options={[
            ['', `${t('filter.action')}: ${t('filter.any')}`],
            ...ACTIONS.map((action) => [action, wordFor('action', action)] as const),
          ]}
          onChange={(action) => filterBy({ action })}
        />
        {CHIPS.map((name) => (
          <FilterChip key={name} name={name} />
        ))}
      </div>
      {pages.error !== undefined && pages.total === undefined ? (
        <Failed error={pages.error} onRetry={pages.reload} />
      ) : (
        <Table
          label={t('nav.transactions')}
          columns={columns()}
          total={pages.total}
          at={pages.at}
          idOf={({ id }) => id}
          onShow={pages.show}
          hrefOf={({ id }) => `/transactions/${id}`}
          rowHeight={42}
          empty={<Empty icon="transactions" title={t('transactions.none')} />}
        />
      )}
    </Page>
  );
}

function columns(): readonly Column<TransactionRecord>[] {
  return [
    {
      key: 'at',
      title: t('column.time'),
      width: '68px',
      class: 'numeric',
      cell: ({ receivedAt }) => <time title={dateTime(receivedAt)}>{clock(receivedAt)}</time>,
    },
    {
      key: 'request',
      title: t('column.request'),
      width: 'minmax(0, 3fr)',
      cell: ({ id, method, path }) => (
        <a class="mono" href={`/transactions/${id}`}>
          <span class="method">{method}</span> {path}
        </a>
      ),
    },
    {
      key: 'status',
      title: t('column.code'),
      width: '48px',
      isLate: true,
      class: 'numeric',
      cell: ({ status }) => (status === 0 ? '–' : status),
    },
    { key: 'action', title: t('column.action'), width: '92px', cell: ({ action }) => <ActionBadge action={action} /> },
    {
      key: 'findings',
      title: t('column.findings'),
      width: 'minmax(0, 1.6fr)',
      isLate: true,
      class: 'small',
      cell: ({ findings }) => {
        const detections = [...new Set(findings.map(({ detection }) => detection))];
        return <span title={detections.join(', ')}>{detections.map(detectionName).join(', ')}</span>;
      },
    },
    {
      key: 'client',
      title: t('column.client'),
      width: 'minmax(0, 1fr)',
      isLate: true,
      class: 'mono small',
      cell: ({ clientAddress }) => clientAddress,
    },
    {
      key: 'took',
      title: t('column.took'),
      width: '82px',
      isLate: true,
      class: 'right numeric',
      cell: ({ durationMs }) => `${number(durationMs, 1)} ms`,
    },
  ];
}
