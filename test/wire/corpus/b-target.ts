// Section B: target and Host.
import { CLOSE, get, HOST, passed, type Row, refused, shown } from './row.ts';

const WRONG_HOSTS = [
  '',
  ' ',
  'a, b',
  'a,b',
  'api.example, api.example',
  'a@b',
  'user:pass@api.example',
  'api.example@evil.example',
  'api.example/evil',
  'api.example/evil?x#',
  'api.example?x',
  'api.example#x',
  'api.example\\evil',
  'api.example evil',
  'api.example\tevil',
  'http://api.example',
  'api.example:',
  'api.example:x',
  'api.example:80x',
  'api.example:-1',
  'api.example:0',
  'api.example:65536',
  'api.example:99999',
  'api.example:8080:80',
  'api.example:80 80',
  ':80',
  ':',
  '.',
  '..',
  '.api.example',
  'api..example',
  '-',
  '-api.example',
  'api.example..',
  'api%2eexample',
  '%61pi.example',
  'api.example%00',
  'api.example%0d%0aX:y',
  '[::1',
  '::1]',
  '::1',
  '[::1]x',
  '[::1]:x',
  '[::g]',
  '[]',
  '[',
  ']',
  '[::1%25eth0]',
  '[v1.a]',
  '(api.example)',
  'api.example;x',
  'api.example=x',
  'api.example&x',
  "api.example'",
  'api.example"',
  '<api.example>',
  '{api.example}',
  'api|example',
  'api^example',
  'api`example',
  '$api',
  'api!example',
  'api~example',
  '*',
  '*.example',
  'api.ex\xe4mple',
  '\xff',
  'api.example\x7f',
  `${'a'.repeat(254)}`,
  'a'.repeat(300),
  `api.example:${'8'.repeat(40)}`,
] as const;

/** At these Node's parser itself stops. */
const BROKEN_HOSTS = ['api.example\0', '\0api.example', 'api\x0bexample', 'api\x01example', 'api\x1fexample'] as const;

function hosts(): Row[] {
  const rows: Row[] = [...WRONG_HOSTS, ...BROKEN_HOSTS].map((host) =>
    refused('B1', `Host ${shown(host)}`, `GET / HTTP/1.1\r\nHost: ${host}\r\n${CLOSE}\r\n`, 400),
  );
  const twice: readonly (readonly [string, string])[] = [
    ['two Hosts alike', `${HOST}${HOST}`],
    ['two Hosts', `${HOST}Host: evil.example\r\n`],
    ['two Hosts, other order', `Host: evil.example\r\n${HOST}`],
    ['two Hosts cased', `${HOST}HOST: evil.example\r\n`],
    ['an empty Host and another', `Host:\r\n${HOST}`],
    ['a Host and an empty one', `${HOST}Host:\r\n`],
    ['two Hosts far apart', `${HOST}${'X-A: b\r\n'.repeat(20)}Host: evil.example\r\n`],
    ['a space before the colon of Host', 'Host : api.example\r\n'],
    ['a second Host behind a space', `${HOST} Host: evil.example\r\n`],
    ['a second Host behind a tab', `${HOST}\tHost: evil.example\r\n`],
    ['no Host', ''],
    ['a Host in another name', 'X-Host: api.example\r\n'],
  ];
  for (const [name, lines] of twice) rows.push(refused('B1', name, `GET / HTTP/1.1\r\n${lines}${CLOSE}\r\n`, 400));
  const fine: readonly (readonly [string, string])[] = [
    ['api.example', 'host: api.example'],
    ['API.EXAMPLE', 'host: api.example'],
    ['Api.Example:8080', 'host: api.example:8080'],
    ['api.example.', 'host: api.example'],
    ['api.example.:80', 'host: api.example:80'],
    ['api.example:1', 'host: api.example:1'],
    ['api.example:65535', 'host: api.example:65535'],
    ['\tapi.example ', 'host: api.example'],
    ['[::1]', 'host: [::1]'],
    ['[::1]:8080', 'host: [::1]:8080'],
    ['127.0.0.1', 'host: 127.0.0.1'],
    ['a-b.sub.example', 'host: a-b.sub.example'],
    ['my_api.sub.example', 'host: my_api.sub.example'],
    ['xn--bcher-kva.sub.example', 'host: xn--bcher-kva.sub.example'],
  ];
  for (const [host, has] of fine) {
    rows.push(
      passed('B1', `Host ${shown(host)}`, `GET / HTTP/1.1\r\nHost: ${host}\r\n${CLOSE}\r\n`, 'GET /', {
        has: [`${has}\r\n`],
      }),
    );
  }
  for (const host of [
    'evil.example',
    'example',
    'api.example.evil',
    'xapi.example',
    'localhost',
    '169.254.169.254',
    '[fe80::1]',
    '0',
    '2130706433',
    '0x7f000001',
    '127.1',
    'sub.example.',
  ]) {
    rows.push(
      refused('B4', `Host ${host}, which is not served`, `GET / HTTP/1.1\r\nHost: ${host}\r\n${CLOSE}\r\n`, 421),
    );
  }
  rows.push(passed('B1', 'HTTP/1.0 with a Host', `GET / HTTP/1.0\r\n${HOST}\r\n`, 'GET /'));
  rows.push(refused('B1', 'HTTP/1.0 with two Hosts', `GET / HTTP/1.0\r\n${HOST}Host: evil.example\r\n\r\n`, 400));
  rows.push(refused('B4', 'HTTP/1.0 without Host', 'GET / HTTP/1.0\r\n\r\n', 421));
  return rows;
}

function absoluteTargets(): Row[] {
  const rows: Row[] = [];
  for (const target of [
    'http://evil.example/',
    'https://evil.example/x',
    'ftp://api.example/',
    'file:///etc/passwd',
    'gopher://api.example/',
    'ws://api.example/',
    'http://api.example@evil.example/',
    'http://user@api.example/',
    'http://api.example:81/',
    'http:/api.example/',
    'http:api.example/',
    'http:///x',
    'http://',
    'http://?x',
    'http://api.example#x',
    'http://api.example/#x',
    'http://api.example\\evil',
    'http://api.example\\@evil.example/',
    'http://evil.example\\@api.example/',
    'http://api.example%2f@evil.example/',
    'http://api%2eexample/',
    'http://api.example.evil/',
    'javascript:alert(1)',
    'data:,x',
    'evil.example:80',
    'evil.example',
    'api.example',
    '@evil.example',
    '@evil.example/x',
    ':80/x',
    '?x',
    '#',
    '%2f',
    '*x',
    '**',
    '.',
    '..',
    '~',
    'x/',
    '[::1]/',
    '&',
  ]) {
    rows.push(refused('B2', `target ${shown(target)}`, get('', target), 400));
  }
  for (const target of [
    '//',
    '//evil.example',
    '//evil.example/x',
    '///evil.example/x',
    '////',
    '/\\evil.example',
    '\\\\evil.example\\x',
    '/.//evil.example/x',
    '/a/..//evil.example/x',
    '/%2e//evil.example',
    '/./%2e//evil.example',
    '//@evil.example',
    '//api.example/x',
  ]) {
    rows.push(refused('B3', `target ${shown(target)}`, get('', target), 400));
  }
  const fine: readonly (readonly [string, string])[] = [
    ['http://api.example/x?y', '/x?y'],
    ['https://api.example/x', '/x'],
    ['HTTP://API.EXAMPLE/x', '/x'],
    ['http://api.example', '/'],
    ['http://api.example?y', '/?y'],
    ['http://api.example./x', '/x'],
    ['http://api.example//x', ''],
  ];
  for (const [target, forwarded] of fine) {
    rows.push(
      forwarded === ''
        ? refused('B2', `target ${target}`, get('', target), 400)
        : passed('B2', `target ${target}`, get('', target), `GET ${forwarded}`, { lacks: ['http://', 'https://'] }),
    );
  }
  rows.push(
    passed(
      'B2',
      'an absolute target with the port of Host',
      `GET http://api.example:8080/x HTTP/1.1\r\nHost: api.example:8080\r\n${CLOSE}\r\n`,
      'GET /x',
    ),
  );
  rows.push(refused('B2', 'an absolute target without Host', `GET http://api.example/x HTTP/1.1\r\n${CLOSE}\r\n`, 400));
  rows.push(
    refused(
      'B2',
      'an absolute target and two Hosts',
      `GET http://api.example/x HTTP/1.1\r\n${HOST}Host: evil.example\r\n${CLOSE}\r\n`,
      400,
    ),
  );
  rows.push(
    refused(
      'B2',
      'a POST to an absolute target elsewhere',
      `POST http://evil.example/x HTTP/1.1\r\n${HOST}${CLOSE}Content-Length: 3\r\n\r\nabc`,
      400,
    ),
  );
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE']) {
    rows.push(refused('B3', `a star in a ${method}`, `${method} * HTTP/1.1\r\n${HOST}${CLOSE}\r\n`, 400));
  }
  return rows;
}

function overrides(): Row[] {
  const rows: Row[] = [];
  const lines: readonly (readonly [string, string])[] = [
    ['X-Original-URL', '/evil'],
    ['X-Rewrite-URL', '/evil'],
    ['X-HTTP-Method-Override', 'EVIL'],
    ['X-HTTP-Method', 'EVIL'],
    ['X-Method-Override', 'EVIL'],
    ['X-Forwarded-Host', 'evil.example'],
    ['X-Forwarded-Proto', 'evil'],
    ['X-Forwarded-Port', '66613'],
    ['X-Forwarded-Prefix', '/evil'],
    ['X-Forwarded-For', '6.6.6.6'],
    ['X-Forwarded-Server', 'evil'],
    ['Forwarded', 'for=6.6.6.6;host=evil.example'],
    ['X-Real-IP', '6.6.6.6'],
    ['X-Client-IP', '6.6.6.6'],
    ['X-Cluster-Client-IP', '6.6.6.6'],
    ['True-Client-IP', '6.6.6.6'],
    ['CF-Connecting-IP', '6.6.6.6'],
    ['Fastly-Client-IP', '6.6.6.6'],
    ['X-Originating-IP', '6.6.6.6'],
    ['X-Remote-IP', '6.6.6.6'],
    ['X-Remote-Addr', '6.6.6.6'],
    ['X-Host', 'evil.example'],
    ['X-Forwarded-Scheme', 'evil'],
    ['X-Forwarded-SSL', 'evil'],
    ['Front-End-Https', 'evil'],
    ['Proxy', 'http://evil.example'],
    ['X-Sallyport-Id', 'evil'],
    ['X-Sallyport-Tags', 'evil'],
    ['X-Sallyport-Confidence', '66613'],
    ['x-sallyport-anything', 'evil'],
  ];
  for (const [name, value] of lines) {
    rows.push(
      passed('B5', `${name} of a client`, get(`${name}: ${value}\r\n`), 'GET /', {
        lacks: ['evil', '6.6.6.6', '66613'],
      }),
    );
    rows.push(
      passed(
        'B5',
        `${name} of a client in lower case, twice`,
        get(`${name.toLowerCase()}: ${value}\r\n`.repeat(2)),
        'GET /',
        { lacks: ['evil', '6.6.6.6', '66613'] },
      ),
    );
  }
  return rows;
}

export const TARGET: readonly Row[] = [...hosts(), ...absoluteTargets(), ...overrides()];
