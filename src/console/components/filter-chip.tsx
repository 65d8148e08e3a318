// A filter that was typed or came with the address: what it says, and a button that takes it away.
import { filterBy, usePlace } from '../router.ts';
import { t } from '../words.ts';

/** Shows nothing while the address has no such filter. */
export function FilterChip({ name }: { readonly name: 'detection' | 'endpoint' | 'actor' }) {
  const value = usePlace().query.get(name);
  if (value === null) return null;
  return (
    <span class="chip">
      <span>
        {t(`filter.${name}`)}: <span class="mono">{value}</span>
      </span>
      <button type="button" aria-label={t('filter.remove')} onClick={() => filterBy({ [name]: undefined })}>
        ×
      </button>
    </span>
  );
}
