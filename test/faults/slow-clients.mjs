// Attackers in a process of their own: node slow-clients.mjs PORT HEADS BODIES READERS RAMP_MS. Each opens one connection, spread over
// the ramp, and stays just alive. Prints how long each lived, by kind, once all are closed.
import { connect } from 'node:net';

const [port, heads, bodies, readers, rampMs] = process.argv.slice(2).map(Number);
const HOST = 'Host: api.example\r\n';
const PIECE_MS = 300;

const KINDS = {
  head: { count: heads, first: `GET / HTTP/1.1\r\n${HOST}`, piece: 'X: a\r\n' },
  body: { count: bodies, first: `POST / HTTP/1.1\r\n${HOST}Content-Length: 100000\r\n\r\n`, piece: 'x' },
  reader: { count: readers, first: `GET /large HTTP/1.1\r\n${HOST}\r\n`, piece: '' },
};

function attack({ first, piece }) {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    // A reader takes what the system takes for it, and then nothing.
    const timer = piece === '' ? undefined : setInterval(() => socket.write(piece), PIECE_MS);
    if (piece === '') {
      socket.on('connect', () => socket.pause());
      // Only by writing does it learn that the other side is gone.
      const probe = setInterval(() => socket.write('\r\n'), 1_000);
      socket.on('close', () => clearInterval(probe));
    } else socket.resume();
    socket.on('close', () => {
      clearInterval(timer);
      resolve(Math.round(performance.now() - startedAt));
    });
    socket.write(first);
  });
}

const lives = { head: [], body: [], reader: [] };
const all = Object.entries(KINDS).flatMap(([kind, settings]) =>
  Array.from({ length: settings.count }, () => ({ kind, settings, order: Math.random() })),
);
all.sort((a, b) => a.order - b.order);
await Promise.all(
  all.map(async ({ kind, settings }, i) => {
    await new Promise((turn) => setTimeout(turn, (i * rampMs) / all.length));
    lives[kind].push(await attack(settings));
  }),
);
console.log(JSON.stringify(lives));
