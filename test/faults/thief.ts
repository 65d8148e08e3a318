// An API key that an operator restricts while things go wrong: the one decision that has to hold throughout.
import { expect } from 'vitest';
import { type RunningGateway, until } from '../run/gateway-process.ts';

const WITHIN_MS = 60_000;
/** Ids of keys that were restricted before at a gateway; those of one test may follow each other. */
const restricted = new WeakMap<RunningGateway, Set<string>>();

export async function statusWithKey(gateway: RunningGateway, key: string): Promise<number> {
  const answer = await fetch(`${gateway.url}/x`, { headers: { 'x-api-key': key } });
  await answer.arrayBuffer();
  return answer.status;
}

/** Has the key seen, restricts it for an hour through the admin API, waits until that holds, and returns the restriction's id. */
export async function restrictKey(gateway: RunningGateway, key: string): Promise<string> {
  const taken = restricted.get(gateway) ?? new Set();
  restricted.set(gateway, taken);
  await statusWithKey(gateway, key);
  const id = await until(async () => {
    const { items } = (await (await gateway.api('/transactions')).json()) as {
      items: { actors: { kind: string; id: string }[] }[];
    };
    return items.flatMap((one) => one.actors).find((actor) => actor.kind === 'api-key' && !taken.has(actor.id))?.id;
  }, WITHIN_MS);
  taken.add(id);
  const made = await gateway.api('/restrictions', {
    method: 'POST',
    body: JSON.stringify({ actor: { kind: 'api-key', id }, durationSeconds: 3_600, reason: 'stolen' }),
  });
  expect(made.status).toBe(201);
  await until(async () => (await statusWithKey(gateway, key)) === 403, WITHIN_MS);
  return ((await made.json()) as { id: string }).id;
}

/** Takes it back, and waits until the key is served. */
export async function liftRestriction(gateway: RunningGateway, id: string, key: string): Promise<void> {
  expect((await gateway.api(`/restrictions/${id}`, { method: 'DELETE', body: '{}' })).status).toBeLessThan(300);
  await until(async () => (await statusWithKey(gateway, key)) === 200, WITHIN_MS);
}
