// A receiver of syslog over TCP or UDP that reads by RFC 6587 octet counting and keeps every frame.
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

export class SyslogReceiver {
  readonly frames: string[] = [];
  readonly #isUdp: boolean;
  #server: Server | undefined;
  #udp: UdpSocket | undefined;
  #port = 0;
  readonly #sockets = new Set<Socket>();

  constructor(isUdp: boolean) {
    this.#isUdp = isUdp;
  }

  get port(): number {
    return this.#port;
  }

  async up(): Promise<void> {
    if (this.#isUdp) {
      const socket = createSocket('udp4');
      socket.on('message', (bytes) => this.frames.push(bytes.toString('utf8')));
      await new Promise<void>((resolve) => socket.bind(this.#port, '127.0.0.1', resolve));
      this.#port = socket.address().port;
      this.#udp = socket;
      return;
    }
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      let bytes = Buffer.alloc(0);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('data', (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk]);
        for (;;) {
          const space = bytes.indexOf(0x20);
          if (space === -1) return;
          const length = Number(bytes.subarray(0, space).toString('latin1'));
          if (!Number.isInteger(length) || length === 0) throw new Error('no octet count');
          if (bytes.length < space + 1 + length) return;
          this.frames.push(bytes.subarray(space + 1, space + 1 + length).toString('utf8'));
          bytes = bytes.subarray(space + 1 + length);
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async down(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const [server, udp] = [this.#server, this.#udp];
    this.#server = undefined;
    this.#udp = undefined;
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
    if (udp !== undefined) await new Promise<void>((resolve) => udp.close(() => resolve()));
  }
}
