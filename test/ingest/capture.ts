// A packet capture as a network card would have seen it: Ethernet, IPv4, TCP, one connection, with handshake and segments.
const CLIENT = { address: [203, 0, 113, 7], port: 50_123 };
const SERVER = { address: [192, 0, 2, 10], port: 80 };

export interface Turn {
  readonly from: 'client' | 'server';
  readonly text: string;
}

/** libpcap's classic format, microseconds, link type Ethernet. */
export function captureOf(turns: readonly Turn[], atSeconds: number, segmentBytes = 700): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(1, 20);
  const packets: Buffer[] = [header];
  const sequence = { client: 1_000, server: 9_000 };
  let micros = 0;
  const send = (from: 'client' | 'server', flags: number, payload: Buffer): void => {
    const to = from === 'client' ? 'server' : 'client';
    const frame = frameOf(from === 'client' ? CLIENT : SERVER, from === 'client' ? SERVER : CLIENT, {
      sequence: sequence[from],
      acknowledged: (flags & 0x10) === 0 ? 0 : sequence[to],
      flags,
      payload,
    });
    const head = Buffer.alloc(16);
    head.writeUInt32LE(atSeconds, 0);
    micros += 1_000;
    head.writeUInt32LE(micros, 4);
    head.writeUInt32LE(frame.length, 8);
    head.writeUInt32LE(frame.length, 12);
    packets.push(head, frame);
    sequence[from] += payload.length + ((flags & 0x03) === 0 ? 0 : 1);
  };
  const none = Buffer.alloc(0);
  send('client', 0x02, none);
  send('server', 0x12, none);
  send('client', 0x10, none);
  for (const { from, text } of turns) {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += segmentBytes) send(from, 0x18, bytes.subarray(at, at + segmentBytes));
  }
  send('server', 0x11, none);
  send('client', 0x11, none);
  return Buffer.concat(packets);
}

interface Segment {
  readonly sequence: number;
  readonly acknowledged: number;
  readonly flags: number;
  readonly payload: Buffer;
}

type End = typeof CLIENT;

function frameOf(from: End, to: End, { sequence, acknowledged, flags, payload }: Segment): Buffer {
  const frame = Buffer.alloc(14 + 20 + 20 + payload.length);
  frame.writeUInt16BE(0x0800, 12);
  frame[14] = 0x45;
  frame.writeUInt16BE(40 + payload.length, 16);
  frame[22] = 64;
  frame[23] = 6;
  frame.set(from.address, 26);
  frame.set(to.address, 30);
  frame.writeUInt16BE(from.port, 34);
  frame.writeUInt16BE(to.port, 36);
  frame.writeUInt32BE(sequence, 38);
  frame.writeUInt32BE(acknowledged, 42);
  frame[46] = 0x50;
  frame[47] = flags;
  frame.writeUInt16BE(64_000, 48);
  frame.set(payload, 54);
  return frame;
}
