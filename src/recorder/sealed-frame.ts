// A segment is a row of frames; a frame is some transactions, packed and sealed with AES-256-GCM: four bytes of length, the nonce,
// the ciphertext, the tag. The segment's name and the frame's number are authenticated with it, so that frames cannot be moved.
// Invariant: a nonce is random and used once; 2^32 frames under one key are far away (NIST SP 800-38D §8.3).
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const LENGTH_BYTES = 4;
const FRAME_BYTES_MAX = 256 * 1024 * 1024;

export function seal(key: Buffer, segment: string, number: number, plain: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associated(segment, number));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(NONCE_BYTES + sealed.length + TAG_BYTES);
  return Buffer.concat([length, nonce, sealed, cipher.getAuthTag()]);
}

/** `frame`: without its length. Undefined when it was changed, moved, or sealed with another key. */
export function unseal(key: Buffer, segment: string, number: number, frame: Buffer): Buffer | undefined {
  if (frame.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, frame.subarray(0, NONCE_BYTES)).setAAD(
    associated(segment, number),
  );
  decipher.setAuthTag(frame.subarray(frame.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(frame.subarray(NONCE_BYTES, frame.length - TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** Length of the frame that begins here, without the length itself; undefined when it is not whole or cannot be true. */
export function frameLength(bytes: Buffer, at: number): number | undefined {
  if (bytes.length - at < LENGTH_BYTES) return undefined;
  const length = bytes.readUInt32LE(at);
  return length > FRAME_BYTES_MAX || bytes.length - at - LENGTH_BYTES < length ? undefined : length;
}

export const FRAME_HEAD_BYTES = LENGTH_BYTES;

function associated(segment: string, number: number): Buffer {
  return Buffer.from(`${segment} ${number}`);
}
