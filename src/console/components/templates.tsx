// Where discovery took paths together or apart wrongly: templates that a person states. One with a parameter merges what it
// covers; one written without keeps a path apart from its siblings.
import { call, may } from '../api.ts';
import { useResource } from '../resource.ts';
import { t } from '../words.ts';
import { act } from './act.ts';
import { Dialog } from './dialog.tsx';
import { Form } from './form.tsx';
import { Field } from './parts.tsx';
import { Loaded } from './states.tsx';
import { say } from './toasts.tsx';

export function Templates({ onClose }: { readonly onClose: () => void }) {
  const stated = useResource<{ items: readonly string[] }>('/endpoint-templates');
  const put = async (template: string, holds: boolean): Promise<void> => {
    await call('PUT', '/endpoint-templates', { template, holds });
    say(t('settings.saved'));
    stated.reload();
  };
  return (
    <Dialog title={t('templates.title')} isWide onClose={onClose}>
      <div class="stack">
        <p>{t('templates.more')}</p>
        <Loaded of={stated} lines={2}>
          {({ items }) => (
            <ul class="list">
              {items.map((template) => (
                <li key={template} class="row spread">
                  <span class="mono break grow">{template}</span>
                  {may('analyst') && (
                    <button type="button" class="button" onClick={() => void act(() => put(template, false))}>
                      {t('settings.remove')}
                    </button>
                  )}
                </li>
              ))}
            </ul>
          )}
        </Loaded>
        {may('analyst') && (
          <Form go={t('save')} isEmptiedAfter onSubmit={(given) => put(given('template'), true)}>
            <Field label={t('templates.new')} hint="GET api.example/users/{id}">
              <input name="template" required maxLength={1_000} class="mono" spellcheck={false} />
            </Field>
          </Form>
        )}
      </div>
    </Dialog>
  );
}
