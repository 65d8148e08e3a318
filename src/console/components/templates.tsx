// Where discovery took paths together or apart wrongly: templates that a person states. One with a parameter merges what it
// covers; one written without keeps a path apart from its siblings.
import { useState } from 'preact/hooks';
import { type ApiError, call, may } from '../api.ts';
import { useResource } from '../resource.ts';
import { t } from '../words.ts';
import { Dialog } from './dialog.tsx';
import { Field } from './parts.tsx';
import { Loaded } from './states.tsx';
import { say } from './toasts.tsx';

interface Stated {
  readonly subject: string;
  readonly by: string;
}

export function Templates({ onClose }: { readonly onClose: () => void }) {
  const stated = useResource<{ items: readonly Stated[] }>('/endpoint-templates');
  const [problem, setProblem] = useState('');
  const put = async (template: string, holds: boolean): Promise<void> => {
    setProblem('');
    try {
      await call('PUT', '/endpoint-templates', { template, holds });
      say(t('settings.saved'));
    } catch (error) {
      setProblem((error as ApiError).message || t('state.unreachable'));
    }
    stated.reload();
  };
  return (
    <Dialog title={t('templates.title')} isWide onClose={onClose}>
      <div class="stack">
        <p>{t('templates.more')}</p>
        <Loaded of={stated} lines={2}>
          {({ items }) => (
            <ul class="list">
              {items.map(({ subject, by }) => (
                <li key={subject} class="row spread">
                  <span class="mono break grow">{subject}</span>
                  <span class="muted small">{by}</span>
                  {may('analyst') && (
                    <button type="button" class="button" onClick={() => void put(subject, false)}>
                      {t('settings.remove')}
                    </button>
                  )}
                </li>
              ))}
            </ul>
          )}
        </Loaded>
        {may('analyst') && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              const form = event.currentTarget;
              const template = String(new FormData(form).get('template')).trim();
              void put(template, true).then(() => form.reset());
            }}
          >
            <Field label={t('templates.new')} hint="GET api.example/users/{id}">
              <input name="template" required maxLength={1_000} class="mono" spellcheck={false} />
            </Field>
            {problem !== '' && (
              <p class="problem" role="alert">
                {problem}
              </p>
            )}
            <div class="actions">
              <button type="submit" class="button main">
                {t('save')}
              </button>
            </div>
          </form>
        )}
      </div>
    </Dialog>
  );
}
