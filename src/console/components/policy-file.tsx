// One file of policies: edited with completion and faults at their lines, tried, compared, put in force, taken back.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type ApiError, call, type Fault, may, withQuery } from '../api.ts';
import { draftOf, dropDraft, keepDraft } from '../drafts.ts';
import { reasonOf } from '../refusal.ts';
import { useResource } from '../resource.ts';
import { filterBy, usePlace } from '../router.ts';
import { t } from '../words.ts';
import { Diff } from './diff.tsx';
import { Problem } from './form.tsx';
import { Panel } from './parts.tsx';
import { PolicyHistory } from './policy-history.tsx';
import { DraftBacktest, DraftShadow, DraftTests } from './policy-trial.tsx';
import { Failed, Wait } from './states.tsx';
import { say } from './toasts.tsx';
import { YamlEditor } from './yaml-editor.tsx';

export type Layer = 'operator' | 'shipped';

const TABS = ['edit', 'diff', 'tests', 'backtest', 'shadow', 'history'] as const;
type Tab = (typeof TABS)[number];
/** A draft is tried by those who may also judge it. */
const TRIALS: readonly Tab[] = ['tests', 'backtest', 'shadow'];

interface Content {
  readonly text: string;
  readonly revision: string;
}

const START = `kind: data-policy
id: my-policy
description: Say what it is for.
match: { direction: response, endpoint: "GET /api/**", dataTypes: ["tag:forbidden"] }
action: mask
severity: high
`;

/** Texts of shipped files that are about to become files of one's own. */
const copied = new Map<string, string>();

const CHECK_PAUSE_MS = 700;

export function PolicyFile(props: {
  readonly layer: Layer;
  readonly file: string;
  readonly isNew: boolean;
  readonly onWritten: () => void;
  readonly onCopy: (file: string) => void;
}) {
  const { layer, file, isNew } = props;
  const content = useResource<Content>(isNew ? undefined : withQuery('/policy-files/content', { layer, file }));
  const kept = useMemo(() => (layer === 'operator' ? draftOf(file) : undefined), []);
  const [text, setText] = useState<string | undefined>(kept?.text ?? (isNew ? (copied.get(file) ?? START) : undefined));
  const [base, setBase] = useState<Content | undefined>(kept?.base);
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const [state, setState] = useState<'' | 'checking' | 'good' | 'publishing'>('');
  const [problem, setProblem] = useState('');
  const asked = usePlace().query.get('tab');
  const tab = TABS.find((one) => one === asked) ?? 'edit';
  const timer = useRef(0);
  /** Counts edits: an answer about an earlier text says nothing of this one. */
  const edits = useRef(0);
  const canWrite = layer === 'operator' && may('admin');

  useEffect(() => {
    if (content.data === undefined || base !== undefined || kept !== undefined) return;
    setBase(content.data);
    setText(content.data.text);
  }, [content.data]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const edited = (next: string): void => {
    setText(next);
    setProblem('');
    if (layer === 'operator') {
      if (next === base?.text) dropDraft(file);
      else keepDraft(file, { text: next, base });
    }
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
      dropDraft(file);
      if (isNew) filterBy({ new: undefined });
      props.onWritten();
    } catch (error) {
      const refused = error as ApiError;
      setFaults(refused.faults ?? []);
      setProblem(reasonOf(refused));
      setState('');
    }
  };

  const remove = async (): Promise<void> => {
    try {
      await call('DELETE', withQuery('/policy-files/content', { file, revision: base!.revision }));
      say(t('policies.removed', { file }));
      dropDraft(file);
      filterBy({ file: undefined, tab: undefined });
      props.onWritten();
    } catch (error) {
      setProblem(reasonOf(error as ApiError));
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
  const tabs = TABS.filter((one) => !TRIALS.includes(one) || (layer === 'operator' && may('analyst')));
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
          <div class="segments tabs" role="tablist" aria-label={file}>
            {tabs.map((one) => (
              <button
                type="button"
                role="tab"
                key={one}
                aria-selected={tab === one}
                onClick={() => filterBy({ tab: one === 'edit' ? undefined : one })}
              >
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
            {canWrite && tab === 'edit' && <span class="wide-only">{t('policies.keys')}</span>}
          </span>
        </div>
        {(problem !== '' || faults.length > 0) && <Problem text={problem} faults={faults} />}
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
        {tab === 'tests' && <DraftTests text={text} />}
        {tab === 'backtest' && <DraftBacktest text={text} />}
        {tab === 'shadow' && <DraftShadow text={text} />}
        {tab === 'history' && (
          <PolicyHistory file={file} now={base?.text ?? ''} onTake={canWrite ? edited : undefined} />
        )}
      </div>
    </Panel>
  );
}
