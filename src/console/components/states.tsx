// What a view shows when there is nothing, nothing yet, or something went wrong.
import type { ComponentChildren } from 'preact';
import type { ApiError } from '../api.ts';
import { reasonOf } from '../refusal.ts';
import { t } from '../words.ts';
import { Icon, type IconName } from './icons.tsx';

export function Empty(props: {
  readonly icon?: IconName;
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <Icon name={props.icon ?? 'calm'} />
      <strong>{props.title}</strong>
      {props.children !== undefined && <p>{props.children}</p>}
    </div>
  );
}

export function Wait({ lines = 4 }: { readonly lines?: number }) {
  return (
    <div class="wait" role="status" aria-label={t('state.loading')}>
      {Array.from({ length: lines }, (_, i) => (
        <i key={i} />
      ))}
    </div>
  );
}

export function Failed({ error, onRetry }: { readonly error: ApiError; readonly onRetry?: () => void }) {
  return (
    <div class="empty" role="alert">
      <Icon name="broken" />
      <strong>{reasonOf(error)}</strong>
      {error.status === 0 && <p>{t('state.unreachable.more')}</p>}
      {error.status === 500 && <p>{t('state.broken.more')}</p>}
      {onRetry !== undefined && error.status !== 403 && (
        <button type="button" class="button" onClick={onRetry}>
          {t('state.again')}
        </button>
      )}
    </div>
  );
}

/** Shows what is there; an error only when there is nothing better to show. */
export function Loaded<T>(props: {
  readonly of: { readonly data: T | undefined; readonly error: ApiError | undefined; readonly reload: () => void };
  readonly lines?: number;
  readonly children: (data: T) => ComponentChildren;
}) {
  const { data, error, reload } = props.of;
  if (data !== undefined) return <>{props.children(data)}</>;
  if (error !== undefined) return <Failed error={error} onRetry={reload} />;
  return <Wait lines={props.lines ?? 4} />;
}
