// Detection and false alarm rates over the generated corpora. In CI a short form; `npm run corpus` runs all of it and lists
// every miss; `SALLYPORT_CORPUS=held-out` runs seeds that nothing was tuned with.
import { describe, expect, it } from 'vitest';
import { attackCases } from './attacks/index.ts';
import { benignCases } from './benign/index.ts';
import { type Judgement, judge, percent, table } from './measure.ts';

const form = process.env.SALLYPORT_CORPUS ?? 'short';
const SIZES: Readonly<Record<string, { seed: number; payloads: number; placements: number; benign: number }>> = {
  short: { seed: 1, payloads: 120, placements: 4, benign: 800 },
  full: { seed: 1, payloads: 700, placements: 10, benign: 8_000 },
  'held-out': { seed: 90_417, payloads: 700, placements: 10, benign: 8_000 },
};
const { seed, payloads, placements, benign } = SIZES[form]!;
const CAUGHT_SHARE_MIN = 0.97;
const BLOCKED_SHARE_MAX = 0.000_5;
const TAGGED_SHARE_MAX = 0.005;
const MISSES_PRINTED_MAX = 400;

describe(`the corpora (${form})`, () => {
  it('of attacks are caught', { timeout: 600_000 }, () => {
    const judgements = judge(attackCases(seed, payloads, placements));
    const missed = judgements.filter((one) => !one.isBlocked);
    report('attacks', judgements, missed);
    expect(1 - missed.length / judgements.length).toBeGreaterThanOrEqual(CAUGHT_SHARE_MIN);
  });

  it('of ordinary traffic are left alone', { timeout: 600_000 }, () => {
    const judgements = judge(benignCases(seed, benign));
    const blocked = judgements.filter((one) => one.isBlocked);
    const tagged = judgements.filter((one) => one.isTagged);
    report('ordinary', judgements, [...blocked, ...tagged]);
    expect(blocked.length / judgements.length).toBeLessThanOrEqual(BLOCKED_SHARE_MAX);
    expect(tagged.length / judgements.length).toBeLessThanOrEqual(TAGGED_SHARE_MAX);
  });
});

function report(what: string, judgements: readonly Judgement[], wrong: readonly Judgement[]): void {
  if (form === 'short' && wrong.length === 0) return;
  const lines = wrong
    .slice(0, MISSES_PRINTED_MAX)
    .map(
      ({ one, isBlocked, because }) =>
        `  ${one.kind} ${isBlocked ? 'blocked' : 'passed'} ${JSON.stringify(one.name).slice(0, 200)} ${because.join('; ')}`,
    );
  process.stdout.write(
    `${what}: ${judgements.length}, ${percent(judgements.length - wrong.length, judgements.length)} as they should be\n${form === 'short' ? '' : `${table(judgements)}\n`}${lines.join('\n')}\n`,
  );
}
