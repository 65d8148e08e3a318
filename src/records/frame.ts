// Frames on the local socket between worker and analyst: four bytes of length, then JSON.
import { isAscii } from 'node:buffer';

export const FRAME_BYTES_MAX = 64 * 1024 * 1024;
export const FRAME_HEAD_BYTES = 4;

/** Takes chunks as they come and gives the JSON of whole frames. @throws RangeError for a frame over the bound */
export class FrameReader {
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** Of the frame that is arriving, with its head; until it is there, chunks only wait. */
  #wantedBytes = FRAME_HEAD_BYTES;

  read(chunk: Buffer): Buffer[] {
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes < this.#wantedBytes) return [];
    const bytes = this.#waiting.length === 1 ? chunk : Buffer.concat(this.#waiting, this.#waitingBytes);
    const frames: Buffer[] = [];
    let at = 0;
    this.#wantedBytes = FRAME_HEAD_BYTES;
    while (bytes.length - at >= FRAME_HEAD_BYTES) {
      const length = bytes.readUInt32LE(at);
      if (length > FRAME_BYTES_MAX) throw new RangeError('frame over the bound');
      if (bytes.length - at - FRAME_HEAD_BYTES < length) {
        this.#wantedBytes = FRAME_HEAD_BYTES + length;
        break;
      }
      const start = at + FRAME_HEAD_BYTES;
      at = start + length;
      frames.push(bytes.subarray(start, at));
    }
    const rest = bytes.subarray(at);
    this.#waiting = rest.length === 0 ? [] : [rest];
    this.#waitingBytes = rest.length;
    return frames;
  }
}

/** Nearly all of it is ASCII, which is copied instead of decoded. */
export function textOf(bytes: Buffer): string {
  return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
}
