// I2 over HTTP/2: streams whose client asks for a large answer and opens no window for it. Whatever it does on the same session, the
// stream is closed; who reads slowly is not.
import * as http2 from 'node:http2';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testFolder, writeCertificate } from '../support/certificate.ts';
import { InspectorThatForwards } from './inspectors.ts';
import { gateway, until, upstreamThat, withPatience } from './world.ts';

const WRITE_IDLE_MS = 600;
const LARGE = Buffer.alloc(4 * 1024 * 1024, 'x');
const PIECE_MS = 100;

async function readerOf(body: 'stream' | 'hold') {
  const upstream = await upstreamThat(({ url }, response) => response.end(url === '/large' ? LARGE : 'small'));
  const tls = { ...writeCertificate(testFolder(), 'one.example'), minVersion: 'TLSv1.2' as const };
  const { plane, port } = await gateway([upstream.url], new InspectorThatForwards({ body }), {
    tls,
    // What waits has the time for it besides: half a second for a piece here, and half a minute if an answer were one.
    pace: { tickMs: 20, writeIdleMs: WRITE_IDLE_MS, bodyBytesPerSecondMin: 128 * 1024 },
  });
  const session = http2.connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  session.on('error', () => {});
  onTestFinished(() => session.destroy());
  const large = session.request({ ':path': '/large' });
  large.on('error', () => {});
  return { plane, session, large };
}

describe.each(['stream', 'hold'] as const)('I2: a stream that is not read (%s)', (body) => {
  it.each<[string, (session: http2.ClientHttp2Session) => void]>([
    ['says nothing', () => {}],
    ['sends PINGs', (session) => session.ping(() => {})],
    ['sends settings', (session) => session.settings({ maxConcurrentStreams: 100 })],
    [
      'asks for other things',
      (session) =>
        session
          .request({ ':path': '/' })
          .on('error', () => {})
          .resume(),
    ],
  ])('and %s is closed', async (_, act) => {
    const { plane, session, large } = await readerOf(body);
    const timer = setInterval(() => {
      if (!session.closed && !session.destroyed) act(session);
    }, PIECE_MS);
    onTestFinished(() => clearInterval(timer));
    await until(() => plane.counters.slowClients > 0, 'the reader to be lost');
    await until(() => large.closed || large.destroyed, 'its stream to end');
    clearInterval(timer);
    await until(() => plane.counters.activeTransactions === 0, 'everything to end');
  });

  it('and reads a little now and then is served', async () => {
    const { plane, large } = await readerOf(body);
    let got = 0;
    large.on('data', (chunk: Buffer) => {
      got += chunk.length;
      if (got % (256 * 1024) < chunk.length) large.pause();
    });
    const timer = setInterval(() => large.resume(), PIECE_MS);
    onTestFinished(() => clearInterval(timer));
    await withPatience(new Promise((resolve) => large.on('end', resolve)), 'the last byte');
    expect(got).toBe(LARGE.length);
    expect(plane.counters.slowClients).toBe(0);
  });
});
