// A strict HTTP server in the place of somebody's system: it looks at every request by the vendor's rules, can be told to fail in
// scripted ways, to be away, and to come back at the same port.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** `half`: the head and a part of the body, then the connection is cut. `cut`: nothing at all. */
export type Fault = Reply | 'half' | 'cut';

export class VendorServer {
  /** What was accepted. */
  readonly requests: SeenRequest[] = [];
  /** Broken rules of the vendor's contract. */
  readonly problems: string[] = [];
  /** Everything that arrived, faults included. */
  arrived = 0;
  faults: Fault[] = [];
  readonly #answer: (request: SeenRequest, problem: (text: string) => void) => Reply;
  #server: Server | undefined;
  #port = 0;

  constructor(answer: (request: SeenRequest, problem: (text: string) => void) => Reply) {
    this.#answer = answer;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async up(): Promise<void> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.arrived += 1;
        const fault = this.faults.shift();
        if (fault === 'cut') {
          request.socket.destroy();
          return;
        }
        if (fault === 'half') {
          response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
          response.write('{"half');
          setImmediate(() => request.socket.destroy());
          return;
        }
        const seen: SeenRequest = {
          method: request.method!,
          path: request.url!,
          headers: request.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        };
        const reply = fault ?? this.#answer(seen, (text) => this.problems.push(`${seen.method} ${seen.path}: ${text}`));
        if (fault === undefined) this.requests.push(seen);
        const isText = typeof reply.body === 'string';
        response.writeHead(reply.status, {
          'content-type': isText ? 'text/plain' : 'application/json',
          ...reply.headers,
        });
        response.end(isText ? (reply.body as string) : reply.body === undefined ? '' : JSON.stringify(reply.body));
      });
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
