// The API behind every row of the bench: `/1`, `/16` … answer with that many kilobytes of JSON. Run as a child process.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { recordsJson } from './payloads.ts';

const KILOBYTES = [1, 16, 128, 1_024, 10_240];
const bodies = new Map(KILOBYTES.map((kilobytes) => [`/${kilobytes}`, Buffer.from(recordsJson(kilobytes * 1_024))]));

const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  request.resume();
  request.once('end', () => {
    const body = bodies.get(request.url!.split('?', 1)[0]!) ?? bodies.get('/1')!;
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }));
process.once('disconnect', () => process.exit(0));
