// Takes mirrored requests as nginx `mirror`, Envoy's request mirroring and HAProxy's mirror agent send them: the request as it was,
// to us instead of the upstream. The answer is always an empty 204; nobody reads it, and nobody should wait for inspection.
// Invariants: only `from` may send; at most WAITING_MAX requests wait to be judged, in at most WAITING_BYTES_MAX, the rest is
// counted and dropped.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { RecordedTransaction } from '../core/recorded-transaction.ts';
import { AddressRanges } from '../policy/address-ranges.ts';
import type { Intake } from './intake.ts';

const WAITING_MAX = 2_000;
const WAITING_BYTES_MAX = 64 * 1024 * 1024;

export interface MirrorSettings {
  readonly host: string;
  readonly port: number;
  /** CIDR ranges of the proxies that mirror. */
  readonly from: readonly string[];
  /** What is longer is inspected up to here, as any body over the limit. */
  readonly bodyBytesMax: number;
}

export interface MirrorCounts {
  received: number;
  /** Found no room. */
  dropped: number;
  /** Came from an address that may not. */
  refused: number;
}

export interface Mirror {
  readonly port: number;
  close(): Promise<void>;
}

export async function listenForMirror(settings: MirrorSettings, intake: Intake, counts: MirrorCounts): Promise<Mirror> {
  const allowed = new AddressRanges(settings.from.map((range) => [range, true] as const));
  const waiting: { readonly transaction: RecordedTransaction; readonly bytes: number }[] = [];
  let waitingBytes = 0;
  let isJudging = false;
  const judge = async (): Promise<void> => {
    isJudging = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      waitingBytes -= next.bytes;
      if (await intake.room(ROOM_MS)) intake.take(next.transaction);
      else counts.dropped += 1;
      await new Promise((turn) => setImmediate(turn));
    }
    isJudging = false;
  };
  const server = createServer({ maxHeaderSize: 64 * 1024, requireHostHeader: false }, (request, response) => {
    const address = peerOf(request);
    if (allowed.find(address) === undefined) {
      counts.refused += 1;
      request.resume();
      response.writeHead(403).end();
      return;
    }
    counts.received += 1;
    const at = Date.now();
    collect(request, settings.bodyBytesMax + 1, (body) => {
      done(response);
      if (waiting.length >= WAITING_MAX || waitingBytes + body.length > WAITING_BYTES_MAX) {
        counts.dropped += 1;
        return;
      }
      waitingBytes += body.length;
      waiting.push({ transaction: mirrored(request, body, at, address), bytes: body.length });
      if (!isJudging) void judge();
    });
  });
  server.on('clientError', (_, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, resolve);
  });
  return { port: portOf(server), close: () => closed(server) };
}

const ROOM_MS = 1_000;

function mirrored(request: IncomingMessage, body: Buffer, at: number, address: string): RecordedTransaction {
  const rawHeaders = request.rawHeaders.map((text, i) =>
    i % 2 === 1 && request.rawHeaders[i - 1]!.toLowerCase() === 'host' ? withoutShadow(text) : text,
  );
  return {
    at,
    clientAddress: address,
    request: { method: request.method ?? 'GET', url: request.url ?? '/', rawHeaders, body, isDecoded: false },
    response: undefined,
  };
}

/** Envoy marks the host of what it mirrors: `shop.example.com-shadow:8080`. */
function withoutShadow(host: string): string {
  return host.replace(/-shadow(?=:\d+$|$)/, '');
}

function collect(request: IncomingMessage, bytesMax: number, then: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    if (bytes < bytesMax) chunks.push(chunk.subarray(0, bytesMax - bytes));
    bytes += chunk.length;
  });
  request.on('end', () => then(Buffer.concat(chunks)));
  request.on('error', () => {});
}

function done(response: ServerResponse): void {
  response.writeHead(204).end();
}

function peerOf(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
