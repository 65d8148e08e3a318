// The latest messages as they were, for the moment in which somebody asks for evidence: one block of memory, written around and
// around. Everything is in it as bytes, ids and header lines too: thousands of kept strings would be copied by every young
// collection and end in the old space, for evidence that is seldom asked for.
// Invariants: it never grows; what is in it leaves it only masked (see masked-message.ts), and never touches a disk.
import type { BodyFormat, BodyView } from '../core/detector.ts';
import type { RawHeaders } from '../core/transaction.ts';

const RING_BYTES_MAX = 16 * 1024 * 1024;
const ENTRIES_MAX = 8_192;
export const KEPT_BODY_BYTES_MAX = 16 * 1024;
const KEPT_HEAD_CHARS_MAX = 64 * 1024;

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
  readonly body: BodyView | undefined;
}

/** Where a kept transaction lies: its text, then the two bodies, one behind the other. Made once, written again and again. */
interface Place {
  start: number;
  textBytes: number;
  requestLines: number;
  requestBytes: number;
  requestFormat: BodyFormat;
  isRequestTruncated: boolean;
  hasResponse: boolean;
  responseBytes: number;
  responseFormat: BodyFormat;
  isResponseTruncated: boolean;
}

export class MessageRing {
  readonly #bytes: Buffer;
  readonly #places: Place[] = [];
  #kept = 0;
  /** Bytes written since the start; the place is its remainder. */
  #written = 0;

  constructor(bytesMax = RING_BYTES_MAX) {
    this.#bytes = Buffer.allocUnsafeSlow(bytesMax);
  }

  keep(id: string, target: string, request: Side, response: Side | undefined): void {
    const lines = response === undefined ? '' : response.rawHeaders.join('\n');
    // No line of a head can hold a line feed.
    const text = `${id}\n${target}\n${request.rawHeaders.join('\n')}\n${lines}`;
    const size = this.#bytes.length;
    const requestBytes = keptBytes(request.body);
    const responseBytes = keptBytes(response?.body);
    const bytes = text.length + requestBytes + responseBytes;
    if (text.length > KEPT_HEAD_CHARS_MAX || bytes > size) return;
    // A transaction never lies across the end.
    if ((this.#written % size) + bytes > size) this.#written += size - (this.#written % size);
    const start = this.#written;
    const at = start % size;
    this.#bytes.write(text, at, text.length, 'latin1');
    if (requestBytes > 0) request.body!.bytes.copy(this.#bytes, at + text.length, 0, requestBytes);
    if (responseBytes > 0) response!.body!.bytes.copy(this.#bytes, at + text.length + requestBytes, 0, responseBytes);
    this.#written += bytes;
    const place = this.#nextPlace();
    place.start = start;
    place.textBytes = text.length;
    place.requestLines = request.rawHeaders.length;
    place.requestBytes = requestBytes;
    place.requestFormat = request.body?.format ?? 'empty';
    place.isRequestTruncated = (request.body?.bytes.length ?? 0) > requestBytes;
    place.hasResponse = response !== undefined;
    place.responseBytes = responseBytes;
    place.responseFormat = response?.body?.format ?? 'empty';
    place.isResponseTruncated = (response?.body?.bytes.length ?? 0) > responseBytes;
  }

  /** Undefined when it is no longer there. The buffers are copies. */
  get(id: string): KeptTransaction | undefined {
    const size = this.#bytes.length;
    const beginning = `${id}\n`;
    for (let back = 1; back <= Math.min(this.#kept, ENTRIES_MAX); back++) {
      const place = this.#places[(this.#kept - back) % ENTRIES_MAX]!;
      // What is older was written over, too.
      if (place.start < this.#written - size) return undefined;
      const at = place.start % size;
      if (this.#bytes.toString('latin1', at, at + beginning.length) === beginning) return this.#read(place);
    }
    return undefined;
  }

  #nextPlace(): Place {
    const i = this.#kept % ENTRIES_MAX;
    this.#kept += 1;
    this.#places[i] ??= emptyPlace();
    return this.#places[i];
  }

  #read(place: Place): KeptTransaction {
    const at = place.start % this.#bytes.length;
    const textEnd = at + place.textBytes;
    const requestEnd = textEnd + place.requestBytes;
    const lines = this.#bytes.toString('latin1', at, textEnd).split('\n');
    // Without any line there is still the empty text between two line feeds.
    const answerAt = 2 + Math.max(place.requestLines, 1);
    const answerLines = lines.slice(answerAt);
    return {
      target: lines[1]!,
      request: {
        rawHeaders: lines.slice(2, 2 + place.requestLines),
        format: place.requestFormat,
        body: Buffer.from(this.#bytes.subarray(textEnd, requestEnd)),
        isTruncated: place.isRequestTruncated,
      },
      response: place.hasResponse
        ? {
            rawHeaders: answerLines.length === 1 ? [] : answerLines,
            format: place.responseFormat,
            body: Buffer.from(this.#bytes.subarray(requestEnd, requestEnd + place.responseBytes)),
            isTruncated: place.isResponseTruncated,
          }
        : undefined,
    };
  }
}

function keptBytes(body: BodyView | undefined): number {
  return body === undefined || body.format === 'binary' ? 0 : Math.min(body.bytes.length, KEPT_BODY_BYTES_MAX);
}

function emptyPlace(): Place {
  return {
    start: 0,
    textBytes: 0,
    requestLines: 0,
    requestBytes: 0,
    requestFormat: 'empty',
    isRequestTruncated: false,
    hasResponse: false,
    responseBytes: 0,
    responseFormat: 'empty',
    isResponseTruncated: false,
  };
}
