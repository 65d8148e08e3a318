// Syslog over UDP (RFC 5426), TCP (RFC 6587, octet counting) and TLS (RFC 5425), with CEF, LEEF or OCSF bodies.
// The protocol has no acknowledgement. Over TCP and TLS each batch has a connection of its own, which we end and the receiver ends
// in turn: it does so after it has read everything, which is as near to "taken" as syslog comes. UDP is as certain as UDP is.
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectTls } from 'node:tls';
import type { SinkSettingsOf } from '../configuration/sink-schema.ts';
import type { Sink, SinkMessage, SinkOutcome } from '../core/sink.ts';
import { cefLine } from './formats/cef.ts';
import { leefLine } from './formats/leef.ts';
import { ocsfText } from './formats/ocsf.ts';
import { octetCounted, syslogFrame } from './formats/syslog-frame.ts';
import { retryLater } from './http/client.ts';

const BATCH_MESSAGES_MAX = 500;
const HEADER_BYTES = 512;
/** One datagram is one message; more than this is lost on most paths, and UDP itself ends at 65,507. */
const UDP_MESSAGE_BYTES_MAX = 8_192;
const STREAM_MESSAGE_BYTES_MAX = 65_536;
const SEQUENCE_MAX = 2_147_483_647;

type Settings = SinkSettingsOf<'syslog'>;

export function syslogSink(settings: Settings): Sink {
  const isUdp = settings.protocol === 'udp';
  const bodyBytesMax =
    (settings.messageBytesMax ?? (isUdp ? UDP_MESSAGE_BYTES_MAX : STREAM_MESSAGE_BYTES_MAX)) - HEADER_BYTES;
  const certificates = settings.protocol === 'tls' ? readCertificates(settings) : {};
  const open = new Set<Socket>();
  let sequence = 0;
  const frameOf = (message: SinkMessage): string => {
    sequence = sequence >= SEQUENCE_MAX ? 1 : sequence + 1;
    return syslogFrame(
      {
        facility: settings.facility,
        severity: message.incident.severity,
        at: message.at,
        hostname: hostname(),
        appName: settings.appName,
        processId: process.pid,
        change: message.change,
        sequence,
      },
      bodyOf(settings.format, message, bodyBytesMax),
    );
  };
  const connect = (): Socket =>
    settings.protocol === 'tls'
      ? connectTls({ host: settings.host, port: settings.port, ...certificates })
      : connectTcp({ host: settings.host, port: settings.port });
  const deliver = async (messages: readonly SinkMessage[]): Promise<SinkOutcome> => {
    if (isUdp) return sendDatagrams(settings, messages.map(frameOf));
    const socket = connect();
    open.add(socket);
    const ready = settings.protocol === 'tls' ? 'secureConnect' : 'connect';
    const bytes = Buffer.concat(messages.map((message) => octetCounted(frameOf(message))));
    return writeAll(socket, ready, bytes, settings.timeout).finally(() => open.delete(socket));
  };
  return {
    batchMessagesMax: BATCH_MESSAGES_MAX,
    deliver,
    check: (test) => deliver([test]),
    close: async () => {
      for (const socket of open) socket.destroy();
    },
  };
}

function bodyOf(format: Settings['format'], message: SinkMessage, bytesMax: number): string {
  switch (format) {
    case 'cef':
      return cefLine(message, bytesMax);
    case 'leef':
      return leefLine(message, bytesMax);
    case 'json':
      return ocsfText(message, bytesMax);
    default:
      return format satisfies never;
  }
}

/** Resolves when the receiver has closed its side after ours, or by the first error. */
function writeAll(socket: Socket, ready: string, bytes: Buffer, timeoutMs: number): Promise<SinkOutcome> {
  return new Promise((resolve) => {
    let isWritten = false;
    let hasEnded = false;
    const settle = (outcome: SinkOutcome): void => {
      socket.destroy();
      resolve(outcome);
    };
    // A receiver that keeps its side open has our bytes, as far as its kernel says.
    socket.setTimeout(timeoutMs, () => settle(isWritten ? { kind: 'delivered' } : retryLater('TIMEOUT')));
    socket.once('error', (error: NodeJS.ErrnoException) => settle(retryLater(error.code ?? 'SOCKET_FAULT')));
    socket.once('end', () => {
      hasEnded = true;
    });
    socket.once('close', () => settle(isWritten && hasEnded ? { kind: 'delivered' } : retryLater('CLOSED_EARLY')));
    // Whatever the receiver says is not part of the protocol, but must be read for its end to be seen.
    socket.resume();
    socket.once(ready, () => {
      socket.end(bytes, () => {
        isWritten = true;
      });
    });
  });
}

function sendDatagrams({ host, port, timeout }: Settings, frames: readonly string[]): Promise<SinkOutcome> {
  return new Promise((resolve) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    const settle = (outcome: SinkOutcome): void => {
      clearTimeout(timer);
      socket.close();
      resolve(outcome);
    };
    const timer = setTimeout(() => settle(retryLater('TIMEOUT')), timeout);
    // Connected, so that "port unreachable" of the receiver's host comes back as an error.
    socket.once('error', (error: NodeJS.ErrnoException) => settle(retryLater(error.code ?? 'SOCKET_FAULT')));
    socket.connect(port, host, () => {
      const sendFrom = (i: number): void => {
        if (i >= frames.length) {
          settle({ kind: 'delivered' });
          return;
        }
        socket.send(frames[i]!, (error) => {
          if (error === null) sendFrom(i + 1);
          else settle(retryLater((error as NodeJS.ErrnoException).code ?? 'SOCKET_FAULT'));
        });
      };
      sendFrom(0);
    });
  });
}

function readCertificates({ host, tls }: Settings): object {
  return {
    rejectUnauthorized: tls.rejectUnauthorized,
    // SNI is for names (RFC 6066 §3).
    ...(tls.servername !== undefined
      ? { servername: tls.servername }
      : /[a-z]/i.test(host)
        ? { servername: host }
        : {}),
    ...(tls.ca === undefined ? {} : { ca: readFileSync(tls.ca) }),
    ...(tls.cert === undefined ? {} : { cert: readFileSync(tls.cert) }),
    ...(tls.key === undefined ? {} : { key: readFileSync(tls.key) }),
    minVersion: 'TLSv1.2',
  };
}
