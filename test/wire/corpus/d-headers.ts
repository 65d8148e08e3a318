// Section D: header lines, and the floods of them (I3).
import { CLOSE, get, HOST, passed, post, type Row, refused, shown } from './row.ts';

const END_TO_END = [
  'Authorization',
  'authorization',
  'AUTHORIZATION',
  'Cookie',
  'Host',
  'Content-Length',
  'Content-Type',
  'Content-Encoding',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'X-Forwarded-Anything',
  'Forwarded',
  'X-Real-IP',
  'X-Sallyport-Id',
  'X-Sallyport-Tags',
  'X-API-Key',
  'API-Key',
  'Proxy-Authorization',
  'User-Agent',
  'Referer',
  'Origin',
  'Via',
] as const;

function connectionLists(): Row[] {
  const rows: Row[] = END_TO_END.flatMap((name) => [
    refused('D1', `Connection names ${name}`, get(`Connection: ${name}\r\n`), 400),
    refused(
      'D1',
      `Connection names ${name} among others`,
      `GET / HTTP/1.1\r\n${HOST}Connection: close, x-a ,\t${name}\r\n\r\n`,
      400,
    ),
  ]);
  for (const name of ['X-A', 'x-a', 'X-a']) {
    rows.push(
      passed(
        'D1',
        `Connection names ${name}`,
        `GET / HTTP/1.1\r\n${HOST}X-A: only-for-this-hop\r\nConnection: close, ${name}\r\n\r\n`,
        'GET /',
        { lacks: ['only-for-this-hop', 'x-a:'] },
      ),
    );
  }
  for (const [name, value] of [
    ['Keep-Alive', 'timeout=5'],
    ['Proxy-Connection', 'keep-alive'],
    ['Proxy-Authorization', 'Basic ZXZpbA=='],
    ['Proxy-Authenticate', 'Basic'],
    ['TE', 'trailers'],
    ['Trailer', 'X-A'],
    ['Upgrade', 'evil/1'],
    ['HTTP2-Settings', 'AAMAAABkAAQAoAAAAAIAAAAA'],
  ] as const) {
    rows.push(
      passed('D1', `${name} is for this hop`, get(`${name}: ${value}\r\n`), 'GET /', {
        lacks: [`${name.toLowerCase()}: ${value.toLowerCase()}`],
      }),
    );
    rows.push(
      passed(
        'D1',
        `${name} named by Connection`,
        `GET / HTTP/1.1\r\n${HOST}${name}: ${value}\r\nConnection: close${name.startsWith('Proxy-Auth') ? '' : `, ${name}`}\r\n\r\n`,
        'GET /',
        { lacks: [`${name.toLowerCase()}: ${value.toLowerCase()}`] },
      ),
    );
  }
  rows.push(passed('D1', 'an empty list', get('Connection:\r\n'), 'GET /'));
  rows.push(passed('D1', 'a list of commas', get('Connection: ,,,\r\n'), 'GET /'));
  return rows;
}

function duplicates(): Row[] {
  const rows: Row[] = [];
  for (const [name, one, two] of [
    ['Authorization', 'Bearer a', 'Bearer b'],
    ['Content-Type', 'text/plain', 'application/json'],
    ['Content-Encoding', 'identity', 'gzip'],
    ['User-Agent', 'a', 'b'],
    ['Referer', 'http://a', 'http://b'],
    ['Expect', '100-continue', '100-continue'],
    ['Upgrade', 'a', 'b'],
    ['Proxy-Authorization', 'a', 'b'],
  ] as const) {
    const lines = `${name}: ${one}\r\n${name}: ${two}\r\n`;
    rows.push(refused('D6', `two of ${name}`, post(`${lines}Content-Length: 3\r\n`, 'abc'), 400));
    rows.push(
      refused(
        'D6',
        `two of ${name}, cased and apart`,
        post(
          `${name.toUpperCase()}: ${one}\r\nX-A: b\r\nContent-Length: 3\r\n${name.toLowerCase()}: ${two}\r\n`,
          'abc',
        ),
        400,
      ),
    );
  }
  for (const name of ['Accept', 'X-A', 'Cookie', 'Cache-Control', 'Via', 'Accept-Language']) {
    rows.push(
      passed('D6', `two of ${name}`, get(`${name}: a=b\r\n${name}: c=d\r\n`), 'GET /', { has: ['a=b', 'c=d'] }),
    );
  }
  return rows;
}

function names(): Row[] {
  const rows: Row[] = [];
  for (const character of '(),/;<=>?@[\\]{}"\x7f\xa0\xe4') {
    rows.push(refused('D3', `${shown(character)} in a name`, get(`X${character}A: b\r\n`), 400));
    rows.push(refused('D3', `${shown(character)} before a name`, get(`${character}X: b\r\n`), 400));
  }
  for (let code = 0; code < 0x20; code++) {
    if (code === 0x0d || code === 0x0a) continue;
    rows.push(refused('D3', `byte ${code} in a name`, get(`X${String.fromCharCode(code)}A: b\r\n`), 400));
    if (code !== 0x09)
      rows.push(refused('D3', `byte ${code} in a value`, get(`X-A: b${String.fromCharCode(code)}c\r\n`), 400));
  }
  rows.push(refused('D3', 'byte 127 in a value', get('X-A: b\x7fc\r\n'), 400));
  for (const name of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__']) {
    rows.push(passed('D7', `a line named ${name}`, get(`${name}: x\r\n${name}: y\r\n`), 'GET /'));
  }
  for (const name of [
    'X_Forwarded_For',
    'x_real_ip',
    'Authori_zation',
    'X-Sallyport_Id',
    'X_Sallyport_Id',
    'Content_Type',
    'Con_nection',
  ]) {
    rows.push(passed('D5', `a line named ${name}`, get(`${name}: evil\r\n`), 'GET /', { lacks: ['evil'] }));
  }
  for (const character of "!#$%&'*+-.^`|~")
    rows.push(
      passed('D3', `${character} in a name`, get(`X${character}A: b\r\n`), 'GET /', {
        has: [`x${character.toLowerCase()}a: b`],
      }),
    );
  rows.push(passed('D3', 'bytes over 127 in a value', get('X-A: \xe4\xff\r\n'), 'GET /', { has: ['x-a: \xe4\xff'] }));
  rows.push(passed('D3', 'a tab in a value', get('X-A: a\tb\r\n'), 'GET /', { has: ['x-a: a\tb'] }));
  rows.push(passed('D3', 'an empty value', get('X-A:\r\n'), 'GET /'));
  rows.push(passed('D3', 'a value of spaces', get('X-A:    \r\n'), 'GET /'));
  return rows;
}

function negotiations(): Row[] {
  const rows: Row[] = [];
  for (const value of [
    'miracle',
    '100-continue, x',
    'x, 100-continue',
    'y 100-continue',
    '100-continue;q=1',
    '100-continu',
    '200-ok',
    '100',
    '',
  ]) {
    rows.push(refused('D10', `Expect ${shown(value)}`, post(`Expect: ${value}\r\nContent-Length: 3\r\n`, 'abc'), 417));
  }
  for (const value of ['100-continue', '100-CONTINUE']) {
    rows.push(
      passed('D10', `Expect ${value}`, post(`Expect: ${value}\r\nContent-Length: 3\r\n`, 'abc'), 'POST /', {
        body: 'abc',
        lacks: ['expect'],
      }),
    );
  }
  for (const value of ['gzip', 'gzip, br', 'br;q=1.0, gzip;q=0.5', 'deflate']) {
    rows.push(
      passed('D9', `Accept-Encoding ${value}`, get(`Accept-Encoding: ${value}\r\n`), 'GET /', {
        has: [`accept-encoding: ${value}`],
      }),
    );
  }
  for (const value of ['compress', 'x-evil', '*', 'exi', 'sdch', 'dcb', 'pack200-gzip']) {
    rows.push(
      passed('D9', `Accept-Encoding ${value}`, get(`Accept-Encoding: ${value}\r\n`), 'GET /', {
        has: ['accept-encoding: identity'],
      }),
    );
  }
  for (const value of ['bytes=0-5', 'bytes=0-0,2-2,4-4,6-6,8-8,10-10', `bytes=${'0-1,'.repeat(200)}0-1`]) {
    rows.push(
      passed(
        'D8',
        `Range ${shown(value)}`,
        get(`Range: ${value}\r\nRequest-Range: ${value}\r\n`),
        'GET /',
        value.includes(',') ? { lacks: ['range'] } : { lacks: ['request-range'] },
      ),
    );
  }
  return rows;
}

function floods(): Row[] {
  const rows: Row[] = [];
  const cookies = (count: number): string => Array.from({ length: count }, (_, i) => `c${i}=1`).join('; ');
  for (const count of [1, 199, 200])
    rows.push(passed('I3', `${count} cookies`, get(`Cookie: ${cookies(count)}\r\n`), 'GET /'));
  for (const count of [201, 1_000, 1_500])
    rows.push(refused('I3', `${count} cookies`, get(`Cookie: ${cookies(count)}\r\n`), 431));
  rows.push(
    refused(
      'I3',
      '201 cookies in many lines',
      get(Array.from({ length: 67 }, (_, i) => `Cookie: a${i}=1; b${i}=2; c${i}=3\r\n`).join('')),
      431,
    ),
  );
  for (const bytes of [1_000, 8_000, 15_000])
    rows.push(passed('I3', `a line of ${bytes} bytes`, get(`X-A: ${'a'.repeat(bytes)}\r\n`), 'GET /'));
  for (const bytes of [16_500, 17_000, 65_536, 200_000])
    rows.push(refused('I3', `a line of ${bytes} bytes`, get(`X-A: ${'a'.repeat(bytes)}\r\n`), 431));
  for (const bytes of [16_500, 65_536])
    rows.push(refused('I3', `a name of ${bytes} bytes`, get(`${'a'.repeat(bytes)}: b\r\n`), 431));
  rows.push(
    refused(
      'I3',
      '17 KB in many lines',
      get(
        'X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(
          95,
        ),
      ),
      431,
    ),
  );
  return rows;
}

function injections(): Row[] {
  // What a client says ends up in lines we build; none of it may become a line of its own.
  return ['api.example', 'API.example:8080'].flatMap((host) => [
    passed('D3', `lines built for Host ${host}`, `GET / HTTP/1.1\r\nHost: ${host}\r\n${CLOSE}\r\n`, 'GET /', {
      has: [
        'x-forwarded-host: api.example',
        'x-forwarded-for: 127.0.0.1\r\n',
        'x-real-ip: 127.0.0.1\r\n',
        'via: 1.1 sallyport',
        'x-sallyport-id: ',
      ],
    }),
  ]);
}

export const HEADERS: readonly Row[] = [
  ...connectionLists(),
  ...duplicates(),
  ...names(),
  ...negotiations(),
  ...floods(),
  ...injections(),
];
