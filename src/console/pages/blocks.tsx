// Who is kept out now, the lists that always hold, and the exceptions that let through.
import { useState } from 'preact/hooks';
import type { ExceptionDocument, ListDocument } from '../../core/document.ts';
import type { Restriction } from '../../core/restriction.ts';
import { call, may } from '../api.ts';
import { act } from '../components/act.ts';
import { Dialog } from '../components/dialog.tsx';
import { Form, type Given } from '../components/form.tsx';
import { Icon } from '../components/icons.tsx';
import { Ago, actorHref, Field, Page, Panel } from '../components/parts.tsx';
import { Proposals } from '../components/proposals.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { type Column, Table } from '../components/table.tsx';
import { say } from '../components/toasts.tsx';
import { duration } from '../format.ts';
import { useResource } from '../resource.ts';
import { restricted } from '../told.ts';
import { t, wordFor } from '../words.ts';

const FORMATS = ['plain', 'csv', 'json'] as const;
const DURATIONS = [900, 3_600, 86_400, 604_800, 2_592_000] as const;

export function Blocks() {
  const restrictions = useResource<{ items: readonly Restriction[] }>('/restrictions', ['restrictions'], 20_000);
  const lists = useResource<{ items: readonly ListDocument[] }>('/lists', ['policy']);
  const exceptions = useResource<{ items: readonly ExceptionDocument[] }>('/exceptions', ['policy']);
  const [open, setOpen] = useState<'restriction' | 'entry' | undefined>();
  return (
    <Page
      title={t('nav.blocks')}
      lead={t('blocks.lead')}
      tools={
        <>
          <a class="button" download="block-list.txt" href={`/api/v1/restrictions/export?format=${FORMATS[0]}`}>
            <Icon name="download" />
            {t('blocks.export')}
          </a>
          {may('analyst') && (
            <button type="button" class="button main" onClick={() => setOpen('restriction')}>
              <Icon name="plus" />
              {t('blocks.add')}
            </button>
          )}
        </>
      }
    >
      <Proposals />
      <Loaded of={restrictions}>{({ items }) => <Restrictions of={items} reload={restrictions.reload} />}</Loaded>
      <div class="grid">
        <Panel
          class="half"
          title={t('blocks.lists')}
          more={
            may('admin') && (
              <button type="button" class="button" onClick={() => setOpen('entry')}>
                <Icon name="plus" />
                {t('blocks.lists.add')}
              </button>
            )
          }
        >
          <Loaded of={lists}>{({ items }) => <Lists of={items} reload={lists.reload} />}</Loaded>
        </Panel>
        <Panel class="half" title={t('blocks.exceptions')}>
          <Loaded of={exceptions}>{({ items }) => <Exceptions of={items} reload={exceptions.reload} />}</Loaded>
        </Panel>
      </div>
      {open === 'restriction' && <NewRestriction onClose={() => setOpen(undefined)} onDone={restrictions.reload} />}
      {open === 'entry' && <NewEntry onClose={() => setOpen(undefined)} onDone={lists.reload} />}
    </Page>
  );
}

function Restrictions({ of, reload }: { readonly of: readonly Restriction[]; readonly reload: () => void }) {
  const sorted = of.map(restricted).sort((a, b) => b.createdAt - a.createdAt);
  const free = async (id: string): Promise<void> => {
    await act(() => call('DELETE', `/restrictions/${id}`), t('block.undone'));
    reload();
  };
  const columns: readonly Column<Restriction>[] = [
    {
      key: 'actor',
      title: t('column.actor'),
      width: 'minmax(0, 1.5fr)',
      class: 'two',
      cell: ({ actor }) => (
        <>
          <a class="mono" href={actorHref(`${actor.kind}:${actor.id}`)}>
            {actor.id}
          </a>
          <span class="muted small">{wordFor('actor', actor.kind)}</span>
        </>
      ),
    },
    {
      key: 'action',
      title: t('column.action'),
      width: '110px',
      isLate: true,
      cell: ({ action }) => (
        <span class={`badge ${action === 'block' ? 'critical' : 'medium'}`}>{wordFor('restricted', action)}</span>
      ),
    },
    {
      key: 'reason',
      title: t('block.reason'),
      width: 'minmax(0, 2fr)',
      isLate: true,
      cell: ({ reason }) => <span title={reason}>{reason}</span>,
    },
    { key: 'by', title: t('blocks.by'), width: 'minmax(0, 1fr)', isLate: true, cell: ({ createdBy }) => createdBy },
    {
      key: 'ends',
      title: t('blocks.ends'),
      width: '92px',
      class: 'right',
      cell: ({ expiresAt }) => <Ago at={expiresAt} />,
    },
    {
      key: 'act',
      title: '',
      width: '92px',
      class: 'right',
      cell: ({ id }) =>
        may('analyst') && (
          <button type="button" class="button" onClick={() => void free(id)}>
            {t('blocks.free')}
          </button>
        ),
    },
  ];
  return (
    <Table
      label={t('blocks.restrictions')}
      columns={columns}
      total={sorted.length}
      at={(index) => sorted[index]}
      idOf={({ id }) => id}
      rowHeight={56}
      heightMax={420}
      empty={
        <Empty icon="blocks" title={t('blocks.none')}>
          {t('blocks.none.more')}
        </Empty>
      }
    />
  );
}

function Lists({ of, reload }: { readonly of: readonly ListDocument[]; readonly reload: () => void }) {
  if (of.length === 0)
    return (
      <Empty icon="blocks" title={t('blocks.lists.none')}>
        {t('blocks.lists.none.more')}
      </Empty>
    );
  const remove = async (id: string, entry: string): Promise<void> => {
    await act(
      () => call('DELETE', `/lists/${id}?entry=${encodeURIComponent(entry)}`),
      t('blocks.lists.removed', { entry }),
    );
    reload();
  };
  return (
    <ul class="list">
      {of.map(({ id, action, entries, description }) => (
        <li key={id} class="stack tight">
          <div class="row wrap">
            <span class={`badge ${action === 'allow' ? 'good' : 'critical'}`}>{wordFor('list', action)}</span>
            <strong>{id}</strong>
            <span class="muted small">{description}</span>
          </div>
          <div class="row wrap">
            {[...entries.ips, ...entries.countries].map((entry) => (
              <span class="chip" key={entry}>
                <span class="mono">{entry}</span>
                {may('admin') && (
                  <button
                    type="button"
                    aria-label={`${t('blocks.lists.remove')} ${entry}`}
                    onClick={() => void remove(id, entry)}
                  >
                    ×
                  </button>
                )}
              </span>
            ))}
            {entries.actors.map(({ kind, id: name }) => (
              <span class="chip" key={`${kind}:${name}`}>
                <span class="mono">
                  {kind}:{name}&nbsp;
                </span>
              </span>
            ))}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Exceptions({ of, reload }: { readonly of: readonly ExceptionDocument[]; readonly reload: () => void }) {
  if (of.length === 0) return <Empty title={t('blocks.exceptions.none')}>{t('blocks.exceptions.none.more')}</Empty>;
  const remove = async (id: string): Promise<void> => {
    await act(() => call('DELETE', `/exceptions/${id}`), t('blocks.exceptions.removed', { id }));
    reload();
  };
  return (
    <ul class="list">
      {of.map(({ id, detector, match, reason, expires }) => (
        <li key={id} class="row spread top">
          <span class="grow stack tight">
            <span>
              <strong class="break">{id}</strong> <span class="badge">{detector}</span>
            </span>
            <span class="mono small break">{[...match.endpoint, ...match.pointer].join(' ')}</span>
            <span class="muted small break">
              {reason}
              {expires !== undefined && ` · ${t('blocks.exceptions.until', { when: expires })}`}
            </span>
          </span>
          {may('admin') && (
            <button type="button" class="button" onClick={() => void remove(id)}>
              {t('blocks.exceptions.remove')}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function NewRestriction({ onClose, onDone }: { readonly onClose: () => void; readonly onDone: () => void }) {
  const restrict = async (given: Given): Promise<void> => {
    const id = given('id');
    await call('POST', '/restrictions', {
      actor: { kind: given('kind'), id },
      action: 'block',
      durationSeconds: Number(given('duration')),
      reason: given('reason'),
    });
    say(t('block.done', { actor: id }));
    onDone();
    onClose();
  };
  return (
    <Dialog title={t('blocks.add')} onClose={onClose}>
      <Form go={t('block.action.block')} look="danger" onSubmit={restrict}>
        <div class="row wrap">
          <Field label={t('attackers.kind')}>
            <select name="kind">
              {(['ip', 'subject', 'api-key', 'session', 'header'] as const).map((kind) => (
                <option key={kind} value={kind}>
                  {wordFor('actor', kind)}
                </option>
              ))}
            </select>
          </Field>
          <Field label={t('block.duration')}>
            <select name="duration">
              {DURATIONS.map((seconds) => (
                <option key={seconds} value={seconds}>
                  {duration(seconds)}
                </option>
              ))}
            </select>
          </Field>
        </div>
        <Field label={t('blocks.id')} hint={t('blocks.id.hint')}>
          <input name="id" required maxLength={256} autofocus spellcheck={false} class="mono" />
        </Field>
        <Field label={t('block.reason')}>
          <input name="reason" required maxLength={500} />
        </Field>
      </Form>
    </Dialog>
  );
}

function NewEntry({ onClose, onDone }: { readonly onClose: () => void; readonly onDone: () => void }) {
  const add = async (given: Given): Promise<void> => {
    const entry = given('entry');
    await call('POST', '/lists', { action: given('action'), kind: given('kind'), entry });
    say(t('blocks.lists.added', { entry }));
    onDone();
    onClose();
  };
  return (
    <Dialog title={t('blocks.lists.add')} onClose={onClose}>
      <Form go={t('save')} waiting={t('exception.checking')} onSubmit={add}>
        <div class="row wrap">
          <Field label={t('column.action')}>
            <select name="action">
              <option value="deny">{wordFor('list', 'deny')}</option>
              <option value="allow">{wordFor('list', 'allow')}</option>
            </select>
          </Field>
          <Field label={t('attackers.kind')}>
            <select name="kind">
              <option value="ips">{t('blocks.lists.ips')}</option>
              <option value="countries">{t('blocks.lists.countries')}</option>
            </select>
          </Field>
        </div>
        <Field label={t('blocks.lists.entry')} hint={t('blocks.lists.entry.hint')}>
          <input name="entry" required maxLength={100} autofocus spellcheck={false} class="mono" />
        </Field>
      </Form>
    </Dialog>
  );
}
