// Numbers in logarithmic buckets, so that a distribution is a few hundred counters that any node may increment: DDSketch
// (Masson, Rim, Lee 2019) with a growth of 1.1. Quantiles are within five percent, whatever the range; merging is addition.

const GROWTH = Math.log(1.1);
/** Buckets hold 1e-3 to 1e12; what lies outside counts in the outermost. */
export const BUCKET_MIN = Math.floor(Math.log(1e-3) / GROWTH);
export const BUCKET_MAX = Math.ceil(Math.log(1e12) / GROWTH);
/** The bucket of zero and of everything below. */
export const BUCKET_ZERO = BUCKET_MIN - 1;

/** Of the whole numbers below: most lengths, counts and milliseconds are among them. */
const SMALL_MAX = 2_048;
const small = Int16Array.from({ length: SMALL_MAX }, (_, value) => computed(value));

export function bucketOf(value: number): number {
  const whole = value | 0;
  return whole === value && whole >= 0 && whole < SMALL_MAX ? small[whole]! : computed(value);
}

function computed(value: number): number {
  if (!(value > 0)) return BUCKET_ZERO;
  return Math.min(Math.max(Math.round(Math.log(value) / GROWTH), BUCKET_MIN), BUCKET_MAX);
}

/** The middle of a bucket, geometrically. */
export function valueOfBucket(bucket: number): number {
  return bucket === BUCKET_ZERO ? 0 : Math.exp(bucket * GROWTH);
}

/** The value that a share of `q` (0 to 1) of all values does not pass; 0 when there are none. */
export function quantileOf(buckets: ReadonlyMap<number, number>, q: number): number {
  let total = 0;
  for (const count of buckets.values()) total += count;
  let seen = 0;
  for (const [bucket, count] of [...buckets].sort((a, b) => a[0] - b[0])) {
    seen += count;
    if (seen > q * total || seen === total) return valueOfBucket(bucket);
  }
  return 0;
}
