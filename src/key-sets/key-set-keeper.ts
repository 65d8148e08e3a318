// Keeps the JWK Sets of issuers at hand: fetches each URL now and then, and soon after a token named a key that is not there.
// Runs beside the data plane, which only ever sees finished sets. Invariant: a fetch that fails changes nothing; the last good
// set stays, and the failure is told.
import type { KeySets, PublishedKey } from '../core/key-set.ts';
import { readKeySet } from './key-set-reader.ts';

export interface KeySetSettings {
  readonly urls: readonly string[];
  readonly refreshMs: number;
  /** Unknown keys cause at most one fetch in this time. */
  readonly askAgainMs: number;
  readonly timeoutMs: number;
  readonly onChange: (sets: KeySets) => void;
  readonly onFailure: (url: string, why: string) => void;
}

export const KEY_SET_TIMES = { refreshMs: 600_000, askAgainMs: 30_000, timeoutMs: 5_000 } as const;

const SET_BYTES_MAX = 256 * 1024;

export class KeySetKeeper {
  readonly #settings: KeySetSettings;
  readonly #sets = new Map<string, readonly PublishedKey[]>();
  readonly #texts = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(settings: KeySetSettings) {
    this.#settings = settings;
  }

  get sets(): KeySets {
    return Object.fromEntries(this.#sets);
  }

  /** Resolves when every URL was tried once, whether it answered or not. */
  async start(): Promise<void> {
    if (this.#settings.urls.length === 0) return;
    this.#timer = setInterval(() => void this.#fetchAll(), this.#settings.refreshMs);
    this.#timer.unref();
    await this.#fetchAll();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** A token named a key that no set has: perhaps its issuer has a new one. `now` by a clock that never jumps. */
  askAgain(now: number): void {
    if (now - this.#askedAt < this.#settings.askAgainMs) return;
    this.#askedAt = now;
    void this.#fetchAll();
  }

  async #fetchAll(): Promise<void> {
    const changed = await Promise.all(this.#settings.urls.map((url) => this.#fetch(url)));
    if (changed.includes(true)) this.#settings.onChange(this.sets);
  }

  /** True when the set changed. */
  async #fetch(url: string): Promise<boolean> {
    try {
      const response = await fetch(url, {
        redirect: 'error',
        signal: AbortSignal.timeout(this.#settings.timeoutMs),
        headers: { accept: 'application/jwk-set+json, application/json' },
      });
      if (!response.ok) return this.#failed(url, `it answered with status ${response.status}`);
      const text = await boundedText(response);
      if (text === undefined) return this.#failed(url, `it is longer than ${SET_BYTES_MAX} bytes`);
      if (text === this.#texts.get(url)) return false;
      const keys = readKeySet(text);
      if (keys === undefined) return this.#failed(url, 'it is no JWK Set');
      if (keys.length === 0) return this.#failed(url, 'it has no key for signatures');
      this.#texts.set(url, text);
      this.#sets.set(url, keys);
      return true;
    } catch (error) {
      return this.#failed(url, codeOf(error));
    }
  }

  #failed(url: string, why: string): false {
    this.#settings.onFailure(url, why);
    return false;
  }
}

async function boundedText(response: Response): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > SET_BYTES_MAX) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function codeOf(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  return cause?.code ?? (name === 'TimeoutError' ? 'no answer in time' : 'it cannot be fetched');
}
