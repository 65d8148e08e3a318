// How long a process that crashed is waited for before another is started in its place.

const BACK_OFF_MS = [0, 100, 250, 500, 1_000, 2_000, 5_000, 10_000] as const;

/** Milliseconds. Grows with the number of crashes in a row; jitter keeps many from coming back at the same moment. */
export function backOff(crashes: number): number {
  const base = BACK_OFF_MS[Math.min(crashes, BACK_OFF_MS.length - 1)]!;
  return base + Math.random() * base * 0.2;
}
