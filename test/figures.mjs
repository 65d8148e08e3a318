// Prints what was measured for each goal of reliability: runs the tests that measure, and picks their figures out of what they
// print. A goal whose test failed is named as such, and one that could not run as skipped; nothing is left out.
//   npm run test:figures            the short forms
//   FUZZ_SECONDS=60 SOAK_SECONDS=900 ATTACK_SCALE=1 RELOADS=1000 FAULTS=long npm run test:figures
import { spawn } from 'node:child_process';

/** Goal, tests, and what their lines begin with. */
const ROWS = [
  [1, 'wire corpus, ≥ 600 cases, all as expected', ['test/wire'], ['wire corpus', 'wire:', 'answers:']],
  [2, 'bad bodies, ≥ 1,500 cases, all as listed', ['test/wire/bad-bodies.test.ts'], ['bad bodies:']],
  [3, 'evasion, ≥ 1,500 pairs, ≥ 99 % caught', ['test/corpora/evasion.test.ts'], ['evasion']],
  [4, 'false alarms, ≥ 20,000 requests, ≤ 0.05 %', ['test/corpora/corpus.test.ts'], ['benign', 'corpus']],
  [5, 'parsers under mutated input, ≥ 3,000,000 cases', ['test/fuzz/parsers.test.ts'], ['fuzz:']],
  [7, 'mutated requests through the proxy, ≥ 100,000', ['test/fuzz/wire.test.ts'], ['wire fuzz:']],
  [8, 'soak, ≥ 1,000,000 requests, nothing lost, memory flat', ['test/soak'], ['soak:']],
  [
    9,
    'fault matrix, ≥ 45 faults',
    [
      'test/faults/upstream.test.ts',
      'test/faults/redis.test.ts',
      'test/faults/processes.test.ts',
      'test/faults/disk.test.ts',
      'test/faults/clock.test.ts',
      'test/faults/names.test.ts',
      'test/faults/flood.test.ts',
      'test/faults/memory.test.ts',
      'test/faults/query-of-death.test.ts',
    ],
    [
      'redis faults',
      'sentinel',
      'cluster',
      'worker',
      'clients that',
      'disk full',
      'clock jumps',
      'names:',
      'flood:',
      'memory:',
    ],
  ],
  [10, 'reloads, 1,000, nothing lost', ['test/faults/reload.test.ts'], ['reloads:', 'bad changes:']],
  [11, 'renewal, 20 times, ≥ 100,000 requests, 0 failed', ['test/faults/processes.test.ts'], ['renewal:']],
  [12, 'cardinality, 1,000,000 actors, ≤ +64 MiB', ['test/faults/cardinality.test.ts'], ['cardinality']],
  [13, 'bombs, each refused ≤ 1 s, stall ≤ 100 ms, ≤ +64 MiB', ['test/faults/attacks.test.ts'], ['bomb ']],
  [
    14,
    'slow clients, closed within limits + 2 s, others unharmed',
    ['test/faults/slow-clients.test.ts'],
    ['slow clients'],
  ],
  [15, 'secrets, 200 × every place, 0 leaks', ['test/faults/canary.test.ts'], ['canary:']],
  [16, 'admin suites, ≥ 120 cases', ['test/admin', 'test/console'], []],
  [17, 'messages to sinks, none lost below the bound', ['test/sinks'], []],
  [18, 'several nodes, a block is seen ≤ 1 s', ['test/run/nodes.test.ts'], ['a restriction holds']],
  [19, 'patterns in linear time', ['test/detectors', 'test/policy'], []],
];
const WITHOUT_A_TEST = [
  [6, 'differential, ≥ 500,000 cases', 'part of the fuzz of parsers: JSON, multipart, forms, targets'],
  [20, 'inspected + uninspected + refused = received', 'asserted in every test above that has load'],
];

const wanted = process.argv.slice(2).map(Number);
const rows = wanted.length === 0 ? ROWS : ROWS.filter(([number]) => wanted.includes(number));
const files = [...new Set(rows.flatMap(([, , tests]) => tests))];
const results = new Map();
for (const file of files) results.set(file, await run(file));

for (const [number, goal, tests, beginnings] of rows) {
  const ran = tests.map((file) => results.get(file));
  const passed = ran.reduce((sum, one) => sum + one.passed, 0);
  const failed = ran.reduce((sum, one) => sum + one.failed, 0);
  const verdict =
    failed > 0 ? `${failed} FAILED, ${passed} passed` : passed === 0 ? 'skipped' : `${passed} tests passed`;
  console.log(`\n${number}. ${goal}: ${verdict}`);
  for (const { lines } of ran)
    for (const line of lines) if (beginnings.some((start) => line.startsWith(start))) console.log(`   ${line}`);
}
for (const [number, goal, why] of WITHOUT_A_TEST) console.log(`\n${number}. ${goal}: ${why}`);
process.exitCode = [...results.values()].some(({ failed }) => failed > 0) ? 1 : 0;

function run(file) {
  return new Promise((resolve) => {
    const child = spawn('npx', ['vitest', 'run', file, '--maxWorkers=1', '--no-color'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.on('close', (code) => {
      const summary = /^ *Tests .*$/m.exec(text)?.[0] ?? '';
      const failed = Number(/(\d+) failed/.exec(summary)?.[1] ?? (code === 0 ? 0 : 1));
      resolve({ lines: text.split('\n'), passed: Number(/(\d+) passed/.exec(summary)?.[1] ?? 0), failed });
    });
  });
}
