// Captures of plain HTTP, through tshark: it follows connections, puts segments together and finds messages; the bytes of each
// message are then read as any other recorded message. Requests wait for their answers on the same connection.
// Invariant: at most PENDING_MAX requests and PENDING_BYTES_MAX of their bodies wait; the oldest then goes without its answer.
import { spawn } from 'node:child_process';
import type { RecordedTransaction } from '../../core/recorded-transaction.ts';
import { ENTRY_BYTES_MAX, PENDING_BYTES_MAX, type RecordedEntry, TOO_LONG } from '../entry.ts';
import { readHttpText, requestLine, statusLine } from '../http-text.ts';
import { JsonElements } from '../json-elements.ts';
import { isLoose, messageOfBytes, UNKNOWN_ADDRESS } from '../recorded-message.ts';
import { sendableUrl } from '../recorded-url.ts';

const PENDING_MAX = 10_000;
const FIELDS = [
  'frame.number',
  'frame.time_epoch',
  'ip.src',
  'ipv6.src',
  'tcp.stream',
  'tcp.payload',
  'tcp.reassembled.data',
  'http.request.method',
  'http.response.code',
];

export async function* readCapture(file: string): AsyncGenerator<RecordedEntry> {
  const args = [
    '-r',
    file,
    '-n',
    '-Y',
    'http.request or http.response',
    '-T',
    'json',
    ...FIELDS.flatMap((one) => ['-e', one]),
  ];
  const child = spawn('tshark', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (said.length < 2_000) said += chunk.toString();
  });
  const ended = new Promise<number | string>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve(
        error.code === 'ENOENT'
          ? 'captures are read through tshark, which is not installed (Debian: apt-get install tshark)'
          : `tshark could not be started (${error.code})`,
      ),
    );
    child.once('close', (code) => resolve(code ?? 1));
  });
  const elements = new JsonElements([], ENTRY_BYTES_MAX);
  const conversations = new Conversations();
  try {
    for await (const chunk of child.stdout) {
      for (const { text, isTooLong, line } of elements.take(chunk as Buffer)) {
        if (isTooLong) yield { malformed: TOO_LONG, line };
        else yield* conversations.take(JSON.parse(text));
      }
    }
    yield* conversations.rest();
    const end = await ended;
    if (typeof end === 'string') yield { malformed: end, line: 1 };
    else if (end !== 0) yield { malformed: `tshark: ${lastLine(said) || `ended with code ${end}`}`, line: 1 };
  } finally {
    child.kill();
  }
}

interface Waiting {
  readonly transaction: RecordedTransaction;
  readonly line: number;
}

/** Requests of each connection, in their order, with the answers that follow. */
class Conversations {
  readonly #waiting = new Map<string, Waiting[]>();
  #count = 0;
  #bytes = 0;

  *take(packet: unknown): Generator<RecordedEntry> {
    const layers =
      isLoose(packet) && isLoose(packet._source) && isLoose(packet._source.layers) ? packet._source.layers : {};
    const field = (name: string): string | undefined => {
      const value = layers[name];
      return Array.isArray(value) ? String(value[0]) : undefined;
    };
    const line = Number(field('frame.number') ?? 0);
    const stream = field('tcp.stream') ?? '';
    const hex = field('tcp.reassembled.data') ?? field('tcp.payload');
    if (hex === undefined) return;
    let bytes = Buffer.from(hex.replaceAll(':', ''), 'hex');
    // One frame may hold several messages.
    while (bytes.length > 0) {
      const message = readHttpText(bytes);
      if (message === undefined) return;
      const request = requestLine(message.startLine);
      const status = statusLine(message.startLine);
      const { rawHeaders, body } = message;
      if (status !== undefined) {
        if (status >= 200 || status === 101)
          yield* this.#answer(stream, { status, ...messageOfBytes(rawHeaders, body) });
      } else if (request !== undefined) {
        const at = Math.round(Number(field('frame.time_epoch') ?? 0) * 1_000);
        const clientAddress = field('ip.src') ?? field('ipv6.src') ?? UNKNOWN_ADDRESS;
        const transaction = {
          at: Number.isFinite(at) ? at : 0,
          clientAddress,
          request: { ...request, url: sendableUrl(request.url), ...messageOfBytes(rawHeaders, body) },
          response: undefined,
        };
        yield* this.#ask(stream, { transaction, line });
      } else return;
      bytes = Buffer.from(message.rest);
    }
  }

  *rest(): Generator<RecordedEntry> {
    for (const list of this.#waiting.values())
      for (const { transaction, line } of list) yield { transaction, line, isTimed: true };
    this.#waiting.clear();
  }

  *#ask(stream: string, waiting: Waiting): Generator<RecordedEntry> {
    while (this.#count >= PENDING_MAX || (this.#count > 0 && this.#bytes > PENDING_BYTES_MAX)) {
      const oldest = this.#waiting.keys().next().value!;
      for (const one of this.#waiting.get(oldest)!) {
        this.#forget(one);
        yield { ...one, isTimed: true };
      }
      this.#waiting.delete(oldest);
    }
    this.#count += 1;
    this.#bytes += waiting.transaction.request.body.length;
    const list = this.#waiting.get(stream);
    if (list === undefined) this.#waiting.set(stream, [waiting]);
    else list.push(waiting);
  }

  *#answer(stream: string, response: RecordedTransaction['response']): Generator<RecordedEntry> {
    const list = this.#waiting.get(stream);
    const asked = list?.shift();
    // An answer whose request came before the capture began.
    if (asked === undefined) return;
    this.#forget(asked);
    if (list!.length === 0) this.#waiting.delete(stream);
    yield { transaction: { ...asked.transaction, response }, line: asked.line, isTimed: true };
  }

  #forget({ transaction }: Waiting): void {
    this.#count -= 1;
    this.#bytes -= transaction.request.body.length;
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
