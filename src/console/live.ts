// What happens now, over one stream of server-sent events for the whole console.
import { useEffect, useRef } from 'preact/hooks';
import { session } from './api.ts';
import { Store } from './store.ts';

export const EVENT_KINDS = [
  'traffic',
  'transaction',
  'incident',
  'proposal',
  'restriction',
  'restrictions',
  'policy',
  'shadow',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** `away`: the stream broke and is being tried again. */
export const stream = new Store<'off' | 'live' | 'away'>('off');

type Listener = (value: unknown) => void;
const listeners = new Map<EventKind, Set<Listener>>(EVENT_KINDS.map((kind) => [kind, new Set()]));
const AGAIN_MS = 3_000;
let source: EventSource | undefined;

export function keepStream(): void {
  const follow = (): void => {
    if (session.value == null) close();
    else if (source === undefined) open();
  };
  session.follow(follow);
  follow();
}

function open(): void {
  source = new EventSource('/api/v1/events');
  source.onopen = () => {
    const wasAway = stream.value === 'away';
    stream.set('live');
    // What happened meanwhile was told to nobody here.
    if (wasAway) for (const hearing of listeners.values()) for (const listener of hearing) listener(undefined);
  };
  source.onerror = () => {
    stream.set('away');
    // The browser tries again by itself, except after an answer that was no stream.
    if (source?.readyState !== EventSource.CLOSED) return;
    source.close();
    source = undefined;
    setTimeout(() => {
      if (session.value != null && source === undefined) open();
    }, AGAIN_MS);
  };
  for (const kind of EVENT_KINDS) {
    source.addEventListener(kind, (event) => {
      const value: unknown = JSON.parse((event as MessageEvent<string>).data);
      for (const listener of listeners.get(kind)!) listener(value);
    });
  }
}

function close(): void {
  source?.close();
  source = undefined;
  stream.set('off');
}

/** Calls at most once in `everyMs`, and once more when something came meanwhile. */
export function useEvents(kinds: readonly EventKind[], listener: () => void, everyMs = 1_500): void {
  const latest = useRef(listener);
  latest.current = listener;
  const key = kinds.join(' ');
  useEffect(() => {
    let timer: number | undefined;
    let last = 0;
    const heard = (): void => {
      if (timer !== undefined) return;
      timer = window.setTimeout(
        () => {
          timer = undefined;
          last = Date.now();
          latest.current();
        },
        Math.max(0, last + everyMs - Date.now()),
      );
    };
    for (const kind of kinds) listeners.get(kind)!.add(heard);
    return () => {
      clearTimeout(timer);
      for (const kind of kinds) listeners.get(kind)!.delete(heard);
    };
  }, [key, everyMs]);
}
