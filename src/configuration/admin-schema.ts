// `admin` as people write it: where the admin port listens, and the identity provider that people may sign in with.
import { z } from 'zod';
import { host, port, secret, truth } from './written-values.ts';

export const OIDC_CALLBACK_PATH = '/api/v1/session/oidc/callback';

const LOOPBACK_URL = /^http:\/\/(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?(?:\/|$)/;
const groups = z.array(z.string().min(1).max(300)).max(100).default([]);

const oidcSchema = z
  .strictObject({
    issuer: z
      .string()
      .max(500)
      .refine(isSafeUrl, 'an issuer is an `https://` URL; `http://` only on this machine')
      .describe(
        'As the provider calls itself; its metadata is read from `/.well-known/openid-configuration` below it.',
      ),
    clientId: z.string().min(1).max(300),
    clientSecret: secret.optional().describe('Without it the gateway is a public client; PKCE is used either way.'),
    clientAuthentication: z
      .enum(['basic', 'post'])
      .default('basic')
      .describe('How the secret is sent: in the Authorization header, or in the form.'),
    redirectUri: z
      .string()
      .max(500)
      .refine(isSafeUrl, 'people come back to an `https://` URL; `http://` only on this machine')
      .refine((text) => text.endsWith(OIDC_CALLBACK_PATH), `it has to end with \`${OIDC_CALLBACK_PATH}\``)
      .describe('Where people come back to, as registered at the provider; its host is one the admin port answers to.'),
    scopes: z
      .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/, 'a scope is one word'))
      .max(20)
      .default(['openid', 'profile', 'email'])
      .transform((all) => (all.includes('openid') ? all : ['openid', ...all])),
    label: z.string().min(1).max(60).default('single sign-on').describe('What the button says people sign in with.'),
    nameClaim: z
      .string()
      .max(100)
      .optional()
      .describe('The claim that names people in the audit log; without it `preferred_username`, `email` or `sub`.'),
    groupsClaim: z
      .string()
      .max(200)
      .default('groups')
      .describe('The claim with the groups of a person; `realm_access.roles` reaches into objects.'),
    roles: z
      .strictObject({ admin: groups, analyst: groups, viewer: groups })
      .default({ admin: [], analyst: [], viewer: [] })
      .describe('Groups that make a role; the strongest counts.'),
    defaultRole: z
      .enum(['viewer', 'analyst', 'admin'])
      .optional()
      .describe('Of people in none of these groups; without it they are refused.'),
  })
  .refine(({ roles, defaultRole }) => defaultRole !== undefined || Object.values(roles).some((one) => one.length > 0), {
    path: ['roles'],
    message: 'nobody could sign in: name groups that make a role, or a `defaultRole`',
  });

export const adminSchema = z
  .strictObject({
    host: host.default('127.0.0.1'),
    port: port.default(9090),
    allowRemote: truth.default(false),
    hosts: z.array(z.string()).default([]).describe('Further Host names the admin port answers to.'),
    oidc: oidcSchema.optional().describe('OpenID Connect: people sign in to the console at their identity provider.'),
  })
  .default({ host: '127.0.0.1', port: 9090, allowRemote: false, hosts: [] });

export type OidcSettings = z.output<typeof oidcSchema>;

/** Codes and tokens travel to it. */
function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash } = new URL(text);
  if (username !== '' || password !== '' || hash !== '') return false;
  return protocol === 'https:' || LOOPBACK_URL.test(text);
}
