// The console's files, as the build left them: read once, small, with their compressed copies. Names carry a hash of their
// content, so browsers keep them for good; the page itself is asked for again each time. Every other path is the page: it is
// the console that knows its views.
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

interface ConsoleFile {
  readonly type: string;
  readonly bytes: Buffer;
  readonly br: Buffer | undefined;
  readonly gzip: Buffer | undefined;
}

const FILES_MAX = 200;
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

/** Nothing but what this port serves: no inline script or style, no other origin, no frame around it. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sallyport</title><p>The console has not been built: run npm run build. The admin API is at /api/v1/openapi.json.</p></html>`;

export class ConsoleFiles {
  readonly #files = new Map<string, ConsoleFile>();

  constructor(folder = resolve(import.meta.dirname, '../console')) {
    for (const path of pathsBelow(folder)) {
      const type = TYPES[extname(path)];
      if (type === undefined || this.#files.size >= FILES_MAX) continue;
      const read = (suffix: string): Buffer | undefined => readIfThere(join(folder, path + suffix));
      this.#files.set(`/${path}`, { type, bytes: read('')!, br: read('.br'), gzip: read('.gz') });
    }
  }

  serve(app: FastifyInstance): void {
    app.get('/', { schema: { hide: true } }, (request, reply) => this.#page(request, reply));
    for (const [path, file] of this.#files) {
      if (path === '/index.html') continue;
      app.get(path, { schema: { hide: true } }, (request, reply) => {
        reply.header('cache-control', 'public, max-age=31536000, immutable');
        return send(request, reply, file);
      });
    }
    app.setNotFoundHandler((request, reply) => {
      const isView = request.method === 'GET' && !/^\/(?:api|assets)\/|^\/favicon\.ico/.test(request.url);
      if (isView) return this.#page(request, reply);
      return reply.code(404).send({ title: 'There is nothing here', status: 404 });
    });
  }

  #page(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    reply.header('content-security-policy', CONTENT_SECURITY_POLICY).header('cache-control', 'no-cache');
    reply.header('cross-origin-opener-policy', 'same-origin').header('x-frame-options', 'DENY');
    const page = this.#files.get('/index.html');
    if (page === undefined || !this.#isBuilt()) return reply.type('text/html; charset=utf-8').send(NOT_BUILT);
    return send(request, reply, page);
  }

  /** The folder of the sources has a page as well, which only the build can run. */
  #isBuilt(): boolean {
    return [...this.#files.keys()].some((path) => path.startsWith('/assets/'));
  }
}

function send(request: FastifyRequest, reply: FastifyReply, file: ConsoleFile): FastifyReply {
  const accepted = request.headers['accept-encoding'] ?? '';
  reply.type(file.type).header('vary', 'accept-encoding');
  if (file.br !== undefined && /\bbr\b/.test(accepted)) return reply.header('content-encoding', 'br').send(file.br);
  if (file.gzip !== undefined && /\bgzip\b/.test(accepted))
    return reply.header('content-encoding', 'gzip').send(file.gzip);
  return reply.send(file.bytes);
}

function pathsBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  } catch {
    return [];
  }
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
