// How many requests a connection has brought. A connection that never ends would outlive every change behind it, and gives a
// confused pair of parsers all the time in the world; so its last answer says that it is the last, and then it is closed.
import type { Socket } from 'node:net';

const REQUESTS_PER_CONNECTION_MAX = 1_000;

const requestsOf = new WeakMap<Socket, number>();

/** Counts a request; true when the connection ends with its answer. */
export function isLastOnConnection(socket: Socket): boolean {
  const requests = (requestsOf.get(socket) ?? 0) + 1;
  requestsOf.set(socket, requests);
  return requests >= REQUESTS_PER_CONNECTION_MAX;
}
