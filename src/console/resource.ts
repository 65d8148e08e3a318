// Something of the admin API that a view shows: what was known at once, what is true now a moment later, and why not.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type ApiError, get } from './api.ts';
import { type EventKind, useEvents } from './live.ts';

export interface Resource<T> {
  readonly data: T | undefined;
  readonly error: ApiError | undefined;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

const known = new Map<string, unknown>();
const KNOWN_MAX = 200;

export function forgetAll(): void {
  known.clear();
}

/** `path` undefined asks for nothing. Asked again when one of `on` happens. */
export function useResource<T>(path: string | undefined, on: readonly EventKind[] = [], everyMs?: number): Resource<T> {
  const [state, setState] = useState<{ path: string | undefined; data?: T; error?: ApiError }>({ path: undefined });
  const asking = useRef<AbortController | undefined>(undefined);
  const ask = useCallback(() => {
    if (path === undefined) return;
    asking.current?.abort();
    const controller = new AbortController();
    asking.current = controller;
    get<T>(path, controller.signal).then(
      (data) => {
        if (known.size >= KNOWN_MAX) known.delete(known.keys().next().value!);
        known.set(path, data);
        setState({ path, data });
      },
      (error: ApiError) => {
        if (error.name !== 'AbortError')
          setState((before) => ({ ...(before.path === path ? before : {}), path, error }));
      },
    );
  }, [path]);
  useEffect(() => {
    ask();
    return () => asking.current?.abort();
  }, [ask]);
  useEvents(on, ask);
  useEffect(() => {
    if (everyMs === undefined) return;
    const timer = setInterval(ask, everyMs);
    return () => clearInterval(timer);
  }, [ask, everyMs]);
  const isOfThis = state.path === path;
  const data =
    isOfThis && state.data !== undefined ? state.data : path === undefined ? undefined : (known.get(path) as T);
  const error = isOfThis ? state.error : undefined;
  return { data, error, isLoading: path !== undefined && data === undefined && error === undefined, reload: ask };
}

export interface Pages<T> {
  readonly total: number | undefined;
  readonly error: ApiError | undefined;
  readonly at: (index: number) => T | undefined;
  /** Says which rows are in sight. */
  readonly show: (from: number, to: number) => void;
  readonly reload: () => void;
}

const PAGE_ROWS = 100;
const PAGES_KEPT_MAX = 60;

/** A long list of which only the pages in sight are asked for. */
export function usePages<T>(
  pathOf: (offset: number, limit: number) => string,
  on: readonly EventKind[] = [],
): Pages<T> {
  const key = pathOf(0, PAGE_ROWS);
  const [, render] = useState(0);
  const state = useRef({
    key: '',
    pages: new Map<number, readonly T[]>(),
    asked: new Set<number>(),
    total: undefined as number | undefined,
    error: undefined as ApiError | undefined,
    from: 0,
    to: 0,
  });
  if (state.current.key !== key) {
    state.current = {
      key,
      pages: new Map(),
      asked: new Set(),
      total: undefined,
      error: undefined,
      from: 0,
      to: PAGE_ROWS - 1,
    };
  }
  const ask = useCallback(
    (page: number) => {
      const mine = state.current;
      if (mine.asked.has(page)) return;
      mine.asked.add(page);
      get<{ total: number; items: readonly T[] }>(pathOf(page * PAGE_ROWS, PAGE_ROWS))
        .then(
          ({ total, items }) => {
            if (mine.pages.size >= PAGES_KEPT_MAX) {
              const first = mine.pages.keys().next().value!;
              mine.pages.delete(first);
            }
            mine.pages.set(page, items);
            mine.total = total;
            mine.error = undefined;
          },
          (error: ApiError) => {
            mine.error = error;
          },
        )
        .finally(() => {
          mine.asked.delete(page);
          if (mine === state.current) render((n) => n + 1);
        });
    },
    [key],
  );
  const show = useCallback(
    (from: number, to: number) => {
      const { current } = state;
      Object.assign(current, { from, to });
      for (let page = Math.floor(from / PAGE_ROWS); page <= Math.floor(to / PAGE_ROWS); page++)
        if (!current.pages.has(page)) ask(page);
    },
    [ask],
  );
  const reload = useCallback(() => {
    const { pages, from, to } = state.current;
    const first = Math.floor(from / PAGE_ROWS);
    const last = Math.floor(to / PAGE_ROWS);
    // What is out of sight is forgotten; what is in sight stays until the new rows are there.
    for (const page of [...pages.keys()]) if (page < first || page > last) pages.delete(page);
    for (let page = first; page <= last; page++) ask(page);
  }, [ask]);
  useEffect(() => ask(0), [ask]);
  useEvents(on, reload);
  const { pages, total, error } = state.current;
  return {
    total,
    error,
    at: (index) => pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS],
    show,
    reload,
  };
}
