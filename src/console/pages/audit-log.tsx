// Who changed what, when, from what to what.

import { useState } from 'preact/hooks';
import { Dialog } from '../components/dialog.tsx';
import { Ago, Page } from '../components/parts.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { type Column, Table } from '../components/table.tsx';
import { TextFilter } from '../components/text-filter.tsx';
import { dateTime } from '../format.ts';
import { useResource } from '../resource.ts';
import { usePlace } from '../router.ts';
import { t } from '../words.ts';

interface Entry {
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

const SHOWN_MAX = 1_000;

/** A restriction is known by whom it meets, not by its id. */
function targetOf({ target, before, after }: Entry): string {
  const { actor } = (after ?? before ?? {}) as { readonly actor?: { readonly kind: string; readonly id: string } };
  return actor?.id === undefined ? target : `${actor.kind}:${actor.id}`;
}

export function AuditLog() {
  const log = useResource<{ items: readonly Entry[] }>(
    `/audit-log?limit=${SHOWN_MAX}`,
    ['incident', 'policy', 'restrictions'],
    15_000,
  );
  const [open, setOpen] = useState<Entry | undefined>();
  const text = (usePlace().query.get('text') ?? '').toLowerCase();
  const columns: readonly Column<Entry>[] = [
    {
      key: 'at',
      title: t('column.time'),
      width: '176px',
      class: 'numeric',
      isLate: true,
      cell: ({ at }) => dateTime(Date.parse(at)),
    },
    { key: 'actor', title: t('audit.who'), width: 'minmax(0, 1fr)', isLate: true, cell: ({ actor }) => actor },
    {
      key: 'action',
      title: t('audit.what'),
      width: 'minmax(0, 1fr)',
      class: 'two',
      cell: (entry) => (
        <>
          <span class="mono">{entry.action}</span>
          <span class="muted small narrow-only">
            {entry.actor} · <Ago at={Date.parse(entry.at)} /> · {targetOf(entry)}
          </span>
        </>
      ),
    },
    {
      key: 'target',
      title: t('audit.target'),
      width: 'minmax(0, 2fr)',
      isLate: true,
      class: 'mono small',
      cell: (entry) => targetOf(entry),
    },
    {
      key: 'more',
      title: '',
      width: '80px',
      class: 'right',
      cell: (entry) =>
        (entry.before !== undefined || entry.after !== undefined) && (
          <button type="button" class="button quiet" onClick={() => setOpen(entry)}>
            {t('audit.more')}
          </button>
        ),
    },
  ];
  return (
    <Page title={t('nav.audit')} lead={t('audit.lead')}>
      <div class="filters">
        <TextFilter label={t('audit.text')} />
      </div>
      <Loaded of={log}>
        {({ items }) => {
          const shown = items.filter(({ actor, action, target }) =>
            `${actor} ${action} ${target}`.toLowerCase().includes(text),
          );
          return (
            <Table
              label={t('nav.audit')}
              columns={columns}
              total={shown.length}
              at={(index) => shown[index]}
              idOf={(entry) => `${entry.at} ${entry.action} ${entry.target}`}
              rowHeight={42}
              empty={<Empty icon="audit" title={t('audit.none')} />}
            />
          );
        }}
      </Loaded>
      {open !== undefined && (
        <Dialog title={open.action} isWide onClose={() => setOpen(undefined)}>
          <div class="stack">
            <p class="muted">
              {open.actor} · {dateTime(Date.parse(open.at))} · <span class="mono break">{open.target}</span>
            </p>
            {(['before', 'after'] as const).map(
              (side) =>
                open[side] !== undefined && (
                  <div key={side}>
                    <h3>{t(`audit.${side}`)}</h3>
                    <pre class="code" tabIndex={0}>
                      {JSON.stringify(open[side], null, 2)}
                    </pre>
                  </div>
                ),
            )}
          </div>
        </Dialog>
      )}
    </Page>
  );
}
