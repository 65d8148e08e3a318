// A million transactions through `sallyport replay`, with attacks among them: how long it takes, and that memory stays bounded.
// npm run replay:million [-- COUNT]
import { spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const COUNT = Number(process.argv[2] ?? 1_000_000);
const RSS_MEGABYTES_MAX = 400;
const MAIN = resolve(import.meta.dirname, '../../dist/main.js');

const folder = mkdtempSync(join(tmpdir(), 'sallyport-million-'));
const file = join(folder, 'traffic.ndjson');
try {
  const attacks = await write();
  const begun = Date.now();
  const child = spawn(process.execPath, [MAIN, 'replay', file, '--format', 'json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: folder,
  });
  let out = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  let peak = 0;
  const timer = setInterval(() => {
    try {
      const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
      peak = Math.max(peak, Number(kilobytes?.[1] ?? 0) / 1_024);
    } catch {}
  }, 200);
  const code = await new Promise((done) => child.once('close', done));
  clearInterval(timer);
  const seconds = (Date.now() - begun) / 1_000;
  const report = JSON.parse(out);
  console.log(
    `${report.transactions} transactions in ${seconds.toFixed(1)} s (${Math.round(COUNT / seconds)}/s), at most ${Math.round(peak)} MB resident, ` +
      `${report.findings.length} findings, ${report.wouldBlock.length} would be blocked of ${attacks} attacks, ${report.incidents.length} incidents`,
  );
  const isGood =
    code === 0 && report.transactions === COUNT && report.wouldBlock.length === attacks && peak < RSS_MEGABYTES_MAX;
  process.exitCode = isGood ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Resolves with the number of attacks in it. */
async function write() {
  const stream = createWriteStream(file);
  let attacks = 0;
  let at = Date.UTC(2026, 0, 1);
  for (let i = 0; i < COUNT; i++) {
    at += 80;
    const user = i % 5_000;
    const isAttack = i % 997 === 500;
    if (isAttack) attacks += 1;
    const url = isAttack
      ? `/api/products?search=${encodeURIComponent(`${i}' UNION SELECT password FROM users--`)}`
      : i % 3 === 0
        ? `/api/products?page=${i % 20}`
        : `/api/users/${user}/orders`;
    const line = JSON.stringify({
      ts: new Date(at).toISOString(),
      client: { ip: isAttack ? `203.0.113.${i % 250}` : `10.${user >> 8}.${user & 255}.1` },
      request: { method: 'GET', url, headers: { host: 'shop.example.com', cookie: `session=s${user}`, accept: '*/*' } },
      response: {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([{ id: i, name: 'Tea', price: 4.5, tags: ['a', 'b'] }]),
      },
    });
    if (!stream.write(`${line}\n`)) await new Promise((drained) => stream.once('drain', drained));
  }
  await new Promise((ended) => stream.end(ended));
  return attacks;
}
