// WebSockets: who is let in. A handshake without credentials, and one with a login cookie that a page of somebody else would send.
import * as http from 'node:http';
import * as https from 'node:https';
import type { Asker } from '../asker.ts';
import { type AuditFinding, findingOf } from '../finding.ts';
import type { Operation } from '../inventory.ts';
import type { Credential } from './inside.ts';

export interface WebSocketAudit {
  readonly asker: Asker;
  readonly origin: URL;
  readonly operations: readonly Operation[];
  readonly first: Credential | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

const USUAL = ['/ws', '/websocket', '/socket', '/api/ws'];
const ENDPOINTS_MAX = 20;
const ANSWER_MS_MAX = 5_000;
const FOREIGN = 'https://audit.example.org';

export async function askWebSockets(audit: WebSocketAudit): Promise<AuditFinding[]> {
  const { asker, operations, first } = audit;
  const known = operations.flatMap(({ isWebSocket, path }) => (isWebSocket && path !== undefined ? [path] : []));
  const found: AuditFinding[] = [];
  for (const path of [...new Set([...known, ...USUAL])].slice(0, ENDPOINTS_MAX)) {
    const purpose = 'does a WebSocket open without credentials?';
    if (!(await asker.takeTurn({ method: 'GET', path, purpose }))) continue;
    if (await opens(audit, path, {})) {
      const what = 'A WebSocket opened without credentials, for a page of any site.';
      found.push(findingOf('open-websocket', `GET ${path}`, what, [`GET ${path} (Origin: ${FOREIGN}) → 101`]));
      continue;
    }
    if (first?.name !== 'cookie' || !known.includes(path)) continue;
    if (!(await asker.takeTurn({ method: 'GET', path, purpose: 'may a page of any site open it with the cookie?' })))
      continue;
    if (!(await opens(audit, path, { cookie: first.value }))) continue;
    const what = 'With the cookie of a login, a page of any site opened a WebSocket.';
    found.push(findingOf('cross-site-websocket', `GET ${path}`, what, [`GET ${path} (Origin: ${FOREIGN}) → 101`]));
  }
  return found;
}

/** RFC 6455 §4.1. Nothing is sent over what opens. */
function opens({ origin, headers }: WebSocketAudit, path: string, credential: object): Promise<boolean> {
  const { request } = origin.protocol === 'https:' ? https : http;
  return new Promise((resolve) => {
    const asked = request(new URL(path, origin.origin), {
      agent: false,
      rejectUnauthorized: false,
      timeout: ANSWER_MS_MAX,
      headers: {
        ...headers,
        ...credential,
        origin: FOREIGN,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.from('an audit, no use').toString('base64'),
      },
    } as https.RequestOptions);
    const end = (isOpen: boolean): void => {
      asked.destroy();
      resolve(isOpen);
    };
    asked.once('upgrade', (response, socket) => {
      socket.on('error', () => {}).destroy();
      end(response.headers['sec-websocket-accept'] !== undefined);
    });
    asked.once('response', () => end(false));
    asked.once('timeout', () => end(false));
    asked.on('error', () => end(false));
    asked.end();
  });
}
