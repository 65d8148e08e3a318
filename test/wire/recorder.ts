// An upstream that reads requests by the letter of RFC 9112 and nothing more generous, so that whatever is odd in what the
// gateway sends shows. It keeps every byte, answers 200, and never closes a connection by itself.
import * as net from 'node:net';

export interface RecordedRequest {
  readonly line: string;
  readonly head: string;
  readonly body: string;
}

export interface Recorder {
  readonly url: string;
  readonly requests: RecordedRequest[];
  /** What was no request, in words. */
  readonly violations: string[];
  readonly sockets: Set<net.Socket>;
  /** Bytes ever received, of requests or not. */
  bytes: number;
  close(): Promise<void>;
}

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';
const HEAD_ANSWER = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n';
const LINE = /^[A-Z-]+ (?:\/|\*$|\* )[\x21-\x7e]* HTTP\/1\.1$|^OPTIONS \* HTTP\/1\.1$/;
const HEADER = /^[!#$%&'*+.^`|~0-9A-Za-z-]+: ?[\t\x20-\x7e\x80-\xff]*$/;

export async function recorder(answer: (request: RecordedRequest) => string = defaultAnswer): Promise<Recorder> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let text = '';
    let isBroken = false;
    let wanted = 0;
    let begun: Begun | undefined;
    socket.on('data', (chunk: Buffer) => {
      result.bytes += chunk.length;
      if (isBroken) return;
      text += chunk.toString('latin1');
      if (text.length < wanted) return;
      for (;;) {
        const read = begun === undefined ? readRequest(text) : readChunks(text, begun);
        if (typeof read === 'object' && 'chunks' in read) {
          begun = read;
          text = text.slice(read.length);
          read.length = 0;
          continue;
        }
        if (typeof read === 'number') {
          wanted = read;
          if (begun !== undefined) {
            text = text.slice(begun.length);
            wanted -= begun.length;
            begun.length = 0;
          }
          return;
        }
        if (typeof read === 'string') {
          isBroken = true;
          result.violations.push(`${read}: ${JSON.stringify(text.slice(0, 300))}`);
          socket.destroy();
          return;
        }
        text = text.slice(read.length);
        begun = undefined;
        wanted = 0;
        result.requests.push(read);
        socket.write(answer(read), 'latin1');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const result: Recorder = {
    url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    requests: [],
    violations: [],
    sockets,
    bytes: 0,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return result;
}

function defaultAnswer({ line }: RecordedRequest): string {
  return line.startsWith('HEAD ') ? HEAD_ANSWER : ANSWER;
}

/** A request whose chunks are being read. A long body is not read again for every piece of it that arrives. */
interface Begun {
  readonly line: string;
  readonly head: string;
  readonly chunks: string[];
  /** Characters at the front of the text that were read. */
  length: number;
}

/** The first request of `text`, what is wrong with it, or how long the text has to be at least for another look. */
function readRequest(text: string): (RecordedRequest & { readonly length: number }) | Begun | string | number {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return text.length > 64 * 1024 ? 'a head without end' : 0;
  const head = text.slice(0, end);
  const [line = '', ...lines] = head.split('\r\n');
  if (!LINE.test(line)) return 'a bad request line';
  const values = new Map<string, string[]>();
  for (const header of lines) {
    if (!HEADER.test(header)) return 'a bad header line';
    const colon = header.indexOf(':');
    const name = header.slice(0, colon).toLowerCase();
    values.set(name, [...(values.get(name) ?? []), header.slice(colon + 1).trim()]);
  }
  if ((values.get('host')?.length ?? 0) !== 1) return 'not exactly one Host';
  const lengths = values.get('content-length') ?? [];
  const codings = values.get('transfer-encoding') ?? [];
  if (lengths.length > 1 || codings.length > 1 || (lengths.length > 0 && codings.length > 0))
    return 'an ambiguous framing';
  const start = end + 4;
  if (codings.length === 1) {
    if (codings[0] !== 'chunked') return 'an unknown transfer coding';
    return { line, head, chunks: [], length: start };
  }
  if (lengths.length === 1 && !/^(?:0|[1-9]\d*)$/.test(lengths[0]!)) return 'a bad length';
  const length = Number(lengths[0] ?? 0);
  if (text.length < start + length) return start + length;
  return {
    line: line.replace(/ HTTP\/1\.1$/, ''),
    head,
    body: text.slice(start, start + length),
    length: start + length,
  };
}

function readChunks(text: string, begun: Begun): (RecordedRequest & { readonly length: number }) | string | number {
  for (;;) {
    const at = begun.length;
    const end = text.indexOf('\r\n', at);
    if (end === -1) return text.length - at > 20 ? 'a bad chunk size' : at;
    const size = text.slice(at, end);
    if (!/^[0-9a-fA-F]{1,8}$/.test(size)) return 'a bad chunk size';
    const bytes = Number.parseInt(size, 16);
    const start = end + 2;
    const next = start + bytes + 2;
    if (text.length < next) return next;
    if (text.slice(next - 2, next) !== '\r\n') return 'a bad chunk end';
    begun.chunks.push(text.slice(start, start + bytes));
    begun.length = next;
    if (bytes === 0)
      return {
        line: begun.line.replace(/ HTTP\/1\.1$/, ''),
        head: begun.head,
        body: begun.chunks.join(''),
        length: next,
      };
  }
}
