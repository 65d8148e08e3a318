// Takes what `POST /api/v1/ingest` is given, over a local socket: transactions as a stream, gzip or not, in any format that files
// may have. Invariants: at most `requestsMax` at a time and BYTES_MAX unpacked bytes of each; when the analyst is behind, reading
// stops, and after WAIT_MS the answer is 429 with how far it came, so that the sender goes on from there.
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Intake } from './intake.ts';
import { readStream } from './read-transactions.ts';

const BYTES_MAX = 1024 * 1024 * 1024;
const WAIT_MS = 5_000;
const RETRY_AFTER_SECONDS = 2;
const FAULTS_NAMED_MAX = 100;
/** Transactions judged before others get their turn. */
const TURN_EVERY = 16;

export interface IngestCounts {
  accepted: number;
  malformed: number;
  /** Requests that were told to come back later. */
  pushedBack: number;
}

export interface IngestAnswer {
  accepted: number;
  rejected: number;
  /** At most {@link FAULTS_NAMED_MAX} of what was rejected. */
  readonly faults: { readonly line: number; readonly reason: string }[];
  /** Line to go on from, when not everything was taken. */
  nextLine?: number;
}

export function listenForIngest(
  path: string,
  intake: Intake,
  requestsMax: number,
  counts: IngestCounts,
): Promise<Server> {
  rmSync(path, { force: true });
  let active = 0;
  const server = createServer((request, response) => {
    if (active >= requestsMax) {
      counts.pushedBack += 1;
      request.resume();
      answer(response, 429, { accepted: 0, rejected: 0, faults: [], nextLine: 1 });
      return;
    }
    active += 1;
    void take(request, intake, counts)
      .then(([status, body]) => answer(response, status, body))
      .catch(() => response.destroy())
      .finally(() => {
        active -= 1;
      });
  });
  server.requestTimeout = 0;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      // Only this user may speak to it: the admin API has asked for a token by then.
      chmodSync(path, 0o600);
      resolve(server);
    });
  });
}

async function take(request: IncomingMessage, intake: Intake, counts: IngestCounts): Promise<[number, IngestAnswer]> {
  const said: IngestAnswer = { accepted: 0, rejected: 0, faults: [] };
  const packed = /^(?:x-)?gzip$/i.test(request.headers['content-encoding'] ?? '');
  let bytes = 0;
  async function* bounded(): AsyncGenerator<Buffer> {
    // A sender that goes away ends what it sent, or its place would be taken for ever.
    for await (const chunk of packed ? pipeline(request, createGunzip(), () => {}) : request) {
      bytes += (chunk as Buffer).length;
      if (bytes > BYTES_MAX) return;
      yield chunk as Buffer;
    }
  }
  for await (const entry of readStream(bounded(), '')) {
    if ('malformed' in entry) {
      said.rejected += 1;
      counts.malformed += 1;
      if (said.faults.length < FAULTS_NAMED_MAX) said.faults.push({ line: entry.line, reason: entry.malformed });
      continue;
    }
    if (!(await intake.room(WAIT_MS))) {
      counts.pushedBack += 1;
      request.resume();
      return [429, { ...said, nextLine: entry.line }];
    }
    intake.take(entry.transaction);
    said.accepted += 1;
    counts.accepted += 1;
    if (said.accepted % TURN_EVERY === 0) await new Promise((turn) => setImmediate(turn));
  }
  if (bytes > BYTES_MAX) {
    request.resume();
    return [413, said];
  }
  return [said.accepted === 0 && said.rejected > 0 ? 400 : 200, said];
}

function answer(response: ServerResponse, status: number, body: IngestAnswer): void {
  if (status === 429) response.setHeader('retry-after', String(RETRY_AFTER_SECONDS));
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
