// The goals that a change must keep, as ratios between rows of one run.
// @ts-check

/** @typedef {import('../../src/cli/bench/measure.ts').Measurements} Measurements */

const [POST_1, POST_16, POST_128, GET_1] = [
  'POST 1 KB → 1 KB',
  'POST 1 KB → 16 KB',
  'POST 1 KB → 128 KB',
  'GET → 1 KB',
];
const HTTP_PROXY = 'http-proxy, no inspection';
const CRS = 'nginx + ModSecurity + CRS';

/**
 * `atMost`: our CPU time divided by the peer's. `atLeast`: the peer's divided by ours.
 * @type {readonly {row: string, peer: string, scenario: string, atMost?: number, atLeast?: number}[]}
 */
const COST_GOALS = [
  { row: 'sallyport, enforce', peer: HTTP_PROXY, scenario: POST_1, atMost: 0.8 },
  { row: 'sallyport, enforce', peer: HTTP_PROXY, scenario: POST_16, atMost: 1.2 },
  { row: 'sallyport, enforce', peer: HTTP_PROXY, scenario: POST_128, atMost: 2.5 },
  { row: 'sallyport, enforce', peer: 'nginx', scenario: POST_1, atMost: 4.5 },
  { row: 'sallyport, enforce', peer: 'nginx', scenario: POST_16, atMost: 6 },
  { row: 'sallyport, enforce', peer: 'nginx', scenario: POST_128, atMost: 7 },
  { row: 'sallyport, enforce', peer: CRS, scenario: POST_1, atLeast: 60 },
  { row: 'sallyport, enforce', peer: CRS, scenario: GET_1, atLeast: 20 },
  { row: 'sallyport, off', peer: 'nginx', scenario: POST_1, atMost: 3 },
];

/** @param {Measurements} measurements @returns {{what: string, goal: string, measured: string, isMet: boolean | undefined}[]} */
export function compareWithGoals({ cells, paces }) {
  const costOf = (/** @type {string} */ contestant, /** @type {string} */ scenario) =>
    cells.find((cell) => cell.contestant === contestant && cell.scenario === scenario)?.cpuUs;
  const costs = COST_GOALS.map(({ row, peer, scenario, atMost, atLeast }) => {
    const [ours, theirs] = [costOf(row, scenario), costOf(peer, scenario)];
    const what = atMost === undefined ? `CPU of ${peer} / ${row}, ${scenario}` : `CPU of ${row} / ${peer}, ${scenario}`;
    const goal = atMost === undefined ? `≥ ${atLeast} ×` : `≤ ${atMost} ×`;
    if (!ours || !theirs) return { what, goal, measured: 'not measured', isMet: undefined };
    const ratio = atMost === undefined ? theirs / ours : ours / theirs;
    const isMet = atMost === undefined ? ratio >= Number(atLeast) : ratio <= atMost;
    return { what, goal, measured: `${ratio.toFixed(2)} ×`, isMet };
  });
  const bare = paces.find((pace) => pace.contestant.startsWith('node:http'));
  const monitor = paces.find((pace) => pace.contestant === 'sallyport, monitor');
  if (bare === undefined || monitor === undefined) return costs;
  const added = (/** @type {'p50Us' | 'p99Us'} */ figure) => monitor[figure] / bare[figure] - 1;
  return [
    ...costs,
    ...[
      { what: 'p50 that monitor mode adds to node:http + undici', share: added('p50Us'), most: 0.1 },
      { what: 'p99 that monitor mode adds to node:http + undici', share: added('p99Us'), most: 0.15 },
    ].map(({ what, share, most }) => ({
      what,
      goal: `≤ ${most * 100} %`,
      measured: `${(share * 100).toFixed(0)} %`,
      isMet: share <= most,
    })),
  ];
}
