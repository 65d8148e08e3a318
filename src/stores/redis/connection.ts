// The way to Redis. Every command has a time limit and a place among IN_FLIGHT_MAX; when it cannot be sent at once it fails at
// once. Breaker: after FAILURES_MAX time-outs in a row the connection is thrown away with all that was queued on it, and
// nothing is sent until a new one has answered. Nothing here waits for ever and nothing is sent twice by itself.
import { Fault } from '../../core/fault.ts';
import { Latch } from '../../core/latch.ts';
import type { StoreLog } from '../log.ts';
import type { Tally } from '../tally.ts';
import { createClient, type RedisAccess, type RedisClient } from './client.ts';
import type { ScriptName } from './scripts.ts';

export type Argument = string | number;

const IN_FLIGHT_MAX = 256;
const FAILURES_MAX = 5;
/** From connecting to the first answer. */
const READY_MS = 3_000;
const LOGGED_EVERY_MS = 60_000;

/** Answers of Redis that say: not now; the command did nothing. By the first word of the error, which is its code. */
const REASONS: Record<string, string> = {
  OOM: 'FULL',
  MISCONF: 'FULL',
  READONLY: 'READONLY',
  LOADING: 'LOADING',
  MASTERDOWN: 'READONLY',
  CLUSTERDOWN: 'CLUSTER',
  TRYAGAIN: 'CLUSTER',
  MOVED: 'CLUSTER',
  ASK: 'CLUSTER',
  UNBLOCKED: 'READONLY',
  NOREPLICAS: 'READONLY',
  BUSY: 'BUSY',
  NOAUTH: 'AUTHENTICATION',
  WRONGPASS: 'AUTHENTICATION',
  NOPERM: 'AUTHENTICATION',
};

export class Connection {
  readonly client: RedisClient;
  /** Opened when it is known whether it can be used. */
  readonly settled = new Latch();
  inFlight = 0;
  #reason: string | undefined = 'CONNECTION';
  #since = Date.now();
  /** Never, as far as the reason it starts with goes: a server that is away from the beginning is told of as well. */
  #loggedAt = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #connectingSince = performance.now();
  #isOpen = false;
  #isClosed = false;
  readonly #timeoutMs: number;
  readonly #tally: Tally;
  readonly #log: StoreLog;

  /**
   * `greet` is called on each new connection before anything else is sent; what it throws keeps the connection unused. `onOpen`
   * when it may be used.
   */
  constructor(access: RedisAccess, tally: Tally, log: StoreLog, greet: () => Promise<void>, onOpen: () => void) {
    this.#tally = tally;
    this.#log = log;
    this.#timeoutMs = access.commandTimeoutMs;
    this.client = createClient(access);
    this.client.on('ready', () => void this.#greeted(greet, onOpen));
    this.client.on('close', () => this.down('CONNECTION'));
    this.client.on('error', (error: Error) => this.down(reasonOf(error)));
    this.client.connect().catch(() => {});
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get state(): { readonly state: 'up' | 'down'; readonly reason: string | undefined; readonly since: number } {
    return { state: this.#reason === undefined ? 'up' : 'down', reason: this.#reason, since: this.#since };
  }

  /** Sends a command now, or fails now. Its promise settles within the time limit. */
  async send(command: (client: RedisClient) => Promise<unknown>): Promise<unknown> {
    if (!this.#isOpen) throw new Fault('STORE_DOWN', 'gateway', 503, `Redis cannot be used: ${this.#reason}`);
    return this.sendUnchecked(command);
  }

  /** For greeting: on a connection that is not open to others yet. */
  async sendUnchecked(command: (client: RedisClient) => Promise<unknown>): Promise<unknown> {
    if (this.inFlight >= IN_FLIGHT_MAX) {
      throw new Fault('STORE_BUSY', 'gateway', 503, `${IN_FLIGHT_MAX} commands wait for Redis already`);
    }
    this.inFlight += 1;
    const sent = command(this.client).finally(() => {
      this.inFlight -= 1;
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<typeof LATE>((resolve) => {
      timer = setTimeout(() => resolve(LATE), this.#timeoutMs);
    });
    try {
      const answer = await Promise.race([sent, late]);
      if (answer === LATE) {
        sent.catch(() => {});
        throw this.#timedOut();
      }
      this.#failures = 0;
      return answer;
    } catch (error) {
      this.#tally.failed += 1;
      throw error instanceof Fault ? error : faultOf(error as Error);
    } finally {
      clearTimeout(timer);
    }
  }

  script(name: ScriptName, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    return this.send((client) => {
      const scripts = client as unknown as Record<string, (...all: Argument[]) => Promise<unknown>>;
      return scripts[`sallyport_${name}`]!(keys.length, ...keys, ...args);
    });
  }

  /** What the last flush met; undefined when it went well. */
  note(reason: string | undefined): void {
    if (this.#isOpen) this.#become(reason);
  }

  down(reason: string): void {
    this.#isOpen = false;
    this.#connectingSince = performance.now();
    this.#become(reason);
    this.settled.open();
  }

  /** Called now and then: a connection that never gets ready is begun anew. */
  check(): void {
    if (this.#isOpen || this.#isClosed) return;
    if (performance.now() - this.#connectingSince < READY_MS) return;
    this.#connectingSince = performance.now();
    if (this.client.status === 'end' || this.client.status === 'wait') this.client.connect().catch(() => {});
    else if (this.client.status !== 'reconnecting') this.client.disconnect(true);
  }

  close(): void {
    this.#isClosed = true;
    this.#isOpen = false;
    this.client.disconnect();
  }

  async #greeted(greet: () => Promise<void>, onOpen: () => void): Promise<void> {
    this.#failures = 0;
    try {
      await greet();
    } catch (error) {
      this.down(error instanceof Fault ? codeToReason(error.code) : 'CONNECTION');
      return;
    }
    if (this.client.status !== 'ready') return;
    this.#isOpen = true;
    this.#become(undefined);
    onOpen();
    this.settled.open();
  }

  #timedOut(): Fault {
    this.#failures += 1;
    if (this.#failures >= FAILURES_MAX && this.#isOpen) {
      this.down('TIMEOUT');
      this.client.disconnect(true);
    }
    return new Fault('STORE_TIMEOUT', 'gateway', 503, `Redis did not answer in ${this.#timeoutMs} ms`);
  }

  #become(reason: string | undefined): void {
    if (this.#isClosed || (reason === this.#reason && (reason === undefined || this.#loggedAt > 0))) return;
    // What is more telling than a lost connection stays: the password is still wrong while we reconnect.
    if (reason === 'CONNECTION' && !['CONNECTION', 'FULL', undefined].includes(this.#reason)) return;
    if ((reason === undefined) !== (this.#reason === undefined)) this.#since = Date.now();
    this.#reason = reason;
    if (reason === undefined) {
      this.#log.info({}, 'Redis is used');
      this.#loggedAt = Number.NEGATIVE_INFINITY;
    } else if (Date.now() - this.#loggedAt > LOGGED_EVERY_MS) {
      this.#loggedAt = Date.now();
      this.#log.error({ reason }, 'Redis cannot be used: this node goes on by what it knows');
    }
  }
}

const LATE = Symbol('late');

function faultOf(error: Error): Fault {
  const reason = reasonOf(error);
  if (reason === 'CONNECTION') return new Fault('STORE_DOWN', 'gateway', 503, 'the connection to Redis broke');
  if (reason === 'REFUSED') return new Fault('STORE_REFUSED', 'gateway', 503, error.message);
  return new Fault(`STORE_${reason}`, 'gateway', 503, `Redis does not take it: ${reason}`);
}

function reasonOf(error: Error): string {
  if (error.name !== 'ReplyError') return 'CONNECTION';
  return REASONS[error.message.split(' ', 1)[0]!] ?? 'REFUSED';
}

/** `STORE_FULL` → `FULL` */
export function codeToReason(code: string): string {
  return code === 'STORE_DOWN' ? 'CONNECTION' : code.replace(/^STORE_/, '');
}
