// How long to wait after failures: doubling, with jitter in the upper half, so that many nodes do not come back at one moment.

export const BACK_OFF_FIRST_MS = 1_000;
export const BACK_OFF_MAX_MS = 5 * 60_000;
/** A receiver may ask for more patience than we have by ourselves, but not for ever. */
const RETRY_AFTER_MAX_MS = 3_600_000;

/** `failures` counts from 1; `random` is in [0, 1). */
export function backOffMs(failures: number, retryAfterMs: number | undefined, random: number): number {
  const doubled = Math.min(BACK_OFF_MAX_MS, BACK_OFF_FIRST_MS * 2 ** Math.min(failures - 1, 20));
  const jittered = Math.round(doubled * (0.5 + random / 2));
  return Math.max(jittered, Math.min(retryAfterMs ?? 0, RETRY_AFTER_MAX_MS));
}

/** Whether the time has come. One that is further away than any back-off is from before the clock was set back. */
export function isDue(notBefore: number, now: number, waitMsMax = 0): boolean {
  return now >= notBefore || notBefore - now > Math.max(BACK_OFF_MAX_MS, RETRY_AFTER_MAX_MS, waitMsMax);
}
