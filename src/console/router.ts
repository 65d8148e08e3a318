// Every view has an address: the path names it, the query holds its filters.
import { Store, useStore } from './store.ts';

export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

let isBack = false;

/** Whether the browser's own buttons led here: then it looks as it was left. */
export function cameBack(): boolean {
  return isBack;
}

const place = new Store<Place>(here());

function here(): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

export function usePlace(): Place {
  return useStore(place);
}

export function go(to: string, how: 'push' | 'replace' = 'push'): void {
  if (to === location.pathname + location.search) return;
  if (how === 'push') history.pushState(null, '', to);
  else history.replaceState(null, '', to);
  isBack = false;
  const isOtherView = location.pathname !== place.value.path;
  place.set(here());
  if (isOtherView) {
    scrollTo(0, 0);
    // Screen readers and the keyboard go on where the new view begins.
    document.getElementById('main')?.focus({ preventScroll: true });
  }
}

/** Sets some filters and keeps the others; empty values are taken out. */
export function filterBy(change: Readonly<Record<string, string | undefined>>): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined || value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  go(location.pathname + (text === '' ? '' : `?${text}`), 'replace');
}

export function followLinks(): void {
  addEventListener('popstate', () => {
    isBack = true;
    place.set(here());
  });
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = (event.target as Element).closest?.('a');
    if (!link || link.origin !== location.origin || link.target !== '' || link.hasAttribute('download')) return;
    if (/^\/(?:api|metrics|healthz|readyz)\b/.test(link.pathname)) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}
