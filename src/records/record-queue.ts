// The worker's end of the way to the analyst: records wait here, bounded, and leave in batches over a local socket.
// They wait as bytes of the frame that they will leave in: a record's many small objects end with its transaction, young, and so
// does its text, instead of being copied by the collector until the batch leaves.
// Invariant: `offer` never waits and never throws; what does not fit is counted, and counts are never lost with records.
import { connect, type Socket } from 'node:net';
import type { TransactionRecord } from '../core/record.ts';
import { FRAME_HEAD_BYTES } from './frame.ts';
import { Packing } from './packed-record.ts';
import type { WorkerCounts } from './worker-counts.ts';

export const RECORDS_MAX = 20_000;
const QUEUED_BYTES_MAX = 64 * 1024 * 1024;
const BATCH_RECORDS_MAX = 500;
const FLUSH_MS = 50;
const RECONNECT_MS = 250;
/** When this much waits in the socket, the analyst is behind, and records stay here. */
const SOCKET_BYTES_MAX = 4 * 1024 * 1024;
/** Room for the records of one frame; a single record may need more. */
const FRAME_ROOM_BYTES = 256 * 1024;
/** Frames that were sent and wait to be filled again. */
const SPARE_FRAMES_MAX = 8;
/** UTF-8 needs no more than this for a UTF-16 code unit. */
const BYTES_OF_CODE_UNIT_MAX = 3;
const COMMA = 0x2c;

/** What a frame is the JSON of, with its records packed. */
export interface Batch {
  readonly worker: number;
  readonly records: readonly TransactionRecord[];
  readonly counts: WorkerCounts;
}

interface Frame {
  readonly bytes: Buffer;
  end: number;
  records: number;
}

export class RecordQueue {
  readonly #path: string;
  readonly #beginning: Buffer;
  readonly #counts: () => WorkerCounts;
  readonly #timer: NodeJS.Timeout;
  /** In the order of their records; the last one is being filled. */
  #frames: Frame[] = [];
  readonly #spare: Buffer[] = [];
  /** Of the last frame. */
  readonly #packing = new Packing();
  #records = 0;
  #bytes = 0;
  #socket: Socket | undefined;
  #isConnected = false;
  #retryAt = 0;
  dropped = 0;

  /** `counts` gives the totals of this worker since its start; they travel with every batch. */
  constructor(path: string, worker: number, counts: () => WorkerCounts) {
    this.#path = path;
    this.#beginning = Buffer.from(`${'\0'.repeat(FRAME_HEAD_BYTES)}{"worker":${worker},"records":[`);
    this.#counts = counts;
    this.#timer = setInterval(() => this.flush(), FLUSH_MS);
    this.#timer.unref();
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  get length(): number {
    return this.#records;
  }

  /** False when the queue is full and the record was dropped. */
  offer(record: TransactionRecord): boolean {
    if (this.#records >= RECORDS_MAX || this.#bytes > QUEUED_BYTES_MAX) {
      this.dropped += 1;
      return false;
    }
    const last = this.#frames.at(-1);
    if (last !== undefined && last.records < BATCH_RECORDS_MAX) {
      const text = JSON.stringify(this.#packing.packed(record));
      if (hasRoom(last, text)) {
        this.#add(last, text);
        return true;
      }
    }
    // Packed anew where there was no room: a frame knows no texts of the one before.
    this.#packing.begin();
    const text = JSON.stringify(this.#packing.packed(record));
    this.#add(this.#pushFrame(text), text);
    return true;
  }

  flush(): void {
    if (!this.#isConnected) {
      this.#connect();
      return;
    }
    // Counts go out without records, too.
    if (this.#frames.length === 0) this.#send(this.#newFrame(0));
    while (this.#frames.length > 0 && this.#socket!.writableLength <= SOCKET_BYTES_MAX) {
      const frame = this.#frames.shift()!;
      this.#records -= frame.records;
      this.#bytes -= frame.end - this.#beginning.length;
      this.#send(frame);
    }
  }

  /** Sends what is there and closes. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.flush();
    if (!this.#isConnected) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 1_000);
      this.#socket!.end(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #add(frame: Frame, text: string): void {
    const { end } = frame;
    if (frame.records > 0) frame.bytes[frame.end++] = COMMA;
    frame.end += frame.bytes.write(text, frame.end);
    frame.records += 1;
    this.#records += 1;
    this.#bytes += frame.end - end;
  }

  /** With room for the text at least. */
  #pushFrame(text: string): Frame {
    const most = text.length * BYTES_OF_CODE_UNIT_MAX;
    const frame = this.#newFrame(most <= FRAME_ROOM_BYTES / 2 ? most : Buffer.byteLength(text));
    this.#frames.push(frame);
    return frame;
  }

  #newFrame(bytes: number): Frame {
    const beginning = this.#beginning;
    const size = Math.max(FRAME_ROOM_BYTES, beginning.length + bytes);
    const room = (size === FRAME_ROOM_BYTES ? this.#spare.pop() : undefined) ?? Buffer.allocUnsafeSlow(size);
    beginning.copy(room);
    return { bytes: room, end: beginning.length, records: 0 };
  }

  #send({ bytes, end }: Frame): void {
    const socket = this.#socket!;
    const ending = Buffer.from(`],"counts":${JSON.stringify(this.#counts())}}`);
    bytes.writeUInt32LE(end + ending.length - FRAME_HEAD_BYTES, 0);
    socket.cork();
    socket.write(bytes.subarray(0, end));
    socket.write(ending, (error) => {
      if (!error && bytes.length === FRAME_ROOM_BYTES && this.#spare.length < SPARE_FRAMES_MAX) this.#spare.push(bytes);
    });
    socket.uncork();
  }

  #connect(): void {
    const now = performance.now();
    if (this.#socket !== undefined || now < this.#retryAt) return;
    this.#retryAt = now + RECONNECT_MS;
    const socket = connect(this.#path);
    this.#socket = socket;
    socket.unref();
    socket.on('connect', () => {
      this.#isConnected = true;
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#isConnected = false;
      this.#socket = undefined;
    });
  }
}

/** With its comma. */
function hasRoom({ bytes, end }: Frame, text: string): boolean {
  const room = bytes.length - end - 1;
  return text.length * BYTES_OF_CODE_UNIT_MAX <= room || (text.length <= room && Buffer.byteLength(text) <= room);
}
