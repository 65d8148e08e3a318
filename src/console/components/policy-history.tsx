// What a file was before, who changed it when, and back to it.
import { useState } from 'preact/hooks';
import { get, withQuery } from '../api.ts';
import { useResource } from '../resource.ts';
import { t } from '../words.ts';
import { Dialog } from './dialog.tsx';
import { Diff } from './diff.tsx';
import { Ago } from './parts.tsx';
import { Empty, Loaded } from './states.tsx';
import { say } from './toasts.tsx';

interface Change {
  readonly id: string;
  readonly at: number;
  readonly by: string;
  readonly file: string;
  readonly before?: string;
  readonly after?: string;
}

export function PolicyHistory({
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
