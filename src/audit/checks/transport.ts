// The connection itself: encryption, versions of TLS, the certificate, and what the server makes of requests whose length can be
// read in two ways.
import * as net from 'node:net';
import * as tls from 'node:tls';
import type { Asker } from '../asker.ts';
import { type AuditFinding, findingOf } from '../finding.ts';

const CONNECT_MS = 5_000;
const DAY_MS = 86_400_000;
const SOON_DAYS = 21;
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

export async function askTransport(asker: Asker, origin: URL): Promise<AuditFinding[]> {
  if (origin.protocol !== 'https:') {
    if (LOOPBACK.test(origin.hostname)) return [];
    return [findingOf('clear-text-transport', origin.host, 'It is served without encryption.', [origin.origin])];
  }
  const found: AuditFinding[] = [];
  for (const version of ['TLSv1', 'TLSv1.1'] as const) {
    if (!(await asker.takeTurn({ method: 'TLS', path: version, purpose: 'is an old version of TLS accepted?' })))
      continue;
    const socket = await handshake(origin, { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' });
    if (socket === undefined) continue;
    found.push(findingOf('old-tls', origin.host, `${version} is accepted.`, [`handshake with ${version}`]));
    socket.destroy();
  }
  if (await asker.takeTurn({ method: 'TLS', path: 'certificate', purpose: 'who signed it, for whom, until when?' })) {
    found.push(...(await certificate(origin)));
  }
  return found;
}

async function certificate(origin: URL): Promise<AuditFinding[]> {
  const socket = await handshake(origin, {});
  if (socket === undefined) return [];
  const peer = socket.getPeerCertificate();
  const error = socket.authorizationError as Error | string | undefined;
  socket.destroy();
  const code = typeof error === 'string' ? error : (error as { code?: string } | undefined)?.code;
  const until = Date.parse(peer.valid_to);
  const evidence = [`valid until ${new Date(until).toISOString().slice(0, 10)}`];
  if (code !== undefined)
    return [findingOf('certificate', origin.host, `It is refused by clients: ${code}.`, evidence)];
  const mismatch = tls.checkServerIdentity(origin.hostname, peer);
  if (mismatch !== undefined) return [findingOf('certificate', origin.host, 'It is for another name.', evidence)];
  const days = Math.floor((until - Date.now()) / DAY_MS);
  if (days > SOON_DAYS) return [];
  return [findingOf('certificate-expiry', origin.host, `It expires in ${days} days.`, evidence)];
}

function handshake(origin: URL, options: tls.ConnectionOptions): Promise<tls.TLSSocket | undefined> {
  return new Promise((resolve) => {
    const host = origin.hostname.replace(/^\[|\]$/g, '');
    const socket = tls.connect({
      host,
      port: Number(origin.port || 443),
      ...(net.isIP(host) === 0 ? { servername: host } : {}),
      rejectUnauthorized: false,
      ...options,
    });
    socket.setTimeout(CONNECT_MS, () => socket.destroy());
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
    socket.once('close', () => resolve(undefined));
  });
}

/** RFC 9112 §5.1 and §6.3: each of these must be refused. Paths that are not there, so that nothing is done. */
const AMBIGUOUS: readonly { readonly what: string; readonly lines: readonly string[]; readonly body: string }[] = [
  { what: 'two different Content-Length', lines: ['Content-Length: 3', 'Content-Length: 5'], body: 'abcde' },
  { what: 'a Content-Length that is no number', lines: ['Content-Length: +3'], body: 'abc' },
  { what: 'white space before the colon', lines: ['Transfer-Encoding : chunked'], body: '0\r\n\r\n' },
  {
    what: 'an unknown Transfer-Encoding beside a length',
    lines: ['Transfer-Encoding: xchunked', 'Content-Length: 3'],
    body: 'abc',
  },
  { what: 'chunked that is not the last coding', lines: ['Transfer-Encoding: chunked, identity'], body: '0\r\n\r\n' },
];

export async function askFraming(
  asker: Asker,
  origin: URL,
  headers: Readonly<Record<string, string>>,
): Promise<AuditFinding[]> {
  const accepted: string[] = [];
  for (const { what, lines, body } of AMBIGUOUS) {
    if (!(await asker.takeTurn({ method: 'GET', path: '/audit-of-framing', purpose: `framing: ${what}` }))) continue;
    const own = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const text = [
      'GET /audit-of-framing HTTP/1.1',
      `Host: ${origin.host}`,
      ...own,
      ...lines,
      'Connection: close',
      '',
      body,
    ].join('\r\n');
    const status = await statusOf(origin, text);
    // A refusal is 400, 501 or a closed connection; 404 means that it was read as a request.
    if (status !== undefined && status !== 400 && status !== 411 && status !== 501 && status !== 505) {
      accepted.push(`${what} → ${status}`);
    }
  }
  if (accepted.length === 0) return [];
  const what = `${accepted.length} of ${AMBIGUOUS.length} requests whose length can be read in two ways were accepted.`;
  return [findingOf('ambiguous-framing', origin.host, what, accepted)];
}

function statusOf(origin: URL, text: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const host = origin.hostname.replace(/^\[|\]$/g, '');
    const isSecure = origin.protocol === 'https:';
    const port = Number(origin.port || (isSecure ? 443 : 80));
    const socket = isSecure ? tls.connect({ host, port, rejectUnauthorized: false }) : net.connect({ host, port });
    let received = '';
    const end = (): void => {
      socket.destroy();
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(received)?.[1];
      resolve(status === undefined ? undefined : Number(status));
    };
    socket.setTimeout(CONNECT_MS, end);
    socket.once(isSecure ? 'secureConnect' : 'connect', () => socket.write(text));
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      if (received.includes('\r\n')) end();
    });
    socket.once('error', end);
    socket.once('close', end);
  });
}
