// Log-in with JSON Web Tokens (HS256). Passwords of the sample are public on purpose.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { User } from './data.ts';

const SECRET = 'the sample shop signs with this';
const PASSWORDS: Readonly<Record<string, string>> = {
  'ann@example.com': 'ann-password',
  'bob@example.com': 'bob-password',
  'admin@example.com': 'admin-password',
};
const LIFETIME_SECONDS = 3_600;

export function logIn(users: readonly User[], email: unknown, password: unknown): string | undefined {
  const user = users.find((one) => one.email === email);
  if (user === undefined || PASSWORDS[user.email] !== password) return undefined;
  const now = Math.floor(Date.now() / 1_000);
  return signed({ sub: user.email, uid: user.id, role: user.role, iat: now, exp: now + LIFETIME_SECONDS });
}

export function userOf(users: readonly User[], request: IncomingMessage): User | undefined {
  const text = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  const [header, claims, signature] = text?.split('.') ?? [];
  if (header === undefined || claims === undefined || signature === undefined) return undefined;
  const expected = createHmac('sha256', SECRET).update(`${header}.${claims}`).digest();
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const { uid, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { uid: number; exp: number };
  return exp > Date.now() / 1_000 ? users.find((user) => user.id === uid) : undefined;
}

function signed(claims: object): string {
  const text = [{ alg: 'HS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`;
}
