// Frames on the local socket between worker and analyst: four bytes of length, then JSON.

export const FRAME_BYTES_MAX = 64 * 1024 * 1024;

/** Of JSON text. */
export function encodeFrame(text: string): Buffer {
  const frame = Buffer.allocUnsafe(4 + Buffer.byteLength(text));
  frame.writeUInt32LE(frame.length - 4, 0);
  frame.write(text, 4);
  return frame;
}

/** Takes chunks as they come and gives whole values. @throws RangeError for a frame over the bound */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  read(chunk: Buffer): unknown[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const values: unknown[] = [];
    let at = 0;
    while (this.#rest.length - at >= 4) {
      const length = this.#rest.readUInt32LE(at);
      if (length > FRAME_BYTES_MAX) throw new RangeError('frame over the bound');
      if (this.#rest.length - at - 4 < length) break;
      values.push(JSON.parse(this.#rest.toString('utf8', at + 4, at + 4 + length)));
      at += 4 + length;
    }
    this.#rest = this.#rest.subarray(at);
    return values;
  }
}
