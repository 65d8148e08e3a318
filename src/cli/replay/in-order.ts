// Records that come nearly sorted by time → sorted, as far as a window of them allows.
// Invariant: never more than `waitingMax` wait; what comes later than that goes through at once and is counted.

export class InOrder<T> {
  readonly #waitingMax: number;
  readonly #take: (value: T) => void;
  /** A binary heap by time, then by arrival. */
  readonly #heap: { readonly at: number; readonly n: number; readonly value: T }[] = [];
  #arrived = 0;
  #passed = Number.NEGATIVE_INFINITY;
  late = 0;

  constructor(waitingMax: number, take: (value: T) => void) {
    this.#waitingMax = waitingMax;
    this.#take = take;
  }

  add(at: number, value: T): void {
    this.#push({ at, n: this.#arrived, value });
    this.#arrived += 1;
    if (this.#heap.length > this.#waitingMax) this.#pass();
  }

  end(): void {
    while (this.#heap.length > 0) this.#pass();
  }

  #pass(): void {
    const { at, value } = this.#pop();
    if (at < this.#passed) this.late += 1;
    else this.#passed = at;
    this.#take(value);
  }

  #push(entry: { readonly at: number; readonly n: number; readonly value: T }): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(entry);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = entry;
  }

  #pop(): { readonly at: number; readonly value: T } {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return first;
  }
}

function isBefore(
  a: { readonly at: number; readonly n: number },
  b: { readonly at: number; readonly n: number },
): boolean {
  return a.at < b.at || (a.at === b.at && a.n < b.n);
}
