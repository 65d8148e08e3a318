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
const BARE = 'node:http + undici, no inspection';
const CRS = 'nginx + ModSecurity + CRS';

/**
 * By the CPU of the process that proxies, and in brackets by that of all processes: ours has one beside it that learns.
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
  const cellOf = (/** @type {string} */ contestant, /** @type {string} */ scenario) =>
    cells.find((cell) => cell.contestant === contestant && cell.scenario === scenario);
  const costs = COST_GOALS.map(({ row, peer, scenario, atMost, atLeast }) => {
    const [ours, theirs] = [cellOf(row, scenario), cellOf(peer, scenario)];
    const what = atMost === undefined ? `CPU of ${peer} / ${row}, ${scenario}` : `CPU of ${row} / ${peer}, ${scenario}`;
    const goal = atMost === undefined ? `≥ ${atLeast} ×` : `≤ ${atMost} ×`;
    if (!ours?.cpuUs || !theirs?.cpuUs) return { what, goal, measured: 'not measured', isMet: undefined };
    const ratioOf = (/** @type {'cpuUs' | 'busiestCpuUs'} */ figure) =>
      atMost === undefined ? theirs[figure] / ours[figure] : ours[figure] / theirs[figure];
    const ratio = ratioOf('busiestCpuUs');
    const isMet = atMost === undefined ? ratio >= Number(atLeast) : ratio <= atMost;
    return { what, goal, measured: `${ratio.toFixed(2)} × (${ratioOf('cpuUs').toFixed(2)} ×)`, isMet };
  });
  // What learns and serves the admin port: all processes of a gateway but the busiest, which is its one worker.
  const analysed = [POST_1, GET_1].flatMap((scenario) => {
    const cell = cellOf('sallyport, enforce', scenario);
    if (!cell?.cpuUs) return [];
    const perSecond = 1e6 / Math.max(cell.cpuUs - cell.busiestCpuUs, 1);
    const what = `transactions a second that one core learns from, ${scenario}`;
    const measured = `${Math.round(perSecond)} (${Math.round(1e6 / perSecond)} µs each)`;
    return [{ what, goal: '≥ 5000', measured, isMet: perSecond >= 5_000 }];
  });
  costs.push(...analysed);
  const ofPace = (/** @type {string} */ contestant) =>
    paces.find((pace) => pace.share === 0.5 && pace.contestant === contestant);
  const bare = ofPace(BARE);
  const monitor = ofPace('sallyport, monitor');
  const enforce = ofPace('sallyport, enforce');
  if (bare === undefined || monitor === undefined || enforce === undefined) return costs;
  const added = (/** @type {'p50Us' | 'p99Us'} */ figure) => monitor[figure] / bare[figure] - 1;
  return [
    ...costs,
    ...[
      { percentile: 'p50', us: enforce.p50Us - bare.p50Us, most: 300 },
      { percentile: 'p99', us: enforce.p99Us - bare.p99Us, most: 3_000 },
    ].map(({ percentile, us, most }) => ({
      what: `${percentile} that enforce mode adds to ${BARE}, at ${bare.requestsPerSecond} requests/s`,
      goal: `≤ ${most} µs at 10000 requests/s`,
      measured: `${us.toFixed(0)} µs`,
      isMet: bare.requestsPerSecond < 9_500 && us <= most ? undefined : us <= most,
    })),
    ...[
      { what: `p50 that monitor mode adds to ${BARE}`, share: added('p50Us'), most: 0.1 },
      { what: `p99 that monitor mode adds to ${BARE}`, share: added('p99Us'), most: 0.15 },
    ].map(({ what, share, most }) => ({
      what,
      goal: `≤ ${most * 100} %`,
      measured: `${(share * 100).toFixed(0)} %`,
      isMet: share <= most,
    })),
  ];
}
