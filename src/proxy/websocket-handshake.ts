// What a WebSocket handshake has to be (RFC 6455 §4.2.1) and what proves that the upstream read it (§4.2.2). A fake upgrade
// must not become a tunnel, so nothing passes that is not exactly it.
import { createHash } from 'node:crypto';
import { Fault } from '../core/fault.ts';
import type { Route } from '../core/route.ts';
import { headerValue, type RequestHead } from '../core/transaction.ts';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** True for what asks to become a WebSocket; everything else that asks for an upgrade is an ordinary request. */
export function asksForWebSocket(rawHeaders: readonly string[]): boolean {
  return headerValue(rawHeaders, 'upgrade')?.toLowerCase() === 'websocket';
}

export function hasBody(rawHeaders: readonly string[]): boolean {
  return (
    headerValue(rawHeaders, 'transfer-encoding') !== undefined ||
    (headerValue(rawHeaders, 'content-length') ?? '0') !== '0'
  );
}

export function handshakeFault({ method, httpVersion, rawHeaders }: RequestHead, route: Route): Fault | undefined {
  if (!route.webSocket.isAllowed) return new Fault('UPGRADE_NOT_ALLOWED', 'client', 403);
  const isHandshake =
    method === 'GET' &&
    httpVersion === '1.1' &&
    only(rawHeaders, 'sec-websocket-version') === '13' &&
    // 16 bytes in base64: 22 digits, of which the last holds two bits.
    /^[A-Za-z0-9+/]{21}[AQgw]==$/.test(only(rawHeaders, 'sec-websocket-key') ?? '') &&
    !hasBody(rawHeaders);
  if (!isHandshake) return new Fault('UPGRADE_INVALID', 'client', 400);
  const { origins } = route.webSocket;
  const isWelcome = origins.length === 0 || origins.includes(only(rawHeaders, 'origin') ?? '');
  return isWelcome ? undefined : new Fault('ORIGIN_NOT_ALLOWED', 'client', 403);
}

export function acceptOf(key: string): string {
  return createHash('sha1')
    .update(key + GUID)
    .digest('base64');
}

/** The value of a line that may stand once; undefined when there is none or another one. */
function only(rawHeaders: readonly string[], name: string): string | undefined {
  let value: string | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]!.toLowerCase() !== name) continue;
    if (value !== undefined) return undefined;
    value = rawHeaders[i + 1]!;
  }
  return value;
}
