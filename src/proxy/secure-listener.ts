// TLS termination with HTTP/2 and HTTP/1.1 by ALPN, and certificates that are replaced while connections go on.
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import * as http2 from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { PaceSettings, ProxySettings } from './settings.ts';

/** Request line and header lines of a request, in every version of HTTP. */
export const HEADER_BYTES_MAX = 16 * 1024;

const HEADER_LINES_MAX = 110;
const STREAMS_MAX = 100;
const INVALID_FRAMES_MAX = 100;
const SESSION_MEMORY_MEGABYTES_MAX = 10;
const CERTIFICATE_LOOK_MS = 2_000;

export function secureServer(tls: NonNullable<ProxySettings['tls']>, pace: PaceSettings): http2.Http2SecureServer {
  const context = () => ({
    cert: readFileSync(tls.certFile),
    key: readFileSync(tls.keyFile),
    minVersion: tls.minVersion,
  });
  const server = http2.createSecureServer({
    ...context(),
    allowHTTP1: true,
    noDelay: true,
    handshakeTimeout: pace.handshakeMs,
    // Rapid reset and header floods (CVE-2023-44487, CVE-2024-27983): few streams, few header lines, small lists. Resets
    // beyond a steady rate end the session by Node's own count.
    maxSessionInvalidFrames: INVALID_FRAMES_MAX,
    maxSessionMemory: SESSION_MEMORY_MEGABYTES_MAX,
    maxHeaderListPairs: HEADER_LINES_MAX,
    unknownProtocolTimeout: pace.handshakeMs,
    settings: {
      maxConcurrentStreams: STREAMS_MAX,
      maxHeaderListSize: HEADER_BYTES_MAX,
      enablePush: false,
      enableConnectProtocol: false,
    },
  });
  // Sessions end by themselves when nothing happens on them; a stream that is open counts as something.
  server.on('session', (session) => {
    session.on('error', () => session.destroy());
    session.setTimeout(pace.keepAliveMs, () => {
      session.close();
    });
  });
  server.on('sessionError', () => {});
  server.on('secureConnection', (socket: TLSSocket) => socket.on('error', () => socket.destroy()));
  const reload = (): void => {
    try {
      server.setSecureContext(context());
    } catch {
      // A certificate that is being written: the old one stays, the next look finds the new one.
    }
  };
  const files = [tls.certFile, tls.keyFile];
  for (const file of files) watchFile(file, { interval: CERTIFICATE_LOOK_MS, persistent: false }, reload);
  server.on('close', () => {
    for (const file of files) unwatchFile(file, reload);
  });
  return server;
}
