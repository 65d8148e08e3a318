// What Node gives without any inspection: node:http in front, undici `Pool.dispatch` behind. A child process: argument, the upstream's port.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';

const pool = new Pool(`http://127.0.0.1:${process.argv[2]}`, { connections: 256, pipelining: 1 });

const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  const hasBody = request.headers['content-length'] !== undefined;
  pool.dispatch(
    {
      path: request.url!,
      method: request.method as 'GET',
      headers: withoutConnection(request.rawHeaders),
      body: hasBody ? request : null,
    },
    {
      onRequestStart() {},
      onResponseStart(controller, status) {
        writeHead(response, status, controller.rawHeaders as Buffer[]);
      },
      onResponseData(_controller, chunk) {
        response.write(chunk);
      },
      onResponseEnd() {
        response.end();
      },
      onResponseError() {
        response.destroy();
      },
    },
  );
});
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }));
process.once('disconnect', () => process.exit(0));

function writeHead(response: ServerResponse, status: number, rawHeaders: readonly Buffer[]): void {
  response.writeHead(status, withoutConnection(rawHeaders.map((part) => part.toString('latin1'))));
}

function withoutConnection(rawHeaders: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    if (name !== 'connection' && name !== 'keep-alive') kept.push(rawHeaders[i]!, rawHeaders[i + 1]!);
  }
  return kept;
}
