// A TCP line that can be made bad while it is in use: slow, silent, sliced, cut, reset. What toxiproxy does, in process.
import * as net from 'node:net';

export interface LineFaults {
  /** Each piece arrives this much later. */
  readonly latencyMs?: number;
  /** Nothing passes in either direction, and nothing is closed. */
  readonly isSilent?: boolean;
  /** New connections are refused and open ones reset. */
  readonly isDown?: boolean;
  /** Answers come in pieces of this many bytes. */
  readonly sliceBytes?: number;
  /** Connections are reset after so many bytes of an answer. */
  readonly answerBytesMax?: number;
}

export class FaultyLine {
  readonly port: number;
  readonly #server: net.Server;
  readonly #pairs = new Set<readonly [net.Socket, net.Socket]>();
  #faults: LineFaults = {};

  private constructor(server: net.Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async to(targetPort: number): Promise<FaultyLine> {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const line = new FaultyLine(server, (server.address() as net.AddressInfo).port);
    server.on('connection', (socket) => line.#join(socket, targetPort));
    return line;
  }

  /** From now on; `{}` heals it. */
  become(faults: LineFaults): void {
    this.#faults = faults;
    if (faults.isDown === true)
      for (const [one, other] of this.#pairs) for (const socket of [one, other]) socket.resetAndDestroy();
    if (faults.isSilent !== true) for (const pair of this.#pairs) for (const socket of pair) socket.resume();
  }

  close(): Promise<void> {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #join(client: net.Socket, targetPort: number): void {
    if (this.#faults.isDown === true) {
      client.resetAndDestroy();
      return;
    }
    const target = net.connect(targetPort, '127.0.0.1');
    const pair = [client, target] as const;
    this.#pairs.add(pair);
    let answerBytes = 0;
    const pass = (from: net.Socket, to: net.Socket, isAnswer: boolean): void => {
      from.on('error', () => {});
      from.on('close', () => {
        to.destroy();
        this.#pairs.delete(pair);
      });
      from.on('data', (chunk: Buffer) => {
        const { latencyMs, isSilent, sliceBytes, answerBytesMax } = this.#faults;
        if (isSilent === true) {
          // Lost, as on a line that is cut somewhere in between.
          return;
        }
        const send = (): void => {
          if (isAnswer && answerBytesMax !== undefined) {
            answerBytes += chunk.length;
            if (answerBytes > answerBytesMax) {
              to.write(chunk.subarray(0, Math.max(0, chunk.length - (answerBytes - answerBytesMax))));
              setTimeout(() => to.resetAndDestroy(), 5);
              return;
            }
          }
          if (!isAnswer || sliceBytes === undefined) to.write(chunk);
          else for (let at = 0; at < chunk.length; at += sliceBytes) to.write(chunk.subarray(at, at + sliceBytes));
        };
        if (latencyMs === undefined) send();
        else setTimeout(send, latencyMs);
      });
    };
    pass(client, target, false);
    pass(target, client, true);
  }
}
