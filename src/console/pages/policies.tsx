// The policies as files: read, changed with completion and faults at their lines, compared, put in force, taken back.
import { useState } from 'preact/hooks';
import { type Fault, may, said } from '../api.ts';
import { Dialog } from '../components/dialog.tsx';
import { Form } from '../components/form.tsx';
import { Icon } from '../components/icons.tsx';
import { Field, Page, Panel } from '../components/parts.tsx';
import { type Layer, PolicyFile } from '../components/policy-file.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { useResource } from '../resource.ts';
import { filterBy, usePlace } from '../router.ts';
import { t } from '../words.ts';

interface File {
  readonly layer: Layer;
  readonly file: string;
  readonly bytes: number;
  readonly modifiedAt: number;
  readonly documents: readonly {
    readonly kind: string;
    readonly id: string;
    readonly enabled: boolean;
    readonly line: number;
  }[];
}

export function Policies() {
  const files = useResource<{ items: readonly File[] }>('/policy-files', ['policy']);
  const live = useResource<{ version: string; faults: readonly Fault[] }>('/policies', ['policy'], 20_000);
  const { query } = usePlace();
  const [isNaming, setNaming] = useState(false);
  const layer = (query.get('layer') ?? 'operator') as Layer;
  const file = query.get('file');
  const text = (query.get('text') ?? '').toLowerCase();
  const open = (to: { layer: Layer; file: string; isNew?: boolean }): void =>
    filterBy({
      layer: to.layer === 'operator' ? undefined : to.layer,
      file: to.file,
      new: to.isNew === true ? 'yes' : undefined,
      tab: undefined,
    });
  return (
    <Page
      title={t('nav.policies')}
      lead={t('policies.lead')}
      tools={
        <>
          {live.data !== undefined && (
            <span class="row">
              <i class={`dot ${live.data.faults.length > 0 ? 'bad' : 'good'}`} />
              <span class="muted">{t('policies.version')}</span> <span class="mono">{live.data.version}</span>
            </span>
          )}
          {may('admin') && (
            <button type="button" class="button main" onClick={() => setNaming(true)}>
              <Icon name="plus" />
              {t('policies.new')}
            </button>
          )}
        </>
      }
    >
      {live.data !== undefined && live.data.faults.length > 0 && (
        <div class="note bad" role="alert">
          <span>
            <strong>{t('overview.refused')}</strong>
            {live.data.faults.map((fault) => (
              <div key={`${fault.file}:${fault.line}`} class="mono small break">
                {said(fault)}
              </div>
            ))}
          </span>
        </div>
      )}
      <div class="grid">
        <div class="third">
          <Panel title={t('policies.files')}>
            <Loaded of={files}>
              {({ items }) => (
                <div class="stack">
                  <input
                    type="search"
                    aria-label={t('policies.text')}
                    placeholder={t('policies.text')}
                    value={query.get('text') ?? ''}
                    onInput={(event) => filterBy({ text: event.currentTarget.value })}
                  />
                  {(['operator', 'shipped'] as const).map((one) => (
                    <FileList
                      key={one}
                      title={one === 'operator' ? t('policies.yours') : t('policies.shipped')}
                      none={text === '' && one === 'operator' ? t('policies.yours.none') : t('policies.no.match')}
                      of={items.filter((item) => item.layer === one && isMatch(item, text))}
                      at={layer === one ? file : null}
                      onOpen={(name) => open({ layer: one, file: name })}
                    />
                  ))}
                </div>
              )}
            </Loaded>
          </Panel>
        </div>
        <div class={`wide ${file === null ? '' : 'opened'}`}>
          {file === null ? (
            <Panel>
              <Empty icon="policies" title={t('policies.choose')}>
                {t('policies.choose.more')}
              </Empty>
            </Panel>
          ) : (
            <PolicyFile
              key={`${layer} ${file}`}
              layer={layer}
              file={file}
              isNew={query.get('new') === 'yes'}
              onWritten={files.reload}
              onCopy={(name) => open({ layer: 'operator', file: name, isNew: true })}
            />
          )}
        </div>
      </div>
      {isNaming && (
        <Dialog title={t('policies.new')} onClose={() => setNaming(false)}>
          <Form
            go={t('policies.new')}
            onSubmit={(given) => {
              const name = given('file');
              setNaming(false);
              open({ layer: 'operator', file: /\.ya?ml$/.test(name) ? name : `${name}.yaml`, isNew: true });
            }}
          >
            <Field label={t('policies.name')}>
              <input
                name="file"
                required
                maxLength={100}
                pattern="[\w\-][\w.\-\/]*"
                autofocus
                spellcheck={false}
                class="mono"
                placeholder="my-policies.yaml"
              />
            </Field>
          </Form>
        </Dialog>
      )}
    </Page>
  );
}

function FileList(props: {
  readonly title: string;
  readonly none: string;
  readonly of: readonly File[];
  readonly at: string | null;
  readonly onOpen: (file: string) => void;
}) {
  return (
    <div class="stack tight">
      <h3>{props.title}</h3>
      {props.of.length === 0 && <p class="muted small">{props.none}</p>}
      <div class="files">
        {props.of.map(({ file, documents }) => (
          <button
            type="button"
            key={file}
            aria-current={file === props.at ? 'true' : undefined}
            onClick={() => props.onOpen(file)}
          >
            <span class="mono">{file}</span>
            <span class="muted small">
              {documents.length <= 3
                ? documents.map(({ id }) => id).join(', ')
                : t('policies.documents', { n: documents.length })}
            </span>
          </button>
        ))}
      </div>
    </div>
  );
}

function isMatch({ file, documents }: File, text: string): boolean {
  return (
    text === '' || `${file} ${documents.map(({ kind, id }) => `${kind} ${id}`).join(' ')}`.toLowerCase().includes(text)
  );
}
