// Sign-in at an OpenID Connect provider: authorization code with PKCE (RFC 7636), state and nonce; the ID token's signature is
// checked with the issuer's keys, whatever way it came. Invariant: who a person is and what they may do comes from verified
// claims alone; what a person may do is worked out anew from their groups at every request.
import { readFileSync } from 'node:fs';
import type { Configuration } from 'openid-client';
import type { OidcSettings } from '../configuration/admin-schema.ts';
import type { Role } from './token-store.ts';

export type PersonRole = Exclude<Role, 'ingest'>;

/** What the browser keeps between going to the provider and coming back. */
export interface OidcAttempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** View of the console to come back to. */
  readonly to: string;
}

export type OidcOutcome =
  | { readonly kind: 'person'; readonly name: string; readonly groups: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: OidcRefusal; readonly detail: string };

/**
 * `unreachable`: the provider did not answer. `declined`: it said no, or the person did. `invalid`: the answer did not fit what
 * was asked, or was not signed as it should be. `no-role`: the person is in no group that may sign in.
 */
export type OidcRefusal = 'unreachable' | 'declined' | 'invalid' | 'no-role';

const STRONGEST_FIRST = ['admin', 'analyst', 'viewer'] as const satisfies readonly PersonRole[];
const ANSWER_SECONDS_MAX = 10;
/** Keys are followed by the client itself; where the endpoints are is asked for again after this. */
const METADATA_FRESH_MS = 3_600_000;
const NAME_CHARACTERS_MAX = 100;
const GROUPS_MAX = 2_000;

export class OidcProvider {
  readonly settings: OidcSettings;
  readonly #mapped: ReadonlySet<string>;
  #known: { readonly at: number; readonly configuration: Promise<Configuration> } | undefined;

  constructor(settings: OidcSettings) {
    this.settings = settings;
    this.#mapped = new Set(STRONGEST_FIRST.flatMap((role) => settings.roles[role]));
  }

  /** Host name that the admin port answers to because people come back to it. */
  get host(): string {
    return new URL(this.settings.redirectUri).host;
  }

  get isEncrypted(): boolean {
    return this.settings.redirectUri.startsWith('https:');
  }

  /** Undefined for people in none of the groups that make a role. */
  roleOf(groups: readonly string[]): PersonRole | undefined {
    const { roles, defaultRole } = this.settings;
    return STRONGEST_FIRST.find((role) => roles[role].some((group) => groups.includes(group))) ?? defaultRole;
  }

  /** Where to send the browser. @throws when the provider does not answer */
  async begin(to: string, now: number): Promise<{ readonly url: string; readonly attempt: OidcAttempt }> {
    const client = await import('openid-client');
    const configuration = await this.#configuration(now);
    const attempt = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
      to,
    };
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.settings.redirectUri,
      scope: this.settings.scopes.join(' '),
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(attempt.verifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, attempt };
  }

  /** `query` is what the provider sent the browser back with, `?` included. */
  async complete(query: string, attempt: OidcAttempt, now: number): Promise<OidcOutcome> {
    const client = await import('openid-client');
    try {
      const configuration = await this.#configuration(now);
      const tokens = await client.authorizationCodeGrant(
        configuration,
        new URL(this.settings.redirectUri + query),
        { expectedState: attempt.state, expectedNonce: attempt.nonce, pkceCodeVerifier: attempt.verifier },
        { redirect_uri: this.settings.redirectUri },
      );
      let claims: Readonly<Record<string, unknown>> = tokens.claims()!;
      const hasUserInfo = configuration.serverMetadata().userinfo_endpoint !== undefined;
      if (
        hasUserInfo &&
        (valueAt(claims, this.settings.groupsClaim) === undefined || this.#nameOf(claims) === claims.sub)
      )
        claims = { ...(await client.fetchUserInfo(configuration, tokens.access_token, String(claims.sub))), ...claims };
      return this.#personOf(claims);
    } catch (error) {
      return { kind: 'refused', ...reasonOf(error, client) };
    }
  }

  #personOf(claims: Readonly<Record<string, unknown>>): OidcOutcome {
    const given = valueAt(claims, this.settings.groupsClaim);
    const all = Array.isArray(given) ? given.slice(0, GROUPS_MAX) : [given];
    // Groups that make no role are none of our business.
    const groups = all.filter((one): one is string => typeof one === 'string' && this.#mapped.has(one));
    const name = this.#nameOf(claims);
    if (this.roleOf(groups) === undefined) return { kind: 'refused', reason: 'no-role', detail: name };
    return { kind: 'person', name, groups };
  }

  #nameOf(claims: Readonly<Record<string, unknown>>): string {
    const { nameClaim } = this.settings;
    const wanted = nameClaim === undefined ? ['preferred_username', 'email'] : [nameClaim];
    for (const claim of wanted) {
      const value = claims[claim];
      const name =
        typeof value === 'string' ? value.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/g, '').trim() : '';
      if (name !== '') return name.slice(0, NAME_CHARACTERS_MAX);
    }
    return String(claims.sub).slice(0, NAME_CHARACTERS_MAX);
  }

  #configuration(now: number): Promise<Configuration> {
    if (this.#known !== undefined && now - this.#known.at < METADATA_FRESH_MS) return this.#known.configuration;
    const known = { at: now, configuration: this.#discover() };
    this.#known = known;
    known.configuration.catch(() => {
      if (this.#known === known) this.#known = undefined;
    });
    return known.configuration;
  }

  async #discover(): Promise<Configuration> {
    const client = await import('openid-client');
    const { issuer, clientId, clientSecret, clientAuthentication } = this.settings;
    const secret =
      typeof clientSecret === 'object' ? readFileSync(clientSecret.file, 'utf8').replace(/\r?\n$/, '') : clientSecret;
    // Without this the signature of a token that came over TLS from the token endpoint would be taken on trust.
    const execute = [client.enableNonRepudiationChecks];
    // The configuration allows it for issuers on this machine only.
    if (issuer.startsWith('http:')) execute.push(client.allowInsecureRequests);
    const authentication =
      secret === undefined
        ? client.None()
        : clientAuthentication === 'basic'
          ? client.ClientSecretBasic(secret)
          : client.ClientSecretPost(secret);
    const options = { execute, timeout: ANSWER_SECONDS_MAX };
    return client.discovery(new URL(issuer), clientId, undefined, authentication, options);
  }
}

/** An own claim of this name, or what the dots lead to. */
function valueAt(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

function reasonOf(
  error: unknown,
  client: typeof import('openid-client'),
): { readonly reason: OidcRefusal; readonly detail: string } {
  if (error instanceof client.AuthorizationResponseError) return { reason: 'declined', detail: error.error };
  if (error instanceof client.ResponseBodyError) return { reason: 'declined', detail: error.error };
  const { code = '' } = error as { readonly code?: string };
  // fetch fails with a TypeError that has no code of its own.
  if (code === 'OAUTH_TIMEOUT' || (code === '' && error instanceof TypeError))
    return { reason: 'unreachable', detail: code };
  return { reason: 'invalid', detail: code };
}
