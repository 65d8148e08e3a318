// The policies as files: read, changed with completion and faults at their lines, compared, put in force, taken back.
import { useEffect, useRef, useState } from 'preact/hooks';
import { type ApiError, call, type Fault, get, may, said, withQuery } from '../api.ts';
import { Dialog } from '../components/dialog.tsx';
import { Diff } from '../components/diff.tsx';
import { Icon } from '../components/icons.tsx';
import { Ago, Field, Page, Panel } from '../components/parts.tsx';
import { Empty, Failed, Loaded, Wait } from '../components/states.tsx';
import { say } from '../components/toasts.tsx';
import { YamlEditor } from '../components/yaml-editor.tsx';
import { useResource } from '../resource.ts';
import { filterBy, usePlace } from '../router.ts';
import { t } from '../words.ts';

type Layer = 'operator' | 'shipped';

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

interface Content {
  readonly text: string;
  readonly revision: string;
}

interface Change {
  readonly id: string;
  readonly at: number;
  readonly by: string;
  readonly file: string;
  readonly before?: string;
  readonly after?: string;
}

const START = `kind: data-policy
id: my-policy
description: Say what it is for.
match: { direction: response, endpoint: "GET /api/**", dataTypes: ["tag:forbidden"] }
action: mask
severity: high
`;

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
            <OneFile
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
          <form
            onSubmit={(event) => {
              event.preventDefault();
              const name = String(new FormData(event.currentTarget).get('file')).trim();
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
            <div class="actions">
              <button type="submit" class="button main">
                {t('policies.new')}
              </button>
            </div>
          </form>
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

const CHECK_PAUSE_MS = 700;

function OneFile(props: {
  readonly layer: Layer;
  readonly file: string;
  readonly isNew: boolean;
  readonly onWritten: () => void;
  readonly onCopy: (file: string) => void;
}) {
  const { layer, file, isNew } = props;
  const content = useResource<Content>(isNew ? undefined : withQuery('/policy-files/content', { layer, file }));
  const [text, setText] = useState<string | undefined>(isNew ? (copied.get(file) ?? START) : undefined);
  const [base, setBase] = useState<Content | undefined>();
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const [state, setState] = useState<'' | 'checking' | 'good' | 'publishing'>('');
  const [problem, setProblem] = useState('');
  const [tab, setTab] = useState<'edit' | 'diff' | 'history'>('edit');
  const timer = useRef(0);
  /** Counts edits: an answer about an earlier text says nothing of this one. */
  const edits = useRef(0);
  const canWrite = layer === 'operator' && may('admin');

  useEffect(() => {
    if (content.data === undefined || base !== undefined) return;
    setBase(content.data);
    setText(content.data.text);
  }, [content.data]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const edited = (next: string): void => {
    setText(next);
    setProblem('');
    clearTimeout(timer.current);
    edits.current += 1;
    const mine = edits.current;
    if (!may('analyst')) return;
    setState('checking');
    timer.current = window.setTimeout(() => {
      call<{ faults: readonly Fault[] }>('POST', '/policy-files/check', { file, text: next }).then(
        ({ faults: found }) => {
          if (mine !== edits.current) return;
          setFaults(found);
          setState(found.length === 0 ? 'good' : '');
        },
        () => mine === edits.current && setState(''),
      );
    }, CHECK_PAUSE_MS);
  };

  const publish = async (): Promise<void> => {
    clearTimeout(timer.current);
    edits.current += 1;
    setState('publishing');
    setProblem('');
    try {
      const { revision, version } = await call<{ revision: string; version: string }>('PUT', '/policy-files/content', {
        file,
        text,
        ...(base === undefined ? {} : { revision: base.revision }),
      });
      setBase({ text: text!, revision });
      setFaults([]);
      setState('good');
      say(t('exception.live', { version }));
      copied.delete(file);
      if (isNew) filterBy({ new: undefined });
      props.onWritten();
    } catch (error) {
      const { faults: found, message } = error as ApiError;
      setFaults(found ?? []);
      setProblem(message || t('state.unreachable'));
      setState('');
    }
  };

  const remove = async (): Promise<void> => {
    try {
      await call('DELETE', withQuery('/policy-files/content', { file, revision: base!.revision }));
      say(t('policies.removed', { file }));
      filterBy({ file: undefined });
      props.onWritten();
    } catch (error) {
      setProblem((error as ApiError).message);
    }
  };

  if (text === undefined) {
    return (
      <Panel>
        {content.error === undefined ? <Wait lines={10} /> : <Failed error={content.error} onRetry={content.reload} />}
      </Panel>
    );
  }
  const isChanged = text !== (base?.text ?? '');
  return (
    <Panel
      title={file}
      more={
        <span class="row wrap">
          {layer === 'shipped' && (
            <>
              <span class="badge">{t('policies.shipped')}</span>
              {may('admin') && (
                <button
                  type="button"
                  class="button"
                  onClick={() => {
                    copied.set(file, text);
                    props.onCopy(file);
                  }}
                >
                  {t('policies.copy')}
                </button>
              )}
            </>
          )}
          {canWrite && base !== undefined && (
            <button type="button" class="button quiet" onClick={() => void remove()}>
              {t('policies.remove')}
            </button>
          )}
          {canWrite && (
            <button
              type="button"
              class="button main"
              disabled={!isChanged || state === 'publishing'}
              onClick={() => void publish()}
            >
              {state === 'publishing' ? t('exception.checking') : t('policies.publish')}
            </button>
          )}
        </span>
      }
    >
      <div class="stack">
        <div class="row wrap spread">
          <div class="segments" role="tablist" aria-label={file}>
            {(['edit', 'diff', 'history'] as const).map((one) => (
              <button type="button" role="tab" key={one} aria-selected={tab === one} onClick={() => setTab(one)}>
                {t(`policies.tab.${one}`)}
              </button>
            ))}
          </div>
          <span class="row small muted" role="status">
            {state === 'checking' && t('exception.checking')}
            {state === 'good' && (
              <>
                <i class="dot good" />
                {t('policies.good')}
              </>
            )}
            {canWrite && tab === 'edit' && <span>{t('policies.keys')}</span>}
          </span>
        </div>
        {problem !== '' && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        {faults.length > 0 && (
          <ul class="problem mono small">
            {faults.slice(0, 10).map((fault, i) => (
              <li key={i}>{said(fault)}</li>
            ))}
          </ul>
        )}
        {tab === 'edit' && (
          <YamlEditor
            text={text}
            faults={faults.filter((fault) => fault.file === file)}
            isReadOnly={!canWrite}
            onChange={edited}
            onSave={() => void publish()}
          />
        )}
        {tab === 'diff' && <Diff before={base?.text ?? ''} after={text} />}
        {tab === 'history' && <History file={file} now={base?.text ?? ''} onTake={canWrite ? edited : undefined} />}
      </div>
    </Panel>
  );
}

/** Texts of shipped files that are about to become files of one's own. */
const copied = new Map<string, string>();

function History({
  file,
  now,
  onTake,
}: {
  readonly file: string;
  readonly now: string;
  readonly onTake: ((text: string) => void) | undefined;
}) {
  const changes = useResource<{ items: readonly Change[] }>(withQuery('/policy-files/changes', { file }), ['policy']);
  const [shown, setShown] = useState<Change | undefined>();
  return (
    <Loaded of={changes}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty icon="audit" title={t('policies.history.none')} />
        ) : (
          <div class="stack">
            <ul class="list">
              {items.map((change) => (
                <li key={change.id} class="row spread">
                  <span>
                    <strong>{change.by}</strong>{' '}
                    <span class="muted">
                      <Ago at={change.at} />
                    </span>
                  </span>
                  <button
                    type="button"
                    class="button"
                    onClick={() => void get<Change>(`/policy-files/changes/${change.id}`).then(setShown)}
                  >
                    {t('audit.more')}
                  </button>
                </li>
              ))}
            </ul>
            {shown !== undefined && (
              <Dialog title={file} isWide onClose={() => setShown(undefined)}>
                <div class="stack">
                  <Diff before={shown.before ?? ''} after={shown.after ?? ''} />
                  {onTake !== undefined && shown.before !== undefined && shown.before !== now && (
                    <div class="actions">
                      <button
                        type="button"
                        class="button"
                        onClick={() => {
                          onTake(shown.before!);
                          setShown(undefined);
                          say(t('policies.taken'));
                        }}
                      >
                        {t('policies.back')}
                      </button>
                    </div>
                  )}
                </div>
              </Dialog>
            )}
          </div>
        )
      }
    </Loaded>
  );
}

function isMatch({ file, documents }: File, text: string): boolean {
  return (
    text === '' || `${file} ${documents.map(({ kind, id }) => `${kind} ${id}`).join(' ')}`.toLowerCase().includes(text)
  );
}
