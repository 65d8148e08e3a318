// Short messages about what was done, or why it was not.
import type { ApiError } from '../api.ts';
import { Store, useStore } from '../store.ts';
import { phrase } from '../told/told.ts';
import { t } from '../words.ts';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly look: '' | 'bad';
}

const toasts = new Store<readonly Toast[]>([]);
const SHOWN_MS = 5_000;
const SHOWN_MAX = 4;
let last = 0;

export function say(text: string, look: Toast['look'] = ''): void {
  last += 1;
  const id = last;
  toasts.set([...toasts.value, { id, text, look }].slice(-SHOWN_MAX));
  setTimeout(() => toasts.set(toasts.value.filter((one) => one.id !== id)), SHOWN_MS);
}

export function sayError(error: unknown): void {
  const { status, message } = error as ApiError;
  say(status === 0 ? t('state.unreachable') : status === 403 ? t('state.forbidden') : phrase(message), 'bad');
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {useStore(toasts).map(({ id, text, look }) => (
        <div key={id} class={`toast ${look}`}>
          {text}
        </div>
      ))}
    </div>
  );
}
