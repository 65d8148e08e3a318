// Who calls: a bearer token of a program, or the session cookie of a browser. Changes by cookie need the session's CSRF token.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AdminContext } from './context.ts';
import type { Lockout } from './lockout.ts';
import type { Session } from './session-store.ts';
import { type Caller, ROLES } from './token-store.ts';

declare module 'fastify' {
  interface FastifyRequest {
    session: Session | undefined;
  }
  interface FastifyContextConfig {
    /** True for the routes by which people sign in. */
    isPublic?: boolean;
  }
}

type Refusal = readonly [status: number, title: string];

export function authenticate(app: FastifyInstance, context: AdminContext, lockout: Lockout): void {
  app.decorateRequest('caller', undefined);
  app.decorateRequest('session', undefined);
  app.addHook('onRequest', async (request, reply) => {
    if (!request.url.startsWith('/api/')) return;
    const now = Date.now();
    if (lockout.isLocked(request.ip, now))
      return reply.code(429).header('retry-after', '60').send({ title: 'Too many attempts', status: 429 });
    const isChange = request.method !== 'GET' && request.method !== 'HEAD';
    const takesStreams = request.routeOptions.config.takesStreams === true;
    if (isChange && request.method !== 'DELETE' && !takesStreams && !isJson(request))
      return reply.code(415).send({ title: 'Send application/json', status: 415 });
    if (request.routeOptions.config.isPublic === true) {
      request.session = sessionOf(request, context, now);
      return;
    }
    const refusal = identify(request, context, lockout, now) ?? (isChange ? csrfRefusal(request) : undefined);
    if (refusal !== undefined) return refuse(reply, refusal);
    const needed = request.routeOptions.config.role ?? 'viewer';
    if (ROLES.indexOf(request.caller!.role) < ROLES.indexOf(needed))
      return refuse(reply, [403, `This needs the role ${needed}`]);
  });
}

/** Cookies do not know ports: each gateway on a machine has a name of its own. */
export function cookieName(request: FastifyRequest): string {
  return `sallyport_${request.socket.localPort ?? 0}`;
}

/** The caller behind a session as of now: somebody who was removed or got another role is that at once. */
export function callerOf(session: Session, { users, tokens, oidc }: AdminContext): Caller | undefined {
  const { signedInWith, name, groups = [] } = session;
  switch (signedInWith) {
    case 'password':
      return callerNamed(name, users.list());
    case 'token':
      return callerNamed(name, tokens.list());
    case 'oidc': {
      const role = oidc?.roleOf(groups);
      return role === undefined ? undefined : { name, role };
    }
    default:
      return signedInWith satisfies never;
  }
}

function callerNamed(name: string, known: readonly Caller[]): Caller | undefined {
  const found = known.find((one) => one.name === name);
  return found === undefined ? undefined : { name, role: found.role };
}

function identify(request: FastifyRequest, context: AdminContext, lockout: Lockout, now: number): Refusal | undefined {
  const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (token !== undefined) {
    request.caller = context.tokens.verify(token);
    if (request.caller === undefined) lockout.failed(request.ip, now);
  } else {
    request.session = sessionOf(request, context, now);
    request.caller = request.session === undefined ? undefined : callerOf(request.session, context);
  }
  return request.caller === undefined ? [401, 'Unauthorized'] : undefined;
}

function csrfRefusal(request: FastifyRequest): Refusal | undefined {
  if (request.session === undefined) return undefined;
  return request.headers['x-csrf-token'] === request.session.csrfToken
    ? undefined
    : [403, 'The header x-csrf-token is missing or not of this session'];
}

function sessionOf(request: FastifyRequest, { sessions }: AdminContext, now: number): Session | undefined {
  // A browser says so when a page of another site is behind the request, whatever the cookie rules let through.
  if (request.headers['sec-fetch-site'] === 'cross-site') return undefined;
  const name = cookieName(request);
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key, value = ''] = pair.trim().split('=');
    if (key === name) return sessions.find(value, now);
  }
  return undefined;
}

function refuse(reply: FastifyReply, [status, title]: Refusal): FastifyReply {
  // No challenge for browsers: theirs is the sign-in page.
  return reply.code(status).header('www-authenticate', 'Bearer').send({ title, status });
}

function isJson(request: FastifyRequest): boolean {
  return /^application\/json(?:;|$)/.test(request.headers['content-type'] ?? '');
}
