// Who is behind the traffic, the most suspect first.
import { useCallback, useState } from 'preact/hooks';
import { ACTOR_KINDS, type Actor } from '../../core/actor.ts';
import { may, withQuery } from '../api.ts';
import { BlockDialog } from '../components/block-dialog.tsx';
import { Ago, actorHref, Confidence, Page, Select } from '../components/parts.tsx';
import { Proposals } from '../components/proposals.tsx';
import { Empty, Failed } from '../components/states.tsx';
import { type Column, Table } from '../components/table.tsx';
import { TextFilter } from '../components/text-filter.tsx';
import { networkName, number } from '../format.ts';
import { usePages } from '../resource.ts';
import { filterBy, usePlace } from '../router.ts';
import { t, wordFor } from '../words.ts';

interface Listed {
  readonly key: string;
  readonly actor: Actor;
  readonly confidencePercent: number;
  readonly country?: string;
  readonly network?: string;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly transactions: number;
  readonly blocked: number;
  readonly incidents: number;
  readonly othersPerDay: number;
}

export function Attackers() {
  const { query } = usePlace();
  const [blocked, setBlocked] = useState<Actor | undefined>();
  const least = query.get('confidence') ?? '1';
  const pathOf = useCallback(
    (offset: number, limit: number) =>
      withQuery('/actors', {
        kind: query.get('kind') ?? undefined,
        confidenceMin: least === '0' ? undefined : least,
        text: query.get('text') ?? undefined,
        offset,
        limit,
      }),
    [query.toString()],
  );
  const pages = usePages<Listed>(pathOf, ['incident', 'restrictions']);
  const columns: readonly Column<Listed>[] = [
    {
      key: 'actor',
      title: t('column.actor'),
      width: 'minmax(0, 2fr)',
      class: 'two',
      cell: ({ key, actor }) => (
        <>
          <a class="mono" href={actorHref(key)}>
            {actor.id}
          </a>
          <span class="muted small">
            {wordFor('actor', actor.kind)}
            {!actor.isVerified && actor.kind !== 'ip' ? ` · ${t('attacker.asserted')}` : ''}
          </span>
        </>
      ),
    },
    {
      key: 'confidence',
      title: t('column.confidence'),
      width: '112px',
      cell: ({ confidencePercent }) => <Confidence percent={confidencePercent} />,
    },
    {
      key: 'from',
      title: t('column.from'),
      width: 'minmax(0, 1fr)',
      isLate: true,
      cell: ({ country, network }) => [country, networkName(network ?? '')].filter(Boolean).join(' · ') || '–',
    },
    {
      key: 'incidents',
      title: t('nav.incidents'),
      width: '84px',
      class: 'right numeric',
      isLate: true,
      cell: ({ incidents }) => number(incidents),
    },
    {
      key: 'transactions',
      title: t('column.requests'),
      width: '84px',
      class: 'right numeric',
      isLate: true,
      cell: ({ transactions }) => number(transactions),
    },
    {
      key: 'blocked',
      title: t('tile.blocked'),
      width: '76px',
      class: 'right numeric',
      isLate: true,
      cell: ({ blocked: count }) => number(count),
    },
    {
      key: 'seen',
      title: t('column.seen'),
      width: '84px',
      class: 'right',
      isLate: true,
      cell: ({ lastSeen }) => <Ago at={lastSeen} />,
    },
    {
      key: 'act',
      title: '',
      width: '92px',
      isLate: true,
      class: 'right',
      cell: ({ actor }) =>
        may('analyst') && (
          <button type="button" class="button" onClick={() => setBlocked(actor)}>
            {t('attacker.block')}
          </button>
        ),
    },
  ];
  return (
    <Page title={t('nav.attackers')} lead={t('attackers.lead')}>
      <Proposals />
      <div class="filters">
        <TextFilter label={t('attackers.text')} />
        <Select
          label={t('attackers.kind')}
          value={query.get('kind') ?? ''}
          options={[
            ['', `${t('attackers.kind')}: ${t('filter.any')}`],
            ...ACTOR_KINDS.map((kind) => [kind, wordFor('actor', kind)] as const),
          ]}
          onChange={(kind) => filterBy({ kind })}
        />
        <Select
          label={t('column.confidence')}
          value={least}
          options={[
            ['1', t('attackers.suspect')],
            ['50', '≥ 50%'],
            ['80', '≥ 80%'],
            ['0', t('attackers.all')],
          ]}
          onChange={(confidence) => filterBy({ confidence: confidence === '1' ? undefined : confidence })}
        />
      </div>
      {pages.error !== undefined && pages.total === undefined ? (
        <Failed error={pages.error} onRetry={pages.reload} />
      ) : (
        <Table
          label={t('nav.attackers')}
          columns={columns}
          total={pages.total}
          at={pages.at}
          idOf={({ key }) => key}
          onShow={pages.show}
          hrefOf={({ key }) => actorHref(key)}
          rowHeight={56}
          empty={
            <Empty icon="attackers" title={t('attackers.none')}>
              {t('attackers.none.more')}
            </Empty>
          }
        />
      )}
      {blocked !== undefined && (
        <BlockDialog actors={[blocked]} reason="" onClose={() => setBlocked(undefined)} onDone={pages.reload} />
      )}
    </Page>
  );
}
