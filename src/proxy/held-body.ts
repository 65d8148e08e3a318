// Bodies that are held for inspection: up to the route's limit, and all of them together up to the worker's.
import type { Readable } from 'node:stream';
import { Fault } from '../core/fault.ts';
import type { ProxyCounters } from './settings.ts';

export class HeldBytes {
  readonly #counters: ProxyCounters;
  readonly #heldBytesMax: number;
  readonly #chunks: Buffer[] = [];
  length = 0;

  constructor(counters: ProxyCounters, heldBytesMax: number) {
    this.#counters = counters;
    this.#heldBytesMax = heldBytesMax;
  }

  /** @throws Fault 503 when all bodies together are over the worker's bound */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.length += chunk.length;
    this.#counters.heldBytes += chunk.length;
    if (this.#counters.heldBytes > this.#heldBytesMax) throw new Fault('BODIES_OVER_BUDGET', 'gateway', 503);
  }

  bytes(): Buffer {
    return this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.length);
  }

  /** Gives the room back. To be called once per body, whatever happened to it. */
  release(): void {
    this.#counters.heldBytes -= this.length;
    this.#chunks.length = 0;
    this.length = 0;
  }
}

/** Reads a stream until its end or until more than `bytesMax` are there. Rejects when the client leaves. */
export function readInto(held: HeldBytes, stream: Readable, bytesMax: number): Promise<'whole' | 'over-limit'> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      stream.off('data', onData);
      stream.off('end', onEnd);
      stream.off('error', onGone);
      stream.off('close', onGone);
    };
    const onData = (chunk: Buffer): void => {
      try {
        held.push(chunk);
      } catch (error) {
        settle();
        stream.pause();
        reject(error);
        return;
      }
      if (held.length <= bytesMax) return;
      settle();
      stream.pause();
      resolve('over-limit');
    };
    const onEnd = (): void => {
      settle();
      resolve('whole');
    };
    const onGone = (): void => {
      settle();
      reject(new Fault('CLIENT_CLOSED', 'client', 499));
    };
    stream.on('data', onData);
    stream.on('end', onEnd);
    stream.on('error', onGone);
    stream.on('close', onGone);
    // It was paused until the verdict on the head; a listener alone does not start it again.
    stream.resume();
  });
}

/** What was read already, then the rest of the stream. */
export async function* continued(first: Buffer, rest: Readable): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  for await (const chunk of rest) yield chunk as Buffer;
}
