// Active health checks: every member is asked now and then over a connection of its own, so that a check neither waits behind
// traffic nor takes its place. Answers in a row decide, not a single one.
import { Pool } from 'undici';
import type { HealthCheckSettings } from './settings.ts';
import type { UpstreamMember } from './upstream-member.ts';

const BODY_BYTES_MAX = 64 * 1024;

/** Starts checking; the returned function stops it. */
export function watchHealth(members: readonly UpstreamMember[], settings: HealthCheckSettings): () => Promise<void> {
  const checks = members.map((member) => new MemberCheck(member, settings));
  const timer = setInterval(() => {
    for (const check of checks) void check.run();
  }, settings.intervalMs);
  timer.unref();
  for (const check of checks) void check.run();
  return async () => {
    clearInterval(timer);
    await Promise.all(checks.map((check) => check.stop()));
  };
}

class MemberCheck {
  readonly #member: UpstreamMember;
  readonly #settings: HealthCheckSettings;
  readonly #pool: Pool;
  /** Good checks in a row above zero, bad ones below. */
  #streak = 0;
  #isRunning = false;

  constructor(member: UpstreamMember, settings: HealthCheckSettings) {
    this.#member = member;
    this.#settings = settings;
    this.#pool = new Pool(member.origin, {
      connections: 1,
      pipelining: 1,
      headersTimeout: settings.timeoutMs,
      bodyTimeout: settings.timeoutMs,
      connect: { ...member.tls, lookup: member.lookup, servername: member.servername, timeout: settings.timeoutMs },
    });
  }

  async run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    const isGood = await this.#ask();
    this.#isRunning = false;
    this.#streak = isGood ? Math.max(1, this.#streak + 1) : Math.min(-1, this.#streak - 1);
    if (this.#streak >= this.#settings.healthyAfter) this.#member.isHealthy = true;
    else if (-this.#streak >= this.#settings.unhealthyAfter) this.#member.isHealthy = false;
  }

  stop(): Promise<void> {
    return this.#pool.destroy();
  }

  async #ask(): Promise<boolean> {
    try {
      const { statusCode, body } = await this.#pool.request({ method: 'GET', path: this.#settings.path });
      await body.dump({ limit: BODY_BYTES_MAX });
      return statusCode <= this.#settings.statusMax;
    } catch {
      // No answer is a bad answer, whatever kept it.
      return false;
    }
  }
}
