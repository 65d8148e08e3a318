// The inventory: every endpoint that was learned, by host and path.
import { useCallback, useState } from 'preact/hooks';
import type { LearnedEndpoint } from '../../core/learned-endpoint.ts';
import { withQuery } from '../api.ts';
import { type Risk, RiskBadge } from '../components/endpoint-risk.tsx';
import { Icon } from '../components/icons.tsx';
import { Ago, endpointHref, Page, Segments } from '../components/parts.tsx';
import { Empty, Failed, Loaded } from '../components/states.tsx';
import { type Column, Table } from '../components/table.tsx';
import { Templates } from '../components/templates.tsx';
import { TextFilter } from '../components/text-filter.tsx';
import { compact } from '../format.ts';
import { usePages, useResource } from '../resource.ts';
import { filterBy, usePlace } from '../router.ts';
import { phrase } from '../told.ts';
import { t, wordFor } from '../words.ts';

export type ListedEndpoint = Omit<LearnedEndpoint, 'query' | 'request' | 'responses'> & { readonly risk: Risk };

const TREE_MAX = 1_000;

export function Endpoints() {
  const { query } = usePlace();
  const text = query.get('text') ?? undefined;
  const isTree = query.get('view') === 'tree';
  const [isTemplates, setTemplates] = useState(false);
  return (
    <Page
      title={t('nav.endpoints')}
      lead={t('endpoints.lead')}
      tools={
        <>
          <button type="button" class="button" onClick={() => setTemplates(true)}>
            {t('templates.title')}
          </button>
          <a class="button" download="openapi.json" href="/api/v1/baselines/openapi">
            <Icon name="download" />
            OpenAPI
          </a>
        </>
      }
    >
      <div class="filters">
        <TextFilter label={t('endpoints.text')} />
        <Segments
          label={t('endpoints.view')}
          options={[
            ['list', t('endpoints.list')],
            ['tree', t('endpoints.tree')],
          ]}
          value={isTree ? 'tree' : 'list'}
          onChange={(view) => filterBy({ view: view === 'list' ? undefined : view })}
        />
      </div>
      {isTree ? <Tree text={text} /> : <List text={text} />}
      {isTemplates && <Templates onClose={() => setTemplates(false)} />}
    </Page>
  );
}

function List({ text }: { readonly text: string | undefined }) {
  const pathOf = useCallback(
    (offset: number, limit: number) => withQuery('/endpoints', { text, offset, limit }),
    [text],
  );
  const pages = usePages<ListedEndpoint>(pathOf, ['traffic']);
  if (pages.error !== undefined && pages.total === undefined)
    return <Failed error={pages.error} onRetry={pages.reload} />;
  return (
    <Table
      label={t('nav.endpoints')}
      columns={columns()}
      total={pages.total}
      at={pages.at}
      idOf={({ id }) => id}
      onShow={pages.show}
      hrefOf={({ id }) => endpointHref(id)}
      rowHeight={56}
      empty={
        <Empty icon="endpoints" title={text === undefined ? t('overview.learning.none') : t('endpoints.none')}>
          {t('endpoints.none.more')}
        </Empty>
      }
    />
  );
}

function columns(): readonly Column<ListedEndpoint>[] {
  return [
    {
      key: 'endpoint',
      title: t('column.endpoint'),
      width: 'minmax(0, 2.4fr)',
      class: 'two',
      cell: ({ id, method, host, template, operation, isWebSocket }) => (
        <>
          <a class="mono" href={endpointHref(id)}>
            <span class="method">{method}</span> {template}
            {operation === undefined ? '' : ` # ${operation}`}
          </a>
          <span class="muted small">
            {host}
            {isWebSocket ? ' · WebSocket' : ''}
          </span>
        </>
      ),
    },
    {
      key: 'auth',
      title: t('endpoints.auth'),
      width: 'minmax(0, 1fr)',
      isLate: true,
      cell: ({ authentication }) =>
        authentication.map(([scheme]) => wordFor('scheme', scheme)).join(', ') || t('endpoints.auth.none'),
    },
    {
      key: 'data',
      title: t('endpoints.data'),
      width: 'minmax(0, 1.4fr)',
      isLate: true,
      cell: ({ dataTypes }) => <DataTypes of={dataTypes.map(([type]) => type)} />,
    },
    {
      key: 'samples',
      title: t('endpoints.samples'),
      width: '104px',
      class: 'right numeric',
      isLate: true,
      cell: ({ samples }) => compact(samples),
    },
    {
      key: 'risk',
      title: t('endpoint.risk'),
      width: '76px',
      class: 'apart',
      cell: ({ risk }) => <RiskBadge of={risk} />,
    },
    {
      key: 'maturity',
      title: t('endpoints.maturity'),
      width: '112px',
      isLate: true,
      cell: (one) => <Maturity of={one} />,
    },
    {
      key: 'seen',
      title: t('column.seen'),
      width: '84px',
      class: 'right',
      isLate: true,
      cell: ({ lastSeen }) => <Ago at={lastSeen} />,
    },
  ];
}

export function Maturity({ of }: { readonly of: Pick<ListedEndpoint, 'maturity' | 'isFrozen'> }) {
  if (of.isFrozen) return <span class="badge low">{t('endpoints.frozen')}</span>;
  return of.maturity.isReady ? (
    <span class="badge good">{t('endpoints.ready')}</span>
  ) : (
    <span class="badge" title={of.maturity.missing.map(phrase).join('\n')}>
      {t('endpoints.learning')}
    </span>
  );
}

function DataTypes({ of }: { readonly of: readonly string[] }) {
  if (of.length === 0) return <span class="muted">–</span>;
  return (
    <span title={of.join(', ')}>
      {of.slice(0, 2).join(', ')}
      {of.length > 2 ? ` +${of.length - 2}` : ''}
    </span>
  );
}

interface Branch {
  readonly children: Map<string, Branch>;
  readonly endpoints: ListedEndpoint[];
}

function Tree({ text }: { readonly text: string | undefined }) {
  const all = useResource<{ total: number; items: readonly ListedEndpoint[] }>(
    withQuery('/endpoints', { text, limit: TREE_MAX }),
    ['traffic'],
  );
  return (
    <section class="panel">
      <div class="body">
        <Loaded of={all}>
          {({ total, items }) =>
            items.length === 0 ? (
              <Empty icon="endpoints" title={t('endpoints.none')} />
            ) : (
              <>
                <Level of={rooted(items)} openRows={OPEN_ROWS} />
                {total > items.length && <p class="muted">{t('endpoints.cut', { n: items.length, all: total })}</p>}
              </>
            )
          }
        </Loaded>
      </div>
    </section>
  );
}

/** Small trees are seen whole; of large ones, the hosts and what leads to the first fork. */
const OPEN_ROWS = 24;

function Level({ of, openRows }: { readonly of: Branch; readonly openRows: number }) {
  return (
    <ul class="tree">
      {of.endpoints.map((one) => (
        <li key={one.id} class="row spread">
          <a class="mono break" href={endpointHref(one.id)}>
            <span class="method">{one.method}</span> {one.operation ?? one.template}
          </a>
          <Maturity of={one} />
        </li>
      ))}
      {[...of.children].map(([name, branch]) => (
        <li key={name}>
          <details open={openRows === OPEN_ROWS || of.children.size === 1 || countOf(of) <= openRows}>
            <summary>
              <span class="mono">{name}</span> <span class="muted small">{countOf(branch)}</span>
            </summary>
            <Level of={branch} openRows={openRows - 1} />
          </details>
        </li>
      ))}
    </ul>
  );
}

function rooted(endpoints: readonly ListedEndpoint[]): Branch {
  const root: Branch = { children: new Map(), endpoints: [] };
  for (const endpoint of endpoints) {
    let branch = root;
    for (const part of [
      endpoint.host,
      ...endpoint.template
        .split('/')
        .filter(Boolean)
        .map((one) => `/${one}`),
    ]) {
      let next = branch.children.get(part);
      if (next === undefined) {
        next = { children: new Map(), endpoints: [] };
        branch.children.set(part, next);
      }
      branch = next;
    }
    branch.endpoints.push(endpoint);
  }
  return root;
}

function countOf({ endpoints, children }: Branch): number {
  let count = endpoints.length;
  for (const child of children.values()) count += countOf(child);
  return count;
}
