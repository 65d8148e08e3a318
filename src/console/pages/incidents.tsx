// What needs a person: filtered, worked on many at once, exported.
import { useCallback, useState } from 'preact/hooks';
import { actorKey } from '../../core/actor.ts';
import { SEVERITIES } from '../../core/finding.ts';
import {
  FAMILIES,
  INCIDENT_MODULES,
  INCIDENT_STATUSES,
  type Incident,
  type IncidentStatus,
} from '../../core/incident.ts';
import { type ApiError, call, may, session, withQuery } from '../api.ts';
import { FilterChip } from '../components/filter-chip.tsx';
import { Icon } from '../components/icons.tsx';
import { Ago, Endpoint, Page, ResultBadge, Select, SeverityBadge, StatusBadge } from '../components/parts.tsx';
import { PlaceFilter, TYPED_FILTERS, type TypedFilter } from '../components/place-filter.tsx';
import { SavedFilters } from '../components/saved-filters.tsx';
import { Empty, Failed } from '../components/states.tsx';
import { type Column, Table } from '../components/table.tsx';
import { TextFilter } from '../components/text-filter.tsx';
import { say, sayError } from '../components/toasts.tsx';
import { number } from '../format.ts';
import { usePages } from '../resource.ts';
import { filterBy, go, usePlace } from '../router.ts';
import { titleOf } from '../told.ts';
import { t, wordFor } from '../words.ts';

type Listed = Omit<Incident, 'evidence' | 'history' | 'comments'>;

const OWASP = Array.from({ length: 10 }, (_, i) => `API${i + 1}:2023`);
const SINCE_HOURS = [1, 24, 168, 720] as const;
/** Rows of which the filters offer values. */
const OFFERED_ROWS = 100;

export function Incidents() {
  const { query } = usePlace();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [areFiltersOpen, setFiltersOpen] = useState(false);
  const filters = filtersOf(query);
  const pathOf = useCallback(
    (offset: number, limit: number) => withQuery('/incidents', { ...filters, offset, limit }),
    [query.toString()],
  );
  const pages = usePages<Listed>(pathOf, ['incident']);
  const isFiltered = [...query.keys()].length > 0;
  return (
    <Page
      title={t('nav.incidents')}
      tools={
        <>
          {pages.total !== undefined && (
            <span class="muted numeric">{t('count.incidents', { n: number(pages.total) })}</span>
          )}
          <a class="button" download href={`/api/v1${withQuery('/incidents/export', { ...filters, format: 'csv' })}`}>
            <Icon name="download" />
            CSV
          </a>
          <a class="button" download href={`/api/v1${withQuery('/incidents/export', { ...filters, format: 'json' })}`}>
            <Icon name="download" />
            JSON
          </a>
        </>
      }
    >
      <button
        type="button"
        class="button narrow-only"
        aria-expanded={areFiltersOpen}
        onClick={() => setFiltersOpen(!areFiltersOpen)}
      >
        {t('filter.all')}
        {isFiltered && ` (${[...query.keys()].length})`}
      </button>
      <div class={`filters folded ${areFiltersOpen ? 'open' : ''}`}>
        <TextFilter label={t('filter.text')} />
        <Choice name="status" values={INCIDENT_STATUSES} group="status" />
        <Choice name="severity" values={[...SEVERITIES].reverse()} group="severity" />
        <Choice name="family" values={FAMILIES} group="family" />
        <Choice name="module" values={INCIDENT_MODULES} group="module" />
        <Choice name="owasp" values={OWASP} group="owasp" />
        <Choice name="result" values={['attempt', 'succeeded']} group="result" />
        <Select
          label={t('filter.since')}
          value={query.get('hours') ?? ''}
          options={[
            ['', `${t('filter.since')}: ${t('filter.any')}`],
            ...SINCE_HOURS.map((hours) => [String(hours), t('filter.hours', { n: hours })] as const),
          ]}
          onChange={(hours) => filterBy({ hours })}
        />
        <PlaceFilter
          offered={(name) =>
            Array.from({ length: Math.min(OFFERED_ROWS, pages.total ?? 0) }, (_, i) => pages.at(i)).flatMap((row) =>
              row === undefined ? [] : valuesOf(row, name),
            )
          }
        />
        {TYPED_FILTERS.map((name) => (
          <FilterChip key={name} name={name} />
        ))}
        {isFiltered && (
          <button type="button" class="button quiet" onClick={() => go('/incidents', 'replace')}>
            {t('filter.clear')}
          </button>
        )}
        <SavedFilters of="incidents" />
      </div>
      {selected.size > 0 && may('analyst') && (
        <BulkActions
          ids={selected}
          onDone={() => {
            setSelected(new Set());
            pages.reload();
          }}
        />
      )}
      {pages.error !== undefined && pages.total === undefined ? (
        <Failed error={pages.error} onRetry={pages.reload} />
      ) : (
        <Table
          label={t('nav.incidents')}
          columns={columns()}
          total={pages.total}
          at={pages.at}
          idOf={({ id }) => id}
          onShow={pages.show}
          hrefOf={({ id }) => `/incidents/${id}`}
          rowHeight={56}
          {...(may('analyst') ? { selection: { ids: selected, set: setSelected } } : {})}
          empty={
            isFiltered ? (
              <Empty icon="search" title={t('incidents.none.filtered')}>
                {t('incidents.none.filtered.more')}
              </Empty>
            ) : (
              <Empty title={t('incidents.none')}>{t('incidents.none.more')}</Empty>
            )
          }
        />
      )}
    </Page>
  );
}

function columns(): readonly Column<Listed>[] {
  return [
    {
      key: 'severity',
      title: t('column.severity'),
      width: '82px',
      cell: ({ severity }) => <SeverityBadge severity={severity} />,
    },
    {
      key: 'title',
      title: t('column.incident'),
      width: 'minmax(0, 3fr)',
      class: 'two',
      cell: ({ id, detection, title, endpoint, figures, status, lastSeen }) => (
        <>
          <a href={`/incidents/${id}`}>{titleOf(detection, title)}</a>
          <span class="muted small">
            <span class="narrow-only-inline">
              {wordFor('status', status)} · <Ago at={lastSeen} /> ·{' '}
            </span>
            <Endpoint id={endpoint} host={figures.host} />
          </span>
        </>
      ),
    },
    {
      key: 'actor',
      title: t('column.actor'),
      width: 'minmax(0, 1.3fr)',
      isLate: true,
      cell: ({ actors }) => <span class="mono small">{actors[0]?.id ?? '–'}</span>,
    },
    {
      key: 'result',
      title: t('column.result'),
      width: '100px',
      isLate: true,
      cell: ({ result }) => <ResultBadge result={result} />,
    },
    {
      key: 'status',
      title: t('column.status'),
      width: '110px',
      isLate: true,
      cell: ({ status }) => <StatusBadge status={status} />,
    },
    {
      key: 'count',
      title: t('column.count'),
      width: '64px',
      class: 'right numeric',
      isLate: true,
      cell: ({ count }) => number(count),
    },
    {
      key: 'seen',
      title: t('column.seen'),
      width: '84px',
      isLate: true,
      class: 'right',
      cell: ({ lastSeen }) => <Ago at={lastSeen} />,
    },
  ];
}

function Choice(props: {
  readonly name: 'status' | 'severity' | 'family' | 'module' | 'owasp' | 'result';
  readonly values: readonly string[];
  readonly group: string;
}) {
  const { query } = usePlace();
  const title = t(`filter.${props.name}`);
  return (
    <Select
      label={title}
      value={query.get(props.name) ?? ''}
      options={[
        ['', `${title}: ${t('filter.any')}`],
        ...props.values.map((value) => [value, props.group === 'owasp' ? value : wordFor(props.group, value)] as const),
      ]}
      onChange={(value) => filterBy({ [props.name]: value })}
    />
  );
}

function BulkActions({ ids, onDone }: { readonly ids: ReadonlySet<string>; readonly onDone: () => void }) {
  const change = async (edit: object): Promise<void> => {
    try {
      const { changed } = await call<{ changed: readonly string[] }>('PATCH', '/incidents', {
        ids: [...ids].slice(0, 200),
        ...edit,
      });
      say(t('incidents.changed', { n: changed.length }));
      onDone();
    } catch (error) {
      sayError(error as ApiError);
    }
  };
  return (
    <div class="note">
      <strong>{t('incidents.selected', { n: ids.size })}</strong>
      <span class="row wrap">
        {(['in-progress', 'resolved', 'accepted', 'false-positive'] as const satisfies IncidentStatus[]).map(
          (status) => (
            <button type="button" class="button" key={status} onClick={() => void change({ status })}>
              {wordFor('status', status)}
            </button>
          ),
        )}
        <button type="button" class="button" onClick={() => void change({ assignee: session.value!.name })}>
          {t('incident.assign.me')}
        </button>
        <button type="button" class="button quiet" onClick={onDone}>
          {t('cancel')}
        </button>
      </span>
    </div>
  );
}

function valuesOf({ detections, endpoints, actors }: Listed, name: TypedFilter): readonly string[] {
  switch (name) {
    case 'detection':
      return detections.map(([detection]) => detection);
    case 'endpoint':
      return endpoints;
    case 'actor':
      return actors.map(actorKey);
    default:
      return name satisfies never;
  }
}

function filtersOf(query: URLSearchParams): Record<string, string | undefined> {
  const names = ['status', 'severity', 'family', 'module', 'owasp', 'result', 'detection', 'endpoint', 'actor', 'text'];
  const filters = Object.fromEntries(names.map((name) => [name, query.get(name) ?? undefined]));
  const hours = Number(query.get('hours'));
  // Cut to the minute, so that the address of the list does not change all the time.
  const since =
    hours > 0 ? new Date(Math.floor(Date.now() / 60_000) * 60_000 - hours * 3_600_000).toISOString() : undefined;
  return { ...filters, since };
}
