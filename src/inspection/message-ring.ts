// The latest messages as they were, for the moment in which somebody asks for evidence: one block of memory, written around and
// around. Invariants: it never grows; what is in it leaves it only masked (see masked-message.ts), and never touches a disk.
import type { BodyFormat, BodyView } from '../core/detector.ts';
import type { RawHeaders } from '../core/transaction.ts';

const RING_BYTES_MAX = 16 * 1024 * 1024;
const ENTRIES_MAX = 8_192;
export const KEPT_BODY_BYTES_MAX = 16 * 1024;

export interface KeptMessage {
  readonly rawHeaders: RawHeaders;
  readonly format: BodyFormat;
  readonly body: Buffer;
  readonly isTruncated: boolean;
}

export interface KeptTransaction {
  /** As received, with the query. */
  readonly target: string;
  readonly request: KeptMessage;
  readonly response: KeptMessage | undefined;
}

interface Side {
  readonly rawHeaders: RawHeaders;
  readonly format: BodyFormat;
  readonly start: number;
  readonly length: number;
  readonly isTruncated: boolean;
}

interface Entry {
  readonly id: string;
  readonly target: string;
  readonly request: Side;
  readonly response: Side | undefined;
  readonly end: number;
}

export class MessageRing {
  readonly #bytes: Buffer;
  readonly #entries = new Map<string, Entry>();
  /** Bytes written since the start; the place is its remainder. */
  #written = 0;

  constructor(bytesMax = RING_BYTES_MAX) {
    this.#bytes = Buffer.allocUnsafeSlow(bytesMax);
  }

  keep(
    id: string,
    target: string,
    request: { readonly rawHeaders: RawHeaders; readonly body: BodyView | undefined },
    response: { readonly rawHeaders: RawHeaders; readonly body: BodyView | undefined } | undefined,
  ): void {
    const entry: Entry = {
      id,
      target,
      request: this.#side(request.rawHeaders, request.body),
      response: response === undefined ? undefined : this.#side(response.rawHeaders, response.body),
      end: this.#written,
    };
    this.#entries.set(id, entry);
    // The first is the oldest, and so on: those that were written over go.
    for (const [oldest, { request: first }] of this.#entries) {
      const isGone = first.start < this.#written - this.#bytes.length;
      if (!isGone && this.#entries.size <= ENTRIES_MAX) break;
      this.#entries.delete(oldest);
    }
  }

  /** Undefined when it is no longer there. The buffers are copies. */
  get(id: string): KeptTransaction | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    return {
      target: entry.target,
      request: this.#message(entry.request),
      response: entry.response === undefined ? undefined : this.#message(entry.response),
    };
  }

  #side(rawHeaders: RawHeaders, body: BodyView | undefined): Side {
    const size = this.#bytes.length;
    const length =
      body === undefined || body.format === 'binary' ? 0 : Math.min(body.bytes.length, KEPT_BODY_BYTES_MAX);
    // A message never lies across the end.
    if ((this.#written % size) + length > size) this.#written += size - (this.#written % size);
    const start = this.#written;
    if (length > 0) body!.bytes.copy(this.#bytes, start % size, 0, length);
    this.#written += length;
    const isTruncated = (body?.bytes.length ?? 0) > length;
    return { rawHeaders, format: body?.format ?? 'empty', start, length, isTruncated };
  }

  #message({ rawHeaders, format, start, length, isTruncated }: Side): KeptMessage {
    const at = start % this.#bytes.length;
    return { rawHeaders, format, body: Buffer.from(this.#bytes.subarray(at, at + length)), isTruncated };
  }
}
