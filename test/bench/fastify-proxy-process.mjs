// @fastify/http-proxy as its page shows it, without inspection. A child process: argument, the upstream's port.
// @ts-check
import proxy from '@fastify/http-proxy';
import Fastify from 'fastify';

const server = Fastify({ keepAliveTimeout: 120_000 });
await server.register(proxy, {
  upstream: `http://127.0.0.1:${process.argv[2]}`,
  undici: { connections: 256, pipelining: 1 },
});
await server.listen({ port: 0, host: '127.0.0.1' });
process.send?.({ port: server.addresses()[0]?.port });
process.once('disconnect', () => process.exit(0));
