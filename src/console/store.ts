// A value that views follow: the whole of the console's shared state is a handful of these.
import { useEffect, useState } from 'preact/hooks';

export class Store<T> {
  #value: T;
  readonly #followers = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const follower of [...this.#followers]) follower();
  }

  follow(follower: () => void): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }
}

export function useStore<T>(store: Store<T>): T {
  const [, render] = useState(0);
  const value = store.value;
  useEffect(() => {
    const follow = (): void => render((n) => n + 1);
    // It may have changed between drawing and this.
    if (!Object.is(store.value, value)) follow();
    return store.follow(follow);
  }, [store]);
  return value;
}
