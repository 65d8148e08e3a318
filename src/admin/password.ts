// Passwords as scrypt hashes (RFC 7914). Each costs tens of milliseconds and 32 MiB on purpose, off the event loop.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

export interface PasswordHash {
  readonly salt: string;
  readonly hash: string;
  /** The work factor it was made with, so that it can grow later. */
  readonly cost: number;
}

export const PASSWORD_CHARACTERS_MIN = 10;
export const PASSWORD_CHARACTERS_MAX = 200;
export const PASSWORD_COST = 2 ** 15;
const BLOCK_SIZE = 8;
const HASH_BYTES = 32;
const MEMORY_BYTES_MAX = 64 * 1024 * 1024;

export async function hashPassword(password: string, cost: number): Promise<PasswordHash> {
  const salt = randomBytes(16).toString('hex');
  return { salt, hash: (await derive(password, salt, cost)).toString('hex'), cost };
}

export async function isPassword(password: string, { salt, hash, cost }: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, salt, cost), Buffer.from(hash, 'hex'));
}

function derive(password: string, salt: string, cost: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // The same characters typed on another keyboard may arrive composed otherwise (NFKC).
    scrypt(
      password.normalize('NFKC'),
      salt,
      HASH_BYTES,
      { N: cost, r: BLOCK_SIZE, p: 1, maxmem: MEMORY_BYTES_MAX },
      (error, key) => (error === null ? resolve(key) : reject(error)),
    );
  });
}
