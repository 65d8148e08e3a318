// Short messages about what was done, or why it was not.
import type { ApiError } from '../api.ts';
import { reasonOf } from '../refusal.ts';
import { Store, useStore } from '../store.ts';

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
  say(reasonOf(error as ApiError), 'bad');
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
