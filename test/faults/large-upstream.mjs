// An upstream in a process of its own: prints its port, answers /large with more than sockets hold, and everything else with little.
import { createServer } from 'node:http';

const LARGE = Buffer.alloc(8 * 1024 * 1024, 1);

const server = createServer((request, response) => {
  request.resume();
  const isLarge = request.url === '/large';
  response.setHeader('content-type', isLarge ? 'application/octet-stream' : 'application/json');
  response.end(isLarge ? LARGE : '{}');
});
server.keepAliveTimeout = 75_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
