// /api/v1/session: sign in by name and password or by token, see who one is, sign out, change one's own password.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callerOf, cookieName } from './authentication.ts';
import type { AdminContext } from './context.ts';
import type { Lockout } from './lockout.ts';
import { PASSWORD_CHARACTERS_MAX, PASSWORD_CHARACTERS_MIN } from './password.ts';
import { SESSION_AGE_MS, type Session } from './session-store.ts';

interface SignIn {
  readonly token?: string;
  readonly name?: string;
  readonly password?: string;
}

const secret = { type: 'string', minLength: 1, maxLength: PASSWORD_CHARACTERS_MAX } as const;

const signIn = {
  type: 'object',
  description: 'Either `token`, or `name` and `password`.',
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 2,
  properties: { token: secret, name: { type: 'string', minLength: 1, maxLength: 100 }, password: secret },
} as const;

const newPassword = {
  type: 'object',
  required: ['current', 'next'],
  additionalProperties: false,
  properties: { current: secret, next: { ...secret, minLength: PASSWORD_CHARACTERS_MIN } },
} as const;

export function sessionRoutes(api: FastifyInstance, context: AdminContext, lockout: Lockout): void {
  const { users, tokens, sessions, audit } = context;

  api.post<{ Body: SignIn }>(
    '/session',
    { schema: { body: signIn, security: [] }, config: { isPublic: true } },
    async (request, reply) => {
      const now = Date.now();
      const { token, name = '', password = '' } = request.body;
      // Guessing one account from many addresses is stopped as well.
      const account = `account ${name}`;
      if (token === undefined && lockout.isLocked(account, now)) return problem(reply, 429, 'Too many attempts');
      const found = token === undefined ? await users.verify(name, password, now) : tokens.verify(token);
      if (found === undefined) {
        lockout.failed(request.ip, now);
        if (token === undefined) lockout.failed(account, now);
        return problem(reply, 401, 'Wrong name, password or token');
      }
      // A session from before the sign-in is never carried over.
      if (request.session !== undefined) sessions.remove(request.session);
      const made = sessions.create(token === undefined ? 'password' : 'token', found.name, now);
      audit.add({ actor: found.name, action: 'session.create', target: request.ip });
      return reply
        .code(201)
        .header('set-cookie', sessionCookie(request, made.secret, SESSION_AGE_MS / 1_000))
        .send(shown(made.session, context));
    },
  );

  /** 401 without one; with a bearer token there is a caller but no session. */
  api.get('/session', async (request) =>
    request.session === undefined ? request.caller : shown(request.session, context),
  );

  api.delete('/session', async (request, reply) => {
    if (request.session !== undefined) sessions.remove(request.session);
    return reply
      .header('set-cookie', sessionCookie(request, '', 0))
      .code(204)
      .send();
  });

  api.put<{ Body: { current: string; next: string } }>(
    '/session/password',
    { schema: { body: newPassword } },
    async (request, reply) => {
      const { session, body } = request;
      if (session?.signedInWith !== 'password') return problem(reply, 409, 'Only users have a password');
      const account = `account ${session.name}`;
      const now = Date.now();
      if (lockout.isLocked(account, now)) return problem(reply, 429, 'Too many attempts');
      if ((await users.verify(session.name, body.current, now)) === undefined) {
        lockout.failed(account, now);
        return problem(reply, 403, 'The current password is another one');
      }
      await users.change(session.name, { password: body.next });
      sessions.removeOf('password', session.name, session);
      audit.add({ actor: session.name, action: 'user.password', target: session.name });
      return reply.code(204).send();
    },
  );
}

function shown(session: Session, context: AdminContext): object {
  return {
    ...callerOf(session, context),
    signedInWith: session.signedInWith,
    csrfToken: session.csrfToken,
    endsAt: session.createdAt + SESSION_AGE_MS,
    hasUsers: context.users.list().length > 0,
  };
}

export function sessionCookie(request: FastifyRequest, value: string, seconds: number, isEncrypted = isTls(request)) {
  return `${cookieName(request)}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isEncrypted ? '; Secure' : ''}`;
}

/** The port itself speaks HTTP; what stands before it may speak TLS, and the browser's Origin says so. */
function isTls(request: FastifyRequest): boolean {
  return request.protocol === 'https' || request.headers.origin?.startsWith('https://') === true;
}

function problem(reply: FastifyReply, status: number, title: string): FastifyReply {
  if (status === 429) reply.header('retry-after', '60');
  return reply.code(status).send({ title, status });
}
