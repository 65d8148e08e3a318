// The admin API, and the only way to it. A lost session shows the sign-in page, whatever was asked.
import { Store } from './store.ts';

export type Role = 'viewer' | 'analyst' | 'admin';

export interface SignedIn {
  readonly name: string;
  readonly role: Role;
  readonly signedInWith: 'password' | 'token' | 'oidc';
  readonly csrfToken: string;
  readonly endsAt: number;
  readonly hasUsers: boolean;
}

export interface Fault {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** `lists.yaml:4:7 …`; a fault of the whole has no place. */
export function said({ file, line, column, message }: Fault): string {
  return file === '' ? message : `${file}:${line}:${column} ${message}`;
}

export class ApiError extends Error {
  readonly status: number;
  readonly faults: readonly Fault[];

  constructor(status: number, title: string, faults: readonly Fault[] = []) {
    super(title);
    this.status = status;
    this.faults = faults;
  }
}

/** Undefined while it is not known, null when nobody is signed in. */
export const session = new Store<SignedIn | null | undefined>(undefined);

export function may(role: Role): boolean {
  const roles: readonly Role[] = ['viewer', 'analyst', 'admin'];
  return session.value != null && roles.indexOf(session.value.role) >= roles.indexOf(role);
}

export async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      credentials: 'same-origin',
      ...(signal === undefined ? {} : { signal }),
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(method === 'GET' || session.value == null ? {} : { 'x-csrf-token': session.value.csrfToken }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    throw new ApiError(0, '');
  }
  if (response.status === 204) return undefined as T;
  const said = await response.json().catch((error: Error) => {
    if (error.name === 'AbortError') throw error;
    // An answer that broke off is none.
    if (response.ok) throw new ApiError(0, '');
    return {};
  });
  if (response.ok) return said as T;
  if (response.status === 401 && path !== '/session') session.set(null);
  throw new ApiError(response.status, said.title ?? said.message ?? response.statusText, said.faults);
}

export const get = <T>(path: string, signal?: AbortSignal): Promise<T> => call<T>('GET', path, undefined, signal);

export async function findSession(): Promise<void> {
  try {
    session.set(await get<SignedIn>('/session'));
  } catch (error) {
    // Only a clear answer means signed out; while the port is away, the question stays open.
    if ((error as ApiError).status !== 0) session.set(null);
    else setTimeout(() => void findSession(), 1_500);
  }
}

export async function signIn(what: object): Promise<void> {
  session.set(await call<SignedIn>('POST', '/session', what));
}

export async function signOut(): Promise<void> {
  await call('DELETE', '/session').catch(() => {});
  session.set(null);
}

export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | readonly string[] | undefined>>,
): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === '') continue;
    if (typeof value === 'object') for (const one of value) parameters.append(name, one);
    else parameters.append(name, String(value));
  }
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
}
