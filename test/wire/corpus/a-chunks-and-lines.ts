// Section A, from the chunks on: sizes and extensions of chunks, versions, request lines, pipelines, and how many lines there are.
import { broken, CLOSE, chunked, get, HOST, passed, post, type Row, refused, shown } from './row.ts';

const END = '0\r\n\r\n';

const WRONG_SIZES = [
  '0x1',
  '-1',
  '+1',
  ' 1',
  '\t1',
  'g',
  '',
  ';',
  ' ',
  '1 1',
  '1\x0b',
  '1\x00',
  '1_0',
  '1.',
  '.1',
  '1,',
  '"1"',
  '１',
  'fffffffffffffffff',
  '10000000000000000',
  '1\r1',
  'x1',
  '1x',
  'z',
  '\xb1',
  '1\xa0',
] as const;

function chunks(): Row[] {
  const rows: Row[] = WRONG_SIZES.map((size) =>
    refused('A8', `chunk size ${shown(size)}`, chunked(`${size}\r\na\r\n${END}`), 400),
  );
  const wrong: readonly (readonly [string, string])[] = [
    ['a size that ends in a line feed', `1\na\r\n${END}`],
    ['a size that ends in a carriage return', `1\ra\r\n${END}`],
    ['data that ends in a line feed', `1\r\na\n${END}`],
    ['data that ends in a carriage return', `1\r\na\r${END}`],
    ['data without an end', `1\r\na${END}`],
    ['data longer than the size', `1\r\nab\r\n${END}`],
    ['data shorter than the size', `4\r\nab\r\n${END}`],
    ['an end of line feeds', `1\r\na\r\n0\n\n`],
    ['an end of mixed line ends', `1\r\na\r\n0\r\n\n`],
    ['a space after the last size', `1\r\na\r\n0 \r\n\r\n`],
    ['an empty line before the first size', `\r\n1\r\na\r\n${END}`],
    ['two ends after data', `1\r\na\r\n\r\n${END}`],
    ['an extension with a line feed', `1;a\nb\r\na\r\n${END}`],
    ['an extension with a carriage return', `1;a\rb\r\na\r\n${END}`],
    ['an extension with a NUL', `1;a\0b\r\na\r\n${END}`],
    ['an extension with a broken quote', `1;a="b\r\na\r\n${END}`],
    ['a space before the extension', `1 ;a=b\r\na\r\n${END}`],
    ['a trailer with a space before the colon', `1\r\na\r\n0\r\nX : y\r\n\r\n`],
    ['a trailer without a colon', `1\r\na\r\n0\r\nX\r\n\r\n`],
    ['a folded trailer', `1\r\na\r\n0\r\nX: y\r\n z\r\n\r\n`],
    ['a trailer with a length', `1\r\na\r\n0\r\nContent-Length: 5\r\n\r\n`],
    ['a trailer with a coding', `1\r\na\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n`],
    ['a trailer with a NUL', `1\r\na\r\n0\r\nX: y\0\r\n\r\n`],
    ['a trailer with a bare line feed', `1\r\na\r\n0\r\nX: y\nZ: a\r\n\r\n`],
  ];
  for (const [name, rest] of wrong) rows.push(broken('A8', name, chunked(rest), 400));
  const fine: readonly (readonly [string, string, string])[] = [
    ['upper-case size', 'A\r\n0123456789\r\n', '0123456789'],
    ['lower-case size', 'a\r\n0123456789\r\n', '0123456789'],
    ['zeros before the size', '000003\r\nabc\r\n', 'abc'],
    ['several chunks', '1\r\na\r\n1\r\nb\r\n1\r\nc\r\n', 'abc'],
    ['line ends as data', '4\r\n\r\n\r\n\r\n', '\r\n\r\n'],
    ['what looks like an end as data', '5\r\n0\r\n\r\n\r\n', '0\r\n\r\n'],
  ];
  for (const [name, rest, body] of fine) rows.push(passed('A8', name, chunked(`${rest}${END}`), 'POST /', { body }));
  for (const extension of ['a', 'a=b', 'a="b"', 'a="b;c"', 'a=b;c=d', 'evil=GET', `a=${'x'.repeat(2_000)}`]) {
    rows.push(
      passed('A9', `chunk extension ${shown(extension)}`, chunked(`3;${extension}\r\nabc\r\n${END}`), 'POST /', {
        body: 'abc',
        lacks: ['evil', ';a', 'xxxx'],
      }),
    );
  }
  rows.push(refused('A9', '20 KB of chunk extension', chunked(`3;a=${'x'.repeat(20_000)}\r\nabc\r\n${END}`), 413));
  // Its bound is per chunk; what they cost all together is held by the minimum rate of a body.
  rows.push(
    passed(
      'A9',
      '20 KB of chunk extensions in small pieces',
      chunked(`${`1;a=${'x'.repeat(200)}\r\na\r\n`.repeat(100)}${END}`),
      'POST /',
      {
        body: 'a'.repeat(100),
        lacks: ['xxxx'],
      },
    ),
  );
  rows.push(broken('A10', '3,000 chunks of a byte', chunked(`${'1\r\na\r\n'.repeat(3_000)}${END}`), 400));
  for (const trailer of [
    'Authorization: Bearer evil',
    'Cookie: a=evil',
    'Host: evil.example',
    'X-Forwarded-For: 6.6.6.6',
    'X-Sallyport-Id: evil',
    'Trailer: evil',
    'Content-Type: evil',
    'X-A: evil',
  ]) {
    rows.push(
      passed(
        'A11',
        `trailer ${trailer}`,
        chunked(`3\r\nabc\r\n0\r\n${trailer}\r\n\r\n`, 'Trailer: X-A\r\n'),
        'POST /',
        { body: 'abc', lacks: ['evil', '6.6.6.6', 'trailer'] },
      ),
    );
  }
  return rows;
}

function versions(): Row[] {
  const rows: Row[] = [];
  for (const version of ['HTTP/2.0', 'HTTP/3.0', 'HTTP/1.2', 'HTTP/1.9', 'HTTP/0.9', 'HTTP/2', 'HTTP/9.9']) {
    const status = ['HTTP/2.0', 'HTTP/0.9'].includes(version) ? 505 : 400;
    rows.push(refused('A14', version, `GET / ${version}\r\n${HOST}\r\n`, status));
  }
  for (const version of [
    'http/1.1',
    'HTTP/1',
    'HTTP/1.',
    'HTTP/.1',
    'HTTP/11',
    'HTTP/1.10',
    'HTTP/01.1',
    'HTTP/1.01',
    'HTTP/1,1',
    'HTTP 1.1',
    'HTTP/ 1.1',
    'HTTP /1.1',
    'HTTP/1.1 ',
    'HTTP/1.1\t',
    'HTTP/1.1 x',
    'HTTP/-1.1',
    'HTTP/1.1.1',
    'HTTP/x.y',
    'HTTPS/1.1',
    'ICE/1.1',
    'H',
    'HTTP',
    'HTTP/',
    'HTTP\\1.1',
  ]) {
    rows.push(refused('A14', `version ${shown(version)}`, `GET / ${version}\r\n${HOST}\r\n`, 400));
  }
  rows.push(refused('A14', 'no version', 'GET /\r\n\r\n', 505));
  rows.push(refused('A14', 'no version and a Host', `GET /\r\n${HOST}\r\n`, 505));
  rows.push(refused('A14', 'the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400));
  rows.push(refused('A14', 'a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400));
  rows.push(refused('A14', 'an SSH greeting', 'SSH-2.0-OpenSSH_9.2\r\n', 400));
  rows.push(refused('A14', 'a PROXY line', `PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n${get('')}`, 400));
  rows.push(refused('A14', 'a PROXY header in binary', `\r\n\r\n\0\r\nQUIT\n\x21\x11${get('')}`, 400));
  rows.push(
    passed('A14', 'HTTP/1.0', `GET / HTTP/1.0\r\n${HOST}\r\n`, 'GET /', { has: ['http/1.1', 'via: 1.0 sallyport'] }),
  );
  rows.push(passed('A14', 'HTTP/1.1', get(''), 'GET /', { has: ['via: 1.1 sallyport'] }));
  return rows;
}

function requestLines(): Row[] {
  const rows: Row[] = [];
  const wrong: readonly (readonly [string, string])[] = [
    ['a space before the method', ' GET / HTTP/1.1'],
    ['a tab before the method', '\tGET / HTTP/1.1'],
    ['a tab after the method', 'GET\t/ HTTP/1.1'],
    ['a tab after the target', 'GET /\tHTTP/1.1'],
    ['a space in the target', 'GET /a b HTTP/1.1'],
    ['no target', 'GET HTTP/1.1'],
    ['nothing between two spaces', 'GET  HTTP/1.1'],
    ['a method in lower case', 'get / HTTP/1.1'],
    ['a method in mixed case', 'Get / HTTP/1.1'],
    ['an unknown method', 'FOO / HTTP/1.1'],
    ['a method with a NUL', 'GE\0T / HTTP/1.1'],
    ['a method with a colon', 'GET: / HTTP/1.1'],
    ['a method with a slash', 'G/T / HTTP/1.1'],
    ['a method with an at sign', 'G@T / HTTP/1.1'],
    ['a method and a half', 'GETT / HTTP/1.1'],
    ['half a method', 'GE / HTTP/1.1'],
    ['no method', ' / HTTP/1.1'],
    ['a very long method', `${'A'.repeat(1_000)} / HTTP/1.1`],
    ['a vertical tab in the line', 'GET /\x0b HTTP/1.1'],
    ['a form feed after the method', 'GET\x0c/ HTTP/1.1'],
    ['a no-break space after the method', 'GET\xa0/ HTTP/1.1'],
    ['quotes around the target', 'GET "/" HTTP/1.1'],
    ['a byte order mark', '\xef\xbb\xbfGET / HTTP/1.1'],
  ];
  for (const [name, line] of wrong) rows.push(refused('A15', name, `${line}\r\n${HOST}${CLOSE}\r\n`, 400));
  // Node's parser lets these through without a trace of them. The upstream gets one clean request line all the same.
  for (const line of ['GET  / HTTP/1.1', 'GET /  HTTP/1.1', 'GET / RTSP/1.0'])
    rows.push(
      passed('A15', `line ${line}`, `${line}\r\n${HOST}${CLOSE}\r\n`, 'GET /', { has: ['get / http/1.1\r\n'] }),
    );
  // RFC 9112 §2.2: empty lines before a request line are let pass.
  rows.push(passed('A15', 'an empty line before the request line', `\r\n${get('')}`, 'GET /'));
  rows.push(passed('A15', 'two empty lines before the request line', `\r\n\r\n${get('')}`, 'GET /'));
  for (const method of ['CONNECT', 'TRACE']) {
    rows.push(
      refused('B6', method, `${method} ${method === 'CONNECT' ? 'api.example:443' : '/'} HTTP/1.1\r\n${HOST}\r\n`, 405),
    );
  }
  rows.push(refused('B6', 'TRACE with a body', post('Content-Length: 3\r\n', 'abc', 'TRACE'), 405));
  rows.push(refused('B6', 'CONNECT to a path', `CONNECT / HTTP/1.1\r\n${HOST}\r\n`, 405));
  rows.push(
    refused('B6', 'CONNECT to the local host', 'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n', 405),
  );
  rows.push(refused('B6', 'TRACK', `TRACK / HTTP/1.1\r\n${HOST}\r\n`, 400));
  return rows;
}

function pipelines(): Row[] {
  const keep = (target: string): string => `GET ${target} HTTP/1.1\r\n${HOST}\r\n`;
  const last = (target: string): string => get('', target);
  const rows: Row[] = [
    passed('A12', 'two requests at once', keep('/1') + last('/2'), ['GET /1', 'GET /2']),
    passed(
      'A12',
      'ten requests at once',
      Array.from({ length: 9 }, (_, i) => keep(`/${i}`)).join('') + last('/9'),
      Array.from({ length: 10 }, (_, i) => `GET /${i}`),
    ),
    passed('A12', 'a request behind the last one', last('/1') + last('/2'), ['GET /1']),
    passed('A12', 'nonsense behind the last one', `${last('/1')}\0\0\0nonsense`, ['GET /1']),
    passed(
      'A12',
      'a body and a request behind it',
      `POST /1 HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\nabc${last('/2')}`,
      ['POST /1', 'GET /2'],
    ),
    passed(
      'A12',
      'chunks and a request behind them',
      `POST /1 HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n${END}${last('/2')}`,
      ['POST /1', 'GET /2'],
    ),
    passed('A12', 'a request, then nonsense', `${keep('/1')}nonsense\r\n\r\n`, ['GET /1']),
    refused(
      'A12',
      'bad framing, then a request',
      `POST / HTTP/1.1\r\n${HOST}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc${last('/2')}`,
      400,
    ),
    refused(
      'A12',
      'an unknown coding, then a request',
      `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n${END}${last('/2')}`,
      501,
    ),
    refused('A12', 'a bad target, then a request', keep('/../a') + last('/2'), 400),
    refused('A12', 'two Hosts, then a request', `GET / HTTP/1.1\r\n${HOST}${HOST}\r\n${last('/2')}`, 400),
    refused(
      'A12',
      'a body in a GET, then a request',
      `GET / HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\nabc${last('/2')}`,
      400,
    ),
  ];
  return rows;
}

function lineCounts(): Row[] {
  const rows: Row[] = [];
  const many = (count: number): string => Array.from({ length: count }, (_, i) => `a${i}:b\r\n`).join('');
  // Host and Connection are two of the hundred.
  for (const count of [0, 1, 50, 97, 98])
    rows.push(passed('A17', `${count + 2} header lines`, get(many(count)), 'GET /'));
  for (const count of [99, 100, 126, 500, 998, 1_000, 1_021, 1_022, 1_023, 1_100, 1_400]) {
    rows.push(refused('A17', `${count + 2} header lines`, get(many(count)), 431));
    rows.push(
      refused('A17', `chunks behind ${count + 3} header lines`, chunked(`3\r\nabc\r\n${END}`, many(count)), 431),
    );
  }
  return rows;
}

export const FRAMING_OF_CHUNKS_AND_LINES: readonly Row[] = [
  ...chunks(),
  ...versions(),
  ...requestLines(),
  ...pipelines(),
  ...lineCounts(),
];
