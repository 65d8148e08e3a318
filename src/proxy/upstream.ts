// One upstream: several URLs, a pool for each, and the choice between them. A URL that keeps failing is left alone for a
// while; when all are, the transaction is told so at once instead of waiting for another time-out.
import { readFileSync } from 'node:fs';
import { Pool } from 'undici';
import { Fault } from '../core/fault.ts';
import type { UpstreamSettings } from './settings.ts';

const FAILURES_TO_EJECT = 5;
const EJECTED_MS = 5_000;

export class UpstreamMember {
  readonly origin: string;
  readonly pool: Pool;
  pending = 0;
  isHealthy = true;
  #failures = 0;
  #ejectedUntil = 0;

  constructor(origin: string, settings: UpstreamSettings) {
    this.origin = origin;
    const { ca, rejectUnauthorized, servername } = settings.tls;
    this.pool = new Pool(origin, {
      connections: settings.connectionsMax,
      // A second request behind an unanswered one is a smuggling gadget; RFC 9112 §9.3.2 allows it, we do not use it.
      pipelining: 1,
      allowH2: false,
      strictContentLength: true,
      maxHeaderSize: 16 * 1024,
      headersTimeout: settings.headersTimeoutMs,
      bodyTimeout: settings.bodyTimeoutMs,
      keepAliveTimeout: 10_000,
      connect: {
        timeout: settings.connectTimeoutMs,
        rejectUnauthorized,
        ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
        ...(servername === undefined ? {} : { servername }),
      },
    });
  }

  isUsable(now: number): boolean {
    return this.isHealthy && now >= this.#ejectedUntil;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  failed(now: number): void {
    this.#failures += 1;
    if (this.#failures < FAILURES_TO_EJECT) return;
    this.#ejectedUntil = now + EJECTED_MS;
    // One more failure after the pause ejects it again at once; one success forgives.
    this.#failures = FAILURES_TO_EJECT - 1;
  }
}

export class Upstream {
  readonly members: readonly UpstreamMember[];
  readonly #settings: UpstreamSettings;
  readonly #timer: NodeJS.Timeout | undefined;
  #next = 0;

  constructor(settings: UpstreamSettings) {
    this.#settings = settings;
    this.members = settings.urls.map((url) => new UpstreamMember(url.replace(/\/$/, ''), settings));
    const { healthCheck } = settings;
    if (healthCheck === undefined) return;
    this.#timer = setInterval(() => this.members.forEach((member) => void this.#check(member)), healthCheck.intervalMs);
    this.#timer.unref();
  }

  /** @throws Fault 503 when no member can be used */
  choose(now: number, tried: readonly UpstreamMember[]): UpstreamMember {
    const usable = this.members.filter((member) => member.isUsable(now));
    const fresh = usable.filter((member) => !tried.includes(member));
    const candidates = fresh.length > 0 ? fresh : usable;
    if (candidates.length === 0) throw new Fault('UPSTREAM_UNAVAILABLE', 'upstream', 503);
    if (candidates.length === 1) return candidates[0]!;
    this.#next = (this.#next + 1) % candidates.length;
    if (this.#settings.balancing === 'round-robin') return candidates[this.#next]!;
    // Ties go round, so that an idle group does not load its first member.
    const rotated = [...candidates.slice(this.#next), ...candidates.slice(0, this.#next)];
    return rotated.reduce((least, member) => (member.pending < least.pending ? member : least));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.allSettled(this.members.map((member) => member.pool.destroy()));
  }

  readonly #streaks = new Map<UpstreamMember, number>();

  async #check(member: UpstreamMember): Promise<void> {
    const { path, timeoutMs, healthyAfter, unhealthyAfter, statusMax } = this.#settings.healthCheck!;
    let isGood = false;
    try {
      const { statusCode, body } = await member.pool.request({
        method: 'GET',
        path,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      await body.dump({ limit: 65_536 });
      isGood = statusCode <= statusMax;
    } catch {
      // Counted as not good; what exactly failed is in the upstream's own metrics.
    }
    const streak = this.#streaks.get(member) ?? 0;
    const next = isGood ? Math.max(1, streak + 1) : Math.min(-1, streak - 1);
    this.#streaks.set(member, next);
    if (next >= healthyAfter) member.isHealthy = true;
    else if (-next >= unhealthyAfter) member.isHealthy = false;
  }
}
