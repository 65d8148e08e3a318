// Slow clients and silent upstreams. One timer looks at all transactions, and nothing is armed per request. Bounds: an upstream answers
// in its route's time, a body comes at a minimum rate, a held body is there in time, a reader takes a byte now and then, and what is left
// of a body nobody wants is thrown away for a moment only. All by a clock that never jumps.
import type { Socket } from 'node:net';
import { Fault } from '../core/fault.ts';
import type { ProxyCounters } from './counters.ts';
import type { Downstream } from './downstream.ts';
import type { PaceSettings } from './settings.ts';

/** What Node says nowhere else: how much of the write that is under way the system has not taken yet. */
interface SendingSocket extends Socket {
  readonly _handle?: { readonly writeQueueSize?: number } | null;
}

interface Lingering {
  readonly downstream: Downstream;
  readonly until: number;
}

export class Pace {
  readonly #settings: PaceSettings;
  readonly #counters: ProxyCounters;
  /** In no order. Not a Set: its table is made anew all the time, and each old one keeps what it held until a full collection. */
  readonly #watched: Downstream[] = [];
  readonly #lingering = new Set<Lingering>();
  readonly #timer: NodeJS.Timeout;

  constructor(settings: PaceSettings, counters: ProxyCounters) {
    this.#settings = settings;
    this.#counters = counters;
    this.#timer = setInterval(() => this.#tick(), settings.tickMs).unref();
  }

  watch(downstream: Downstream): void {
    downstream.watchedAt = this.#watched.push(downstream) - 1;
  }

  unwatch(downstream: Downstream): void {
    const { watchedAt } = downstream;
    if (watchedAt === -1) return;
    downstream.watchedAt = -1;
    const last = this.#watched.pop()!;
    if (last === downstream) return;
    this.#watched[watchedAt] = last;
    last.watchedAt = watchedAt;
  }

  /**
   * Throws away what still comes of a body nobody wants, for a moment: a reset would overtake the answer on its way to a
   * client that is still sending. The answer is ended when the rest is there or the time is up.
   */
  linger(downstream: Downstream): void {
    const { request } = downstream;
    const lingering: Lingering = { downstream, until: performance.now() + this.#settings.lingerMs };
    const settle = (): void => {
      this.#lingering.delete(lingering);
      downstream.end();
    };
    this.#lingering.add(lingering);
    request.once('end', settle).once('close', settle);
    request.resume();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    // Whoever ends while it is looked at makes room for one that was looked at already.
    for (let i = this.#watched.length - 1; i >= 0; i--) {
      const downstream = this.#watched[i];
      if (downstream === undefined) continue;
      this.#look(downstream);
      downstream.answering?.checkTime(now);
    }
    for (const lingering of this.#lingering) {
      if (now < lingering.until) continue;
      const { response } = lingering.downstream;
      lingering.downstream.end();
      // A slow reader has its own bound.
      if (!response.writableFinished && !response.destroyed) continue;
      this.#lingering.delete(lingering);
      lingering.downstream.stopReading();
    }
  }

  #look(downstream: Downstream): void {
    const { request, response, reading } = downstream;
    if (!downstream.isHttp2 && request.socket.destroyed) {
      downstream.abandon();
      return;
    }
    if (reading?.isWaiting) {
      reading.waitedMs += this.#settings.tickMs;
      if (this.#isTooSlow(reading.bytes, reading.waitedMs, reading.isHeld)) {
        this.#counters.slowClients += 1;
        reading.fail(new Fault('BODY_TOO_SLOW', 'client', 408));
        return;
      }
    }
    if (response.writableLength === 0) downstream.unread.waitedMs = 0;
    else if (downstream.isHttp2) this.#watchStream(downstream);
    else this.#watchReader(downstream);
  }

  /** Not by the timer of the socket: every byte that the client sends would set it back. */
  #watchReader(downstream: Downstream): void {
    const socket = downstream.response.socket as SendingSocket | null;
    // Behind another answer of its connection, which is the one to watch.
    if (socket === null) return;
    const sentBytes = socket.bytesWritten - socket.writableLength;
    const queuedBytes = socket._handle?.writeQueueSize ?? 0;
    this.#loseIfIdle(downstream, sentBytes, queuedBytes, this.#settings.writeIdleMs);
  }

  /**
   * What a stream has sent is known only in pieces as they were given, so a large one has the time that its size takes at the
   * least rate of a body. A client that takes nothing at all is noticed earlier by the stream's own timer, but that timer is set
   * back by whatever the session sends, and each PING has an answer.
   */
  #watchStream(downstream: Downstream): void {
    if (!downstream.isTimed) this.#time(downstream);
    const { writeIdleMs, bodyBytesPerSecondMin } = this.#settings;
    const waitingBytes = downstream.response.writableLength;
    const idleMsMax = writeIdleMs + (waitingBytes / bodyBytesPerSecondMin) * 1_000;
    this.#loseIfIdle(downstream, downstream.givenBytes - waitingBytes, 0, idleMsMax);
  }

  #loseIfIdle(downstream: Downstream, sentBytes: number, queuedBytes: number, idleMsMax: number): void {
    const { unread } = downstream;
    if (sentBytes !== unread.sentBytes || queuedBytes !== unread.queuedBytes) {
      Object.assign(unread, { sentBytes, queuedBytes, waitedMs: 0 });
      return;
    }
    unread.waitedMs += this.#settings.tickMs;
    if (unread.waitedMs > idleMsMax) this.#loseReader(downstream);
  }

  #loseReader(downstream: Downstream): void {
    this.#counters.slowClients += 1;
    downstream.lose(new Fault('CLIENT_TOO_SLOW', 'client', 408));
    downstream.cut();
  }

  #isTooSlow(bytes: number, waitedMs: number, isHeld: boolean): boolean {
    const { bodyGraceMs, bodyBytesPerSecondMin, heldBodyMs } = this.#settings;
    if (isHeld && waitedMs > heldBodyMs) return true;
    return bytes < ((waitedMs - bodyGraceMs) / 1_000) * bodyBytesPerSecondMin;
  }

  /** Armed only while something is unsent. */
  #time(downstream: Downstream): void {
    downstream.isTimed = true;
    const { response } = downstream;
    response.removeAllListeners('timeout');
    response.setTimeout(this.#settings.writeIdleMs, () => {
      downstream.isTimed = false;
      if (response.writableLength > 0) this.#loseReader(downstream);
    });
  }
}
