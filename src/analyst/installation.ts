// What names this node and keys the hashes of the whole installation. Made at the first start, kept in the data folder; nodes on
// one Redis agree on the secret of whoever was first, so that they know each other's identifiers.
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { readDurably, writeDurably } from '../admin/durable-file.ts';
import type { Store } from '../core/store.ts';

const FILE = 'installation.json';
const KIND = 'installation';
const KEEP = { ttlMs: 10 * 365 * 86_400_000, sizeMax: 10 };
const SECRET_BYTES = 16;

const schema = z.object({ node: z.string().min(1).max(100), secret: z.string().regex(/^[A-Za-z0-9+/]{11,}={0,2}$/) });
type Installation = z.output<typeof schema>;

export function openInstallation(dataFolder: string): Installation {
  const path = join(dataFolder, FILE);
  const known = schema.safeParse(readDurably(path));
  if (known.success) return known.data;
  const made = { node: randomUUID(), secret: randomBytes(SECRET_BYTES).toString('base64') };
  writeDurably(path, made);
  return made;
}

/** The secret that all nodes of the store use. @throws Fault when the store cannot be asked */
export async function agreeOnSecret(store: Store, dataFolder: string, own: Installation): Promise<string> {
  const there = schema.shape.secret.safeParse((await store.document(KIND, 'secret'))?.value);
  if (there.success) return adopt(there.data, dataFolder, own);
  const answer = await store.put(KIND, 'secret', own.secret, 0, KEEP);
  const first = answer.isWritten ? undefined : schema.shape.secret.safeParse(answer.current?.value);
  return first?.success === true ? adopt(first.data, dataFolder, own) : own.secret;
}

function adopt(secret: string, dataFolder: string, own: Installation): string {
  if (secret !== own.secret) writeDurably(join(dataFolder, FILE), { ...own, secret });
  return secret;
}
