// Every parser under mutated inputs: no error but a Fault, no reading that another parser does not have, no slow input.
// FUZZ_SEED repeats a run, FUZZ_SECONDS is the time for each target.
import { afterAll, describe, expect, it } from 'vitest';
import { mutated, Random } from './mutate.ts';
import { isFault, TARGETS } from './targets.ts';

const SECONDS = Number(process.env.FUZZ_SECONDS ?? 0.7);
/** The short form is the same each time; what it finds is the change's. The long form looks further. */
const IS_SHORT = process.env.FUZZ_SECONDS === undefined;
const SEED = Number(process.env.FUZZ_SEED ?? (IS_SHORT ? 20_261_126 : Date.now() % 2 ** 31));
const CASES_MAX = IS_SHORT ? 3_000 : Number.POSITIVE_INFINITY;
const INPUT_MS_MAX = 50;

describe(`parsers, seed ${SEED}`, () => {
  let total = 0;

  it.each(TARGETS.map((target) => [target.name, target] as const))(
    '%s',
    (_, target) => {
      const random = new Random(SEED);
      const wrong: string[] = [];
      const end = performance.now() + SECONDS * 1_000;
      let cases = 0;
      while (performance.now() < end && cases < CASES_MAX && wrong.length < 5) {
        for (let i = 0; i < 10; i++) {
          const bytes = mutated(random, target.seeds);
          const complaint = runOnce(target.run, bytes);
          if (complaint !== undefined) wrong.push(`${complaint} for ${JSON.stringify(bytes.toString('latin1'))}`);
          cases += 1;
        }
      }
      total += cases;
      expect(wrong).toEqual([]);
      expect(cases).toBeGreaterThan(0);
    },
    SECONDS * 1_000 + 60_000,
  );

  afterAll(() => {
    console.log(`fuzz: ${total} cases over ${TARGETS.length} targets, seed ${SEED}`);
  });
});

function runOnce(run: (bytes: Buffer) => string | undefined, bytes: Buffer): string | undefined {
  const startedAt = performance.now();
  let complaint: string | undefined;
  try {
    complaint = run(bytes);
  } catch (error) {
    if (!isFault(error)) complaint = `throws ${error instanceof Error ? error.stack : String(error)}`;
  }
  if (complaint === undefined && performance.now() - startedAt > INPUT_MS_MAX && fastestOf(run, bytes) > INPUT_MS_MAX)
    complaint = 'is slow';
  return complaint;
}

/** Somebody else may have had the processor; the input is slow when it is slow each time. */
function fastestOf(run: (bytes: Buffer) => string | undefined, bytes: Buffer): number {
  let fastest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    const startedAt = performance.now();
    try {
      run(bytes);
    } catch {
      // Whatever it throws, it is timed.
    }
    fastest = Math.min(fastest, performance.now() - startedAt);
  }
  return fastest;
}
