// Pushes the list of blocked addresses to a device or service in front. It is a state, not a row of events: only the latest list
// counts, it is pushed when it differs from what was taken last, and again and again until it is taken.
// After a restart the first list is pushed whether it changed or not.
import { createHash } from 'node:crypto';
import { type BlockEntry, blockEntries } from '../block-lists/entries.ts';
import { blockList } from '../block-lists/formats.ts';
import type { SinkSettingsOf } from '../configuration/sink-schema.ts';
import type { Restriction } from '../core/restriction.ts';
import type { SinkLog, SinkOutcome, SinkState } from '../core/sink.ts';
import { backOffMs, isDue } from './back-off.ts';
import { HttpClient, outcomeOf } from './http/client.ts';
import { secretHeaders, secretUrl } from './secret.ts';
import { compileTemplate } from './template.ts';

interface Environment {
  readonly id: string;
  readonly now: () => number;
  readonly random: () => number;
  readonly log: SinkLog;
}

export class BlockListPush {
  readonly #settings: SinkSettingsOf<'block-list'>;
  readonly #environment: Environment;
  readonly #client: HttpClient;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #bodyOf: (list: string, entries: number) => string;
  #wanted: readonly BlockEntry[] | undefined;
  #restrictions: readonly Restriction[] = [];
  #taken = '';
  #notBefore = 0;
  #failures = 0;
  #attemptsFailed = 0;
  #delivered = 0;
  #lastDeliveredAt: number | undefined;
  #lastFailure: { at: number; code: string } | undefined;
  #running: Promise<void> | undefined;

  constructor(settings: SinkSettingsOf<'block-list'>, environment: Environment) {
    this.#settings = settings;
    this.#environment = environment;
    this.#client = new HttpClient(settings, environment.now);
    this.#url = secretUrl(settings.url);
    this.#headers = secretHeaders(settings.headers);
    if (settings.body === undefined) {
      this.#bodyOf = (list) => list;
    } else {
      // `{{list}}` is a document already: it goes in as it is, or as text of a JSON string where the template says `| string`.
      const template = compileTemplate(settings.body, false);
      this.#bodyOf = (list, entries) => template.fill({ list, entries, at: new Date(environment.now()).toISOString() });
    }
  }

  publish(restrictions: readonly Restriction[]): void {
    this.#restrictions = restrictions;
    this.#wanted = blockEntries(restrictions, this.#environment.now());
  }

  run(): Promise<void> {
    this.#running ??= this.#push().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Sends the list as it is, or an empty one when none is known yet. */
  async check(): Promise<SinkOutcome> {
    return this.#send(this.#wanted ?? []);
  }

  get state(): SinkState {
    const isWaiting = this.#wanted !== undefined && hashOf(this.#wanted) !== this.#taken;
    return {
      id: this.#environment.id,
      kind: 'block-list',
      state: this.#failures > 0 ? 'failing' : this.#running === undefined ? 'idle' : 'delivering',
      queuedMessages: isWaiting ? 1 : 0,
      queuedBytes: 0,
      delivered: this.#delivered,
      attemptsFailed: this.#attemptsFailed,
      dropped: { full: 0, expired: 0, refused: 0 },
      isDurable: true,
      damagedLines: 0,
      lastDeliveredAt: this.#lastDeliveredAt,
      lastFailure: this.#lastFailure,
      nextAttemptAt: isWaiting ? this.#notBefore : undefined,
    };
  }

  async close(): Promise<void> {
    await this.#client.close();
    await this.#running;
  }

  async #push(): Promise<void> {
    const { id, now, random, log } = this.#environment;
    if (this.#wanted === undefined || !isDue(this.#notBefore, now(), this.#settings.interval)) return;
    // Blocks end by themselves: the list is made anew, not only when something was added.
    const entries = blockEntries(this.#restrictions, now());
    this.#wanted = entries;
    const hash = hashOf(entries);
    if (hash === this.#taken) return;
    const outcome = await this.#send(entries);
    if (outcome.kind === 'delivered') {
      this.#taken = hash;
      this.#failures = 0;
      this.#delivered += 1;
      this.#lastDeliveredAt = now();
      this.#notBefore = now() + this.#settings.interval;
      return;
    }
    this.#failures += 1;
    this.#attemptsFailed += 1;
    this.#lastFailure = { at: now(), code: outcome.code };
    if (this.#failures === 1) log.warn({ sink: id, code: outcome.code }, 'sink does not take the block list');
    const asked = outcome.kind === 'retry' ? outcome.retryAfterMs : undefined;
    this.#notBefore = now() + backOffMs(this.#failures, asked, random());
  }

  async #send(entries: readonly BlockEntry[]): Promise<SinkOutcome> {
    const { format, method, contentType } = this.#settings;
    const list = blockList(format, entries);
    if (list.leftOut > 0) {
      const { id, log } = this.#environment;
      log.warn({ sink: id, entries: list.leftOut }, 'the block list is longer than its receiver takes');
    }
    const answer = await this.#client.call({
      method,
      url: this.#url,
      headers: { ...this.#headers, 'content-type': contentType ?? list.contentType },
      body: this.#bodyOf(list.text, list.entries),
    });
    return outcomeOf(answer);
  }
}

function hashOf(entries: readonly BlockEntry[]): string {
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex');
}
