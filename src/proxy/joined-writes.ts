// Small pieces that wait for one write together, a head with its body and the empty piece that Node ends a message with, leave as one
// text. As a list of texts and buffers they would cost a block of memory of their own and its accounting, a tenth of a transaction
// that nobody inspects.
// Invariant: the same bytes leave in the same order; the pieces are called back together, as for any list.
import { Socket } from 'node:net';

/** Above, copying costs what a list does. */
const JOINED_BYTES_MAX = 8 * 1024;

interface Piece {
  // biome-ignore lint/suspicious/noExplicitAny: as Node declares it
  readonly chunk: any;
  readonly encoding: BufferEncoding;
}
type Done = (error?: Error | null) => void;

export function joinSmallWrites(socket: Socket): void {
  socket._writev = writeTogether;
}

function writeTogether(this: Socket, pieces: Piece[], done: Done): void {
  const text = joined(pieces);
  if (text === undefined) Socket.prototype._writev!.call(this, pieces, done);
  else this._write(text, 'latin1', done);
}

/** As latin1, which keeps every byte; undefined when they are too much, or a text that may have other characters is among them. */
function joined(pieces: readonly Piece[]): string | undefined {
  let bytes = 0;
  for (const { chunk, encoding } of pieces) {
    if (typeof chunk === 'string' && encoding !== 'latin1' && chunk !== '') return undefined;
    bytes += (chunk as string | Buffer).length;
    if (bytes > JOINED_BYTES_MAX) return undefined;
  }
  let text = '';
  for (const { chunk } of pieces) text += typeof chunk === 'string' ? chunk : (chunk as Buffer).toString('latin1');
  return text;
}
