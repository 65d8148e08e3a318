// Recorded transactions from a file of any known format, as a stream: never more in memory than one entry and what waits to be
// paired. What cannot be read is named with its line and does not end the file.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { ENTRY_BYTES_MAX, type RecordedEntry, TOO_LONG } from './entry.ts';
import { BurpItems } from './formats/burp.ts';
import { GOREPLAY_SEPARATOR, GoReplayPairs } from './formats/goreplay.ts';
import { entriesOfJson } from './formats/json.ts';
import { readCapture } from './formats/pcap.ts';
import { fromZapText, ZAP_SEPARATOR } from './formats/zap.ts';
import { JsonElements } from './json-elements.ts';
import { type Line, LineReader } from './lines.ts';
import { type Format, formatOf, isGzip, SNIFFED_BYTES } from './sniff.ts';

type Bytes = AsyncIterable<Buffer>;

/** `onBytes` is told how much of the file was read. @throws ENOENT and the like when it cannot be opened */
export async function* readTransactions(
  file: string,
  onBytes: (bytes: number) => void = () => {},
): AsyncGenerator<RecordedEntry> {
  const packed = isGzip(await headOf(file));
  let read = 0;
  const stream = createReadStream(file, { highWaterMark: 256 * 1024 }).on('data', (chunk) => {
    read += chunk.length;
    onBytes(read);
  });
  const bytes = packed ? stream.pipe(createGunzip()) : stream;
  if (packed) stream.on('error', (error) => bytes.destroy(error));
  const [head, whole] = await withHead(bytes as Bytes);
  const format = formatOf(head, file);
  try {
    if (format?.kind !== 'capture') yield* entriesIn(format, whole);
    else if (packed) yield { malformed: 'unpack the capture first', line: 1 };
    else yield* readCapture(file);
  } finally {
    stream.destroy();
  }
}

/** The same of bytes that come from anywhere but a file, without gzip. */
export async function* readStream(bytes: AsyncIterable<Buffer>, name: string): AsyncGenerator<RecordedEntry> {
  const [head, whole] = await withHead(bytes);
  const format = formatOf(head, name);
  if (format?.kind === 'capture') yield { malformed: 'captures are read from files only', line: 1 };
  else yield* entriesIn(format, whole);
}

async function* entriesIn(
  format: Exclude<Format, { kind: 'capture' }> | undefined,
  bytes: Bytes,
): AsyncGenerator<RecordedEntry> {
  if (format === undefined) {
    yield { malformed: 'is no HAR, NDJSON, GoReplay, Burp, ZAP, Envoy or capture file', line: 1 };
    return;
  }
  try {
    yield* entriesOf(format, bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Packed bytes that were cut off: what came before counts.
    if (code !== 'Z_BUF_ERROR' && code !== 'Z_DATA_ERROR') throw error;
    yield { malformed: `the packed file is damaged or cut off (${code})`, line: 1 };
  }
}

function entriesOf(format: Exclude<Format, { kind: 'capture' }>, bytes: Bytes): AsyncGenerator<RecordedEntry> {
  switch (format.kind) {
    case 'lines':
      return readLines(bytes);
    case 'elements':
      return readElements(bytes, format.path);
    case 'burp':
      return readBurp(bytes);
    case 'goreplay':
      return readGoReplay(bytes);
    case 'zap':
      return readZap(bytes);
    default:
      return format satisfies never;
  }
}

async function* readLines(bytes: Bytes): AsyncGenerator<RecordedEntry> {
  const lines = new LineReader(ENTRY_BYTES_MAX);
  for await (const chunk of bytes) for (const line of lines.take(chunk)) yield* entriesOfLine(line);
  for (const line of lines.rest()) yield* entriesOfLine(line);
}

export function* entriesOfLine(line: {
  readonly bytes: Buffer;
  readonly number: number;
  readonly isTooLong: boolean;
}): Generator<RecordedEntry> {
  if (line.isTooLong) yield { malformed: TOO_LONG, line: line.number };
  else {
    const text = line.bytes
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .trim();
    if (text !== '') yield* entriesOfJson(text, line.number);
  }
}

async function* readElements(bytes: Bytes, path: readonly string[] | undefined): AsyncGenerator<RecordedEntry> {
  const elements = new JsonElements(path, ENTRY_BYTES_MAX);
  for await (const chunk of bytes) {
    for (const { text, line, isTooLong } of elements.take(chunk)) {
      if (isTooLong) yield { malformed: TOO_LONG, line };
      else yield* entriesOfJson(text, line);
    }
  }
  if (elements.isMidway) yield { malformed: 'the file ends in the middle of an entry', line: elements.line };
  else if (!elements.hasFound) yield { malformed: `there is no ${path!.join('.') || 'array'} in it`, line: 1 };
}

async function* readBurp(bytes: Bytes): AsyncGenerator<RecordedEntry> {
  const items = new BurpItems();
  const decoder = new StringDecoder('utf8');
  for await (const chunk of bytes) yield* items.take(decoder.write(chunk));
  yield* items.rest();
}

async function* readGoReplay(bytes: Bytes): AsyncGenerator<RecordedEntry> {
  const pairs = new GoReplayPairs();
  for await (const block of blocks(bytes, (line) => line.equals(GOREPLAY_SEPARATOR))) {
    if (block.isTooLong) yield { malformed: TOO_LONG, line: block.line };
    else if (block.bytes.length > 0) yield* pairs.take(block.bytes, block.line);
  }
  yield* pairs.rest();
}

async function* readZap(bytes: Bytes): AsyncGenerator<RecordedEntry> {
  for await (const block of blocks(bytes, (line) => line.length < 40 && ZAP_SEPARATOR.test(line.toString('latin1')))) {
    if (block.isTooLong) {
      yield { malformed: TOO_LONG, line: block.line };
      continue;
    }
    if (block.bytes.toString('latin1').trim() === '') continue;
    try {
      yield { transaction: fromZapText(block.bytes), line: block.line, isTimed: false };
    } catch (error) {
      yield { malformed: (error as Error).message, line: block.line };
    }
  }
}

interface Block {
  readonly bytes: Buffer;
  readonly line: number;
  readonly isTooLong: boolean;
}

/** What stands between lines that separate, with line feeds inside and none at the end. */
async function* blocks(bytes: Bytes, separates: (line: Buffer) => boolean): AsyncGenerator<Block> {
  const lines = new LineReader(ENTRY_BYTES_MAX);
  let room = Buffer.allocUnsafe(BLOCK_BYTES_MIN);
  let size = 0;
  let linesTaken = 0;
  let isTooLong = false;
  let first = 1;
  const end = (nextLine: number): Block => {
    const block = { bytes: Buffer.from(room.subarray(0, size)), line: first, isTooLong };
    // One large block must not keep its room for all the small ones.
    if (room.length > BLOCK_BYTES_MIN) room = Buffer.allocUnsafe(BLOCK_BYTES_MIN);
    size = 0;
    linesTaken = 0;
    isTooLong = false;
    first = nextLine;
    return block;
  };
  const take = (line: Line): Block | undefined => {
    if (!line.isTooLong && separates(line.bytes)) return end(line.number + 1);
    const feed = linesTaken === 0 ? 0 : 1;
    linesTaken += 1;
    const wanted = size + feed + line.bytes.length;
    if (isTooLong || line.isTooLong || wanted > ENTRY_BYTES_MAX) {
      isTooLong = true;
      size = 0;
      return undefined;
    }
    if (wanted > room.length) {
      const larger = Buffer.allocUnsafe(Math.max(wanted, 2 * room.length));
      room.copy(larger, 0, 0, size);
      room = larger;
    }
    if (feed === 1) room[size] = LINE_FEED;
    line.bytes.copy(room, size + feed);
    size = wanted;
    return undefined;
  };
  for await (const chunk of bytes) {
    for (const line of lines.take(chunk)) {
      const block = take(line);
      if (block !== undefined) yield block;
    }
  }
  for (const line of lines.rest()) take(line);
  if (linesTaken > 0) yield end(0);
}

const LINE_FEED = 0x0a;
const BLOCK_BYTES_MIN = 64 * 1024;

async function headOf(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The first bytes, and the whole stream including them. */
async function withHead(bytes: Bytes): Promise<[Buffer, Bytes]> {
  const iterator = bytes[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let size = 0;
  let failure: unknown;
  try {
    while (size < SNIFFED_BYTES) {
      const { value, done } = await iterator.next();
      if (done === true) break;
      first.push(value);
      size += value.length;
    }
  } catch (error) {
    failure = error;
  }
  async function* whole(): AsyncGenerator<Buffer> {
    yield* first;
    if (failure !== undefined) throw failure;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return [Buffer.concat(first).subarray(0, SNIFFED_BYTES), whole()];
}
