// Why the admin API did not do it, in the reader's language.
import type { ApiError } from './api.ts';
import { phrase } from './told.ts';
import { t } from './words.ts';

export function reasonOf({ status, message }: Pick<ApiError, 'status' | 'message'>): string {
  switch (status) {
    case 0:
      return t('state.unreachable');
    case 401:
      return t('state.ended');
    case 403:
      return t('state.forbidden');
    case 404:
      return t('state.missing');
    case 500:
      return t('state.broken');
    default:
      return message === '' ? t('state.refused', { status }) : phrase(message);
  }
}
