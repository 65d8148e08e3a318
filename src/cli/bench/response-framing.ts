// Finds where an HTTP/1.1 response ends, by content-length or chunks, and nothing more: the load generator must cost little.
// Only answers to GET and POST are expected, so a response without framing is a fault.

export class ResponseFraming {
  /** Status of the response that ended last. */
  status = 0;
  #head: Buffer = Buffer.alloc(0);
  /** Bytes still to come of the body or chunk; -1 while the head is read. */
  #left = -1;
  #isChunked = false;
  #chunkLine = '';
  #isLast = false;

  /** How many responses ended within these bytes. @throws when it is no HTTP response */
  push(bytes: Buffer): number {
    let ended = 0;
    let at = 0;
    while (at < bytes.length) {
      if (this.#left === -1) {
        at = this.#readHead(bytes, at);
        if (this.#isComplete()) ended += this.#end();
      } else if (this.#left > 0) {
        const taken = Math.min(this.#left, bytes.length - at);
        this.#left -= taken;
        at += taken;
        if (this.#isComplete()) ended += this.#end();
      } else {
        const newline = bytes.indexOf(10, at);
        const until = newline === -1 ? bytes.length : newline + 1;
        this.#chunkLine += bytes.toString('latin1', at, until);
        at = until;
        if (newline !== -1) ended += this.#readChunkLine();
      }
    }
    return ended;
  }

  #readHead(bytes: Buffer, at: number): number {
    const rest = this.#head.length === 0 ? bytes.subarray(at) : Buffer.concat([this.#head, bytes.subarray(at)]);
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) {
      this.#head = Buffer.from(rest);
      return bytes.length;
    }
    const head = rest.toString('latin1', 0, end + 2);
    const taken = end + 4 - this.#head.length;
    this.#head = Buffer.alloc(0);
    this.status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
    const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
    this.#isChunked = length === undefined && /\r\ntransfer-encoding: *chunked\r\n/i.test(head);
    if (!(this.status >= 200) || (length === undefined && !this.#isChunked))
      throw new Error(`not the response of a proxy: ${head.slice(0, 200)}`);
    this.#left = Number(length ?? 0);
    return at + taken;
  }

  /** A line between chunks: a size, the empty line behind a chunk, or the last one. */
  #readChunkLine(): number {
    const line = this.#chunkLine.trim();
    this.#chunkLine = '';
    if (this.#isLast) return line === '' ? this.#end() : 0;
    if (line === '') return 0;
    this.#left = Number.parseInt(line, 16);
    this.#isLast = this.#left === 0;
    return 0;
  }

  #isComplete(): boolean {
    return this.#left === 0 && !this.#isChunked;
  }

  #end(): number {
    this.#left = -1;
    this.#isLast = false;
    return 1;
  }
}
