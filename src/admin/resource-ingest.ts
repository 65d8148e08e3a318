// POST /api/v1/ingest: transactions that did not pass through the gateway, as a stream. It is passed on as it comes, byte for byte:
// unpacking, reading and judging is another process's work.
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AdminContext } from './context.ts';

const RETRY_AFTER_SECONDS = 5;

export function ingestRoutes(api: FastifyInstance, { outOfBand, audit }: AdminContext): void {
  api.register(async (scope) => {
    // The body is a stream whatever its type says.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_, payload, done) => done(null, payload));
    scope.post('/ingest', { config: { role: 'ingest', takesStreams: true } }, async (request, reply) => {
      const { caller } = request;
      // A viewer may see everything and add nothing.
      if (caller?.role === 'viewer') return reply.code(403).send({ title: 'This needs the role ingest', status: 403 });
      if (outOfBand === undefined || !(await outOfBand.ready())) {
        reply.header('retry-after', String(RETRY_AFTER_SECONDS));
        return reply.code(503).send({ title: 'Out-of-band inspection does not run', status: 503 });
      }
      const answer = await passOn(request, outOfBand.ingestSocket);
      if (answer === undefined) return reply.code(502).send({ title: 'Out-of-band inspection ended', status: 502 });
      if (answer.statusCode === 413) audit.add({ actor: caller!.name, action: 'ingest.refuse', target: 'too large' });
      return send(reply, answer);
    });
  });
}

function passOn(request: FastifyRequest, socketPath: string): Promise<IncomingMessage | undefined> {
  const encoding = request.headers['content-encoding'];
  return new Promise((resolve) => {
    const onward = httpRequest(
      {
        socketPath,
        method: 'POST',
        path: '/',
        headers: encoding === undefined ? {} : { 'content-encoding': encoding },
      },
      resolve,
    );
    onward.on('error', () => resolve(undefined));
    // Nobody waits any more: what was read so far counts.
    request.raw.once('aborted', () => onward.destroy());
    request.raw.pipe(onward);
  });
}

function send(reply: FastifyReply, answer: IncomingMessage): FastifyReply {
  const retryAfter = answer.headers['retry-after'];
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  return reply
    .code(answer.statusCode ?? 502)
    .type('application/json')
    .send(answer);
}
