// The admin API as the command line calls it: address from the flag or the configuration, token from the environment.
import { givenConfiguration } from './read-configuration.ts';

export interface AdminOptions {
  readonly config?: string;
  readonly admin?: string;
}

export type AdminAnswer =
  | { readonly status: number; readonly body: unknown }
  /** A sentence for a person. */
  | { readonly objection: string };

const ANSWER_MS = 30_000;

export async function callAdmin(
  { config, admin }: AdminOptions,
  path: string,
  body?: object,
  method: 'GET' | 'POST' | 'DELETE' = body === undefined ? 'GET' : 'POST',
): Promise<AdminAnswer> {
  const token = process.env.SALLYPORT_ADMIN_TOKEN;
  if (token === undefined || token === '')
    return { objection: 'set SALLYPORT_ADMIN_TOKEN to a token of the admin API' };
  const base = admin ?? adminOf(config);
  if (base === undefined)
    return { objection: 'the configuration cannot be read; say where the admin API is with --admin' };
  try {
    const answer = await fetch(`${base.replace(/\/$/, '')}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const value: unknown = await answer.json().catch(() => undefined);
    if (answer.status === 401) return { objection: 'the admin API does not know this token' };
    if (answer.status === 403) return { objection: `the token may not do this (${titleOf(value)})` };
    return { status: answer.status, body: value };
  } catch (error) {
    return { objection: `the admin API at ${base} cannot be reached (${causeOf(error)})` };
  }
}

export function titleOf(body: unknown): string {
  const { title } = (body ?? {}) as { title?: unknown };
  return typeof title === 'string' ? title : 'no reason given';
}

function adminOf(config: string | undefined): string | undefined {
  const { configuration } = givenConfiguration(config, {});
  if (configuration === undefined) return undefined;
  const { host, port } = configuration.admin;
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

function causeOf(error: unknown): string {
  const { cause, name } = error as { cause?: { code?: string }; name?: string };
  return cause?.code ?? name ?? 'unknown';
}
