// A real OpenID Connect provider on this machine, certified software with its own sign-in page: whoever types a name is that person.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Configuration } from 'oidc-provider';

export const CLIENT_ID = 'sallyport';
export const CLIENT_SECRET = 'a-client-secret-for-tests';

export interface IdentityProvider {
  readonly issuer: string;
  close(): Promise<void>;
}

export interface IdentityProviderOptions {
  readonly redirectUri: string;
  readonly groupsOf: (name: string) => readonly string[] | undefined;
  /** False leaves everything but the subject to the userinfo endpoint. */
  readonly hasClaimsInToken?: boolean;
}

export async function startIdentityProvider(options: IdentityProviderOptions): Promise<IdentityProvider> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings: Configuration = {
    clients: [
      {
        client_id: CLIENT_ID,
        client_secret: CLIENT_SECRET,
        redirect_uris: [options.redirectUri],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    pkce: { required: () => true },
    cookies: { keys: ['a-cookie-key-for-tests'] },
    conformIdTokenClaims: options.hasClaimsInToken === false,
    claims: { openid: ['sub'], profile: ['preferred_username'], groups: ['groups'] },
    scopes: ['openid', 'profile', 'email', 'groups'],
    findAccount: (_, id) => ({
      accountId: id,
      claims: async () => ({
        sub: id,
        preferred_username: `${id}@example.com`,
        groups: [...(options.groupsOf(id) ?? [])],
      }),
    }),
  };
  const provider = new Provider(issuer, settings);
  server.on('request', provider.callback());
  return {
    issuer,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
