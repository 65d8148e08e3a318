// /api/v1/session/oidc: to the identity provider, and back from it. Both are navigations of the browser, so refusals are views of
// the console and no JSON. What was asked is kept in a cookie of its own, bound to the browser that asked: somebody else's answer
// signs nobody in. That cookie is Lax, because people come back from another site.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { cookieName } from './authentication.ts';
import type { AdminContext } from './context.ts';
import type { Lockout } from './lockout.ts';
import type { OidcAttempt, OidcProvider, OidcRefusal } from './oidc.ts';
import { sessionCookie } from './resource-session.ts';
import { SESSION_AGE_MS } from './session-store.ts';

const ATTEMPT_SECONDS_MAX = 600;
const COOKIE_CHARACTERS_MAX = 4_000;
const TO_CHARACTERS_MAX = 1_000;
const PATH = '/api/v1/session/oidc';

const begin = {
  type: 'object',
  additionalProperties: false,
  properties: {
    to: {
      type: 'string',
      maxLength: TO_CHARACTERS_MAX,
      default: '/',
      description: 'View of the console to show then.',
    },
  },
} as const;

export function oidcRoutes(api: FastifyInstance, context: AdminContext, lockout: Lockout): void {
  const { oidc, sessions, audit } = context;
  const open = { isPublic: true } as const;

  /** What the sign-in page offers besides name and password. */
  api.get('/session/providers', { schema: { security: [] }, config: open }, async () => ({
    items: oidc === undefined ? [] : [{ id: 'oidc', label: oidc.settings.label, href: PATH }],
  }));
  if (oidc === undefined) return;

  api.get<{ Querystring: { to: string } }>(
    '/session/oidc',
    { schema: { querystring: begin, security: [] }, config: open },
    async (request, reply) => {
      try {
        const { url, attempt } = await oidc.begin(localView(request.query.to), Date.now());
        return reply.header('set-cookie', attemptCookie(request, oidc, encoded(attempt))).redirect(url, 303);
      } catch {
        return refuse(request, reply, oidc, 'unreachable');
      }
    },
  );

  api.get('/session/oidc/callback', { schema: { security: [] }, config: open }, async (request, reply) => {
    const now = Date.now();
    const attempt = attemptOf(request);
    if (attempt === undefined) return refuse(request, reply, oidc, 'invalid');
    const outcome = await oidc.complete(queryOf(request), attempt, now);
    if (outcome.kind === 'refused') {
      // Each costs a question to the provider; nobody gets to ask it without end.
      if (outcome.reason === 'invalid') lockout.failed(request.ip, now);
      const { reason, detail } = outcome;
      audit.add({ actor: 'anonymous', action: 'session.refuse', target: request.ip, after: { reason, detail } });
      return refuse(request, reply, oidc, reason);
    }
    if (request.session !== undefined) sessions.remove(request.session);
    const { secret } = sessions.create('oidc', outcome.name, now, outcome.groups);
    audit.add({ actor: outcome.name, action: 'session.create', target: request.ip, after: { signedInWith: 'oidc' } });
    return reply
      .header('set-cookie', [
        sessionCookie(request, secret, SESSION_AGE_MS / 1_000, oidc.isEncrypted),
        attemptCookie(request, oidc, undefined),
      ])
      .redirect(attempt.to, 303);
  });
}

function refuse(request: FastifyRequest, reply: FastifyReply, oidc: OidcProvider, reason: OidcRefusal): FastifyReply {
  return reply.header('set-cookie', attemptCookie(request, oidc, undefined)).redirect(`/?refused=${reason}`, 303);
}

function attemptCookie(request: FastifyRequest, { isEncrypted }: OidcProvider, value: string | undefined): string {
  const seconds = value === undefined ? 0 : ATTEMPT_SECONDS_MAX;
  return `${cookieName(request)}_oidc=${value ?? ''}; Path=${PATH}; Max-Age=${seconds}; HttpOnly; SameSite=Lax${isEncrypted ? '; Secure' : ''}`;
}

function encoded(attempt: OidcAttempt): string {
  return Buffer.from(JSON.stringify(attempt)).toString('base64url');
}

/** The cookie is the browser's word: each part is looked at again. */
function attemptOf(request: FastifyRequest): OidcAttempt | undefined {
  const name = `${cookieName(request)}_oidc`;
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key, value = ''] = pair.trim().split('=');
    if (key !== name || value === '' || value.length > COOKIE_CHARACTERS_MAX) continue;
    try {
      const { state, nonce, verifier, to } = JSON.parse(Buffer.from(value, 'base64url').toString()) as OidcAttempt;
      if ([state, nonce, verifier].every((one) => typeof one === 'string' && one.length >= 40))
        return { state, nonce, verifier, to: localView(to) };
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/** A view of the console; anything that a browser could take for another place is the first view. */
function localView(to: unknown): string {
  return typeof to === 'string' && to.length <= TO_CHARACTERS_MAX && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(to)
    ? to
    : '/';
}

function queryOf({ url }: FastifyRequest): string {
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start);
}
