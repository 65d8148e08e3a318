// Filters a person wants again, kept in this browser under a name.
import { useState } from 'preact/hooks';
import { keep, readKept } from '../preferences.ts';
import { go, usePlace } from '../router.ts';
import { t } from '../words.ts';
import { Dialog } from './dialog.tsx';
import { Form } from './form.tsx';
import { Field } from './parts.tsx';

type Saved = readonly (readonly [name: string, query: string])[];

const SAVED_MAX = 30;

export function SavedFilters({ of }: { readonly of: string }) {
  const place = usePlace();
  const [saved, setSaved] = useState<Saved>(() => savedOf(of));
  const [isNaming, setNaming] = useState(false);
  const query = place.query.toString();
  const set = (next: Saved): void => {
    keep(`filters.${of}`, JSON.stringify(next.slice(-SAVED_MAX)));
    setSaved(next);
  };
  const isSaved = saved.some(([, one]) => one === query);
  return (
    <>
      {saved.map(([name, one]) => (
        <span class="chip" key={name}>
          <a href={`${place.path}?${one}`} aria-current={one === query ? 'true' : undefined}>
            {name}
          </a>
          <button
            type="button"
            aria-label={`${t('filter.forget')}: ${name}`}
            onClick={() => set(saved.filter(([other]) => other !== name))}
          >
            ×
          </button>
        </span>
      ))}
      {query !== '' && !isSaved && (
        <button type="button" class="button quiet" onClick={() => setNaming(true)}>
          {t('filter.save')}
        </button>
      )}
      {isNaming && (
        <Dialog title={t('filter.save')} onClose={() => setNaming(false)}>
          <Form
            go={t('save')}
            onSubmit={(given) => {
              const name = given('name');
              if (name === '') return;
              set([...saved.filter(([other]) => other !== name), [name, query]]);
              setNaming(false);
              go(`${place.path}?${query}`, 'replace');
            }}
          >
            <Field label={t('filter.name')}>
              <input name="name" required maxLength={40} autofocus />
            </Field>
          </Form>
        </Dialog>
      )}
    </>
  );
}

function savedOf(of: string): Saved {
  try {
    return JSON.parse(readKept(`filters.${of}`) ?? '[]') as Saved;
  } catch {
    return [];
  }
}
