// Section J: upgrades. The upstream of these tests answers every request with 200, so that no handshake here becomes a tunnel;
// what reaches it is an ordinary request or nothing.
import { HOST, passed, type Row, refused, shown } from './row.ts';

const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
const VERSION = 'Sec-WebSocket-Version: 13\r\n';
const ASK = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';

const handshake = (lines: string, method = 'GET', version = 'HTTP/1.1', rest = ''): string =>
  `${method} / ${version}\r\n${HOST}${lines}\r\n${rest}`;

function webSockets(): Row[] {
  const rows: Row[] = [];
  for (const version of ['1337', '12', '8', '0', '', '13, 8', '013', '13 ', ' 13x', '-13', '0x0d']) {
    if (version.trim() === '13') continue;
    rows.push(
      refused('J2', `version ${shown(version)}`, handshake(`${ASK}${KEY}Sec-WebSocket-Version: ${version}\r\n`), 400),
    );
  }
  for (const key of [
    '',
    'x',
    'dGhlIHNhbXBsZSBub25jZQ',
    'dGhlIHNhbXBsZSBub25jZQ=',
    'dGhlIHNhbXBsZSBub25jZQ===',
    'dGhlIHNhbXBsZSBub25jZR==',
    'dGhlIHNhbXBsZSBub25j',
    '====',
    'dGhlIHNhbXBsZSBub25jZQ== x',
    'ZGhlIHNhbXBsZSBub25jZXNzc3M=',
    '../../../../../../../etc==',
  ]) {
    rows.push(refused('J2', `key ${shown(key)}`, handshake(`${ASK}Sec-WebSocket-Key: ${key}\r\n${VERSION}`), 400));
  }
  rows.push(refused('J2', 'no key', handshake(`${ASK}${VERSION}`), 400));
  rows.push(refused('J2', 'no version', handshake(`${ASK}${KEY}`), 400));
  rows.push(refused('J2', 'two keys', handshake(`${ASK}${KEY}${KEY}${VERSION}`), 400));
  rows.push(refused('J2', 'two versions', handshake(`${ASK}${KEY}${VERSION}${VERSION}`), 400));
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH'])
    rows.push(refused('J2', `a handshake in a ${method}`, handshake(`${ASK}${KEY}${VERSION}`, method), 400));
  rows.push(refused('J2', 'a handshake in HTTP/1.0', handshake(`${ASK}${KEY}${VERSION}`, 'GET', 'HTTP/1.0'), 400));
  rows.push(
    refused(
      'J3',
      'a handshake with a length',
      handshake(`${ASK}${KEY}${VERSION}Content-Length: 3\r\n`, 'GET', 'HTTP/1.1', 'abc'),
      400,
    ),
  );
  rows.push(
    refused(
      'J3',
      'a handshake with chunks',
      handshake(`${ASK}${KEY}${VERSION}Transfer-Encoding: chunked\r\n`, 'GET', 'HTTP/1.1', '3\r\nabc\r\n0\r\n\r\n'),
      400,
    ),
  );
  rows.push(
    refused('J2', 'a handshake with two Hosts', handshake(`${ASK}${KEY}${VERSION}Host: evil.example\r\n`), 400),
  );
  rows.push(
    refused(
      'J2',
      'a handshake for a target elsewhere',
      `GET http://evil.example/ HTTP/1.1\r\n${HOST}${ASK}${KEY}${VERSION}\r\n`,
      400,
    ),
  );
  rows.push(
    refused(
      'J2',
      'a handshake for a path above the root',
      `GET /../x HTTP/1.1\r\n${HOST}${ASK}${KEY}${VERSION}\r\n`,
      400,
    ),
  );
  rows.push(
    refused(
      'J2',
      'a handshake for a host that is not served',
      `GET / HTTP/1.1\r\nHost: evil.example\r\n${ASK}${KEY}${VERSION}\r\n`,
      421,
    ),
  );
  rows.push(
    refused(
      'J2',
      'a handshake that names Authorization in Connection',
      handshake(`Connection: Upgrade, Authorization\r\nUpgrade: websocket\r\n${KEY}${VERSION}`),
      400,
    ),
  );
  // Refused by the upstream: the answer is an ordinary one, and what the client sent behind its handshake goes nowhere.
  rows.push(
    passed('J2', 'a handshake that the upstream answers with 200', handshake(`${ASK}${KEY}${VERSION}`), 'GET /', {
      has: ['connection: upgrade', 'upgrade: websocket'],
    }),
  );
  rows.push(
    passed(
      'J2',
      'a request behind a handshake',
      handshake(`${ASK}${KEY}${VERSION}`, 'GET', 'HTTP/1.1', `GET /smuggled HTTP/1.1\r\n${HOST}\r\n`),
      'GET /',
      { lacks: ['smuggled'] },
    ),
  );
  rows.push(
    passed(
      'J2',
      'compression on offer',
      handshake(`${ASK}${KEY}${VERSION}Sec-WebSocket-Extensions: permessage-deflate\r\n`),
      'GET /',
      { lacks: ['deflate'] },
    ),
  );
  return rows;
}

function others(): Row[] {
  const rows: Row[] = [];
  const settings = 'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n';
  for (const wish of [
    'h2c',
    'h2',
    'TLS/1.0',
    'HTTP/2.0',
    'evil',
    'websocket2',
    'web socket',
    'h2c, websocket',
    'websocket, h2c',
    'IRC/6.9',
  ]) {
    const lines = `Connection: Upgrade${wish.startsWith('h2c') ? ', HTTP2-Settings' : ''}\r\nUpgrade: ${wish}\r\n`;
    rows.push(
      passed(
        'J1',
        `an upgrade to ${shown(wish)} is not heard`,
        `GET / HTTP/1.1\r\n${HOST}${lines}${settings}\r\n`,
        'GET /',
        { lacks: ['upgrade', 'http2-settings'] },
      ),
    );
    rows.push(
      refused(
        'J3',
        `an upgrade to ${shown(wish)} with a body`,
        `POST / HTTP/1.1\r\n${HOST}${lines}Content-Length: 3\r\n\r\nabc`,
        400,
      ),
    );
    rows.push(
      passed(
        'J1',
        `a request behind an upgrade to ${shown(wish)}`,
        `GET / HTTP/1.1\r\n${HOST}${lines}\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`,
        'GET /',
        { lacks: ['upgrade', 'pri *'] },
      ),
    );
  }
  // Found by fuzzing: the parser hands an upgrade over while the answers before it are still on their way.
  const before = {
    GET: `GET /1 HTTP/1.1\r\n${HOST}\r\n`,
    POST: `POST /1 HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\nabc`,
  };
  for (const [method, first] of Object.entries(before))
    for (const [what, lines] of [
      ['h2c', 'Connection: Upgrade\r\nUpgrade: h2c\r\n'],
      ['websocket', `${ASK}${KEY}${VERSION}`],
    ] as const)
      rows.push(
        passed('J1', `an upgrade to ${what} behind a ${method}`, `${first}GET /2 HTTP/1.1\r\n${HOST}${lines}\r\n`, [
          `${method} /1`,
          'GET /2',
        ]),
        passed(
          'J1',
          `an upgrade to ${what} behind a ${method} that ends the connection`,
          `${first.replace(HOST, `${HOST}Connection: close\r\n`)}GET /2 HTTP/1.1\r\n${HOST}${lines}\r\n`,
          `${method} /1`,
        ),
      );
  rows.push(
    passed(
      'J1',
      'a Connection that says Upgrade to nothing',
      `GET / HTTP/1.1\r\n${HOST}Connection: close, Upgrade\r\n\r\n`,
      'GET /',
      { lacks: ['upgrade'] },
    ),
  );
  rows.push(
    passed(
      'J1',
      'an Upgrade that no Connection names',
      `GET / HTTP/1.1\r\n${HOST}Connection: close\r\nUpgrade: websocket\r\n${KEY}${VERSION}\r\n`,
      'GET /',
      { lacks: ['upgrade'] },
    ),
  );
  return rows;
}

export const UPGRADES: readonly Row[] = [...webSockets(), ...others()];
