import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { joinSmallWrites } from '../../src/proxy/joined-writes.ts';

const server = createServer();
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;
afterAll(() => server.close());

type Piece = readonly [chunk: string | Buffer, encoding?: BufferEncoding];

/** What arrives of pieces that are written together, in the order of their calls back, and how often the system was asked. */
async function sent(
  pieces: readonly Piece[],
  isConnected = true,
): Promise<{ bytes: Buffer; calls: number[]; writes: number }> {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const socket = connect(port, '127.0.0.1');
  joinSmallWrites(socket);
  if (isConnected) await once(socket, 'connect');
  let writes = 0;
  const { _write } = socket;
  socket._write = (chunk, encoding, done) => {
    writes += 1;
    _write.call(socket, chunk, encoding, done);
  };
  const calls: number[] = [];
  socket.cork();
  for (const [i, [chunk, encoding]] of pieces.entries()) socket.write(chunk, encoding ?? 'latin1', () => calls.push(i));
  socket.uncork();
  socket.end();
  const [peer] = await accepted;
  const received: Buffer[] = [];
  peer.on('data', (chunk: Buffer) => received.push(chunk));
  await once(peer, 'end');
  peer.destroy();
  return { bytes: Buffer.concat(received), calls, writes };
}

const bytesOf = (pieces: readonly Piece[]): Buffer =>
  Buffer.concat(
    pieces.map(([chunk, encoding]) => (typeof chunk === 'string' ? Buffer.from(chunk, encoding ?? 'latin1') : chunk)),
  );

describe('small pieces written together', () => {
  const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  const head = 'HTTP/1.1 200 OK\r\nServer: \u00e9\u00ff\r\n\r\n';

  it.each<[string, Piece[]]>([
    ['a head, bytes of every value and the empty end', [[head], [every], ['', 'latin1']]],
    ['an empty piece of another encoding', [[head], [every], ['', 'utf8']]],
    ['a chunk with its frame', [['100\r\n'], [every], ['\r\n']]],
  ])('leave in one write: %s', async (_, pieces) => {
    const { bytes, calls, writes } = await sent(pieces);
    expect(bytes.equals(bytesOf(pieces))).toBe(true);
    expect(calls).toEqual(pieces.map((_piece, i) => i));
    expect(writes).toBe(1);
  });

  it.each<[string, Piece[]]>([
    ['texts with characters of more than a byte', [[head], ['작은 노트북', 'utf8'], [every]]],
    ['bodies that are not small', [[head], [Buffer.alloc(9_000, every)], ['']]],
  ])('leave as they would without it: %s', async (_, pieces) => {
    const { bytes, calls, writes } = await sent(pieces);
    expect(bytes.equals(bytesOf(pieces))).toBe(true);
    expect(calls).toEqual(pieces.map((_piece, i) => i));
    expect(writes).toBe(0);
  });

  it('wait for a connection that is still being made', async () => {
    const pieces: Piece[] = [[head], [every]];
    const { bytes, calls } = await sent(pieces, false);
    expect(bytes.equals(bytesOf(pieces))).toBe(true);
    expect(calls).toEqual([0, 1]);
  });
});
