// Filters whose values are too many for a list: one is chosen, its value typed, with what is in sight offered.
import { useState } from 'preact/hooks';
import { filterBy } from '../router.ts';
import { t } from '../words.ts';

export const TYPED_FILTERS = ['detection', 'endpoint', 'actor'] as const;
export type TypedFilter = (typeof TYPED_FILTERS)[number];

const OFFERED_MAX = 50;

export function PlaceFilter({ offered }: { readonly offered: (name: TypedFilter) => readonly string[] }) {
  const [name, setName] = useState<TypedFilter>('detection');
  const [value, setValue] = useState('');
  const label = t(`filter.${name}`);
  return (
    <form
      class="pick"
      onSubmit={(event) => {
        event.preventDefault();
        if (value.trim() === '') return;
        filterBy({ [name]: value.trim() });
        setValue('');
      }}
    >
      <select
        aria-label={t('filter.by')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value as TypedFilter)}
      >
        {TYPED_FILTERS.map((one) => (
          <option key={one} value={one}>
            {t(`filter.${one}`)}
          </option>
        ))}
      </select>
      <input
        aria-label={`${label}: ${t('filter.value')}`}
        placeholder={t(`filter.hint.${name}`)}
        list="offered"
        maxLength={300}
        spellcheck={false}
        value={value}
        onInput={(event) => setValue(event.currentTarget.value)}
      />
      <datalist id="offered">
        {[...new Set(offered(name))].slice(0, OFFERED_MAX).map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </form>
  );
}
