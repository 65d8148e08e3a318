// Section A: framing and smuggling.
import { broken, CLOSE, chunked, get, HOST, passed, post, type Row, refused, shown } from './row.ts';

const END = '0\r\n\r\n';

function bothFramings(): Row[] {
  const rows: Row[] = [];
  for (const coding of ['chunked', 'Chunked', 'CHUNKED']) {
    for (const length of ['0', '5', '6']) {
      const both = [`Content-Length: ${length}\r\n`, `Transfer-Encoding: ${coding}\r\n`];
      rows.push(refused('A1', `length ${length}, then ${coding}`, post(both.join(''), END), 400));
      rows.push(refused('A1', `${coding}, then length ${length}`, post(both.toReversed().join(''), END), 400));
    }
  }
  for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'GET', 'HEAD', 'PROPFIND']) {
    rows.push(
      refused(
        'A1',
        `both framings in a ${method}`,
        post('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', END, method),
        400,
      ),
    );
  }
  const hidden = `0\r\n\r\nGET /smuggled HTTP/1.1\r\n${HOST}\r\n`;
  rows.push(
    refused(
      'A1',
      'a second request behind both',
      post(`Content-Length: ${hidden.length}\r\nTransfer-Encoding: chunked\r\n`, hidden),
      400,
    ),
  );
  return rows;
}

const WRONG_LENGTHS = [
  '+3',
  '-3',
  '0x3',
  '03',
  '003',
  '00',
  '',
  ' ',
  '3a',
  'a3',
  '3.0',
  '3e0',
  '3;',
  '"3"',
  "'3'",
  '3, 3',
  '3,3',
  '3, 4',
  '3,',
  ',3',
  '3 3',
  '3\t3',
  '3 ,',
  '18446744073709551616',
  '18446744073709551617',
  '9223372036854775808',
  '99999999999999999999999',
  '3\x0b',
  '\x0b3',
  '3\x0c',
  '3\xa0',
  '\xb3',
  '0b11',
  '3_0',
  '0o3',
  '#3',
  '3%',
  'chunked',
] as const;

function lengths(): Row[] {
  const rows: Row[] = WRONG_LENGTHS.map((value) =>
    refused('A2', `length ${shown(value)}`, post(`Content-Length: ${value}\r\n`, 'abc'), 400),
  );
  for (const [first, second] of [
    ['3', '3'],
    ['3', '4'],
    ['4', '3'],
    ['0', '3'],
    ['3', '0'],
    ['3', ''],
    ['', '3'],
  ] as const) {
    const lines = `Content-Length: ${first}\r\nX-Between: 1\r\nContent-Length: ${second}\r\n`;
    rows.push(refused('A2', `lengths "${first}" and "${second}"`, post(lines, 'abcd'), 400));
    rows.push(
      refused(
        'A2',
        `lengths "${first}" and "${second}", cased`,
        post(lines.replace('Content', 'CONTENT'), 'abcd'),
        400,
      ),
    );
  }
  for (const value of ['3', ' 3', '\t3', '3 ', ' \t 3  ']) {
    rows.push(
      passed('A2', `length ${shown(value)}`, post(`Content-Length:${value}\r\n`, 'abc'), 'POST /', { body: 'abc' }),
    );
  }
  rows.push(passed('A2', 'length zero', post('Content-Length: 0\r\n', ''), 'POST /', { body: '' }));
  rows.push(passed('A2', 'no length in a POST', post('', ''), 'POST /', { body: '' }));
  return rows;
}

const UNSUPPORTED_CODINGS = [
  'gzip, chunked',
  'identity, chunked',
  'chunked;x',
  'chunked;q=1',
  'deflate, chunked',
  'compress, chunked',
  'br, chunked',
  ',chunked',
  ', chunked',
  'xchunked',
  'chunkedx',
  'chunked-x',
  'x-chunked',
  'chunke',
  'chunked chunked',
  '"chunked"',
  "'chunked'",
  'chunked=1',
  'c\xa0hunked',
  'ch\xfcnked',
  'identity',
  'gzip',
  'trailers',
  'none',
] as const;

/** Codings at which Node's parser itself stops; whether by it or by us, nothing passes. */
const BROKEN_CODINGS = [
  'chunked , chunked',
  'chunked,chunked',
  'chunked, identity',
  'chunked, gzip',
  'chunked,',
  'chunked\t',
  '\x0bchunked',
  'chunked\x0b',
  '\x0cchunked',
  'chunked\x00',
  '\x00chunked',
  'chun\x7fked',
] as const;

function codings(): Row[] {
  const rows: Row[] = UNSUPPORTED_CODINGS.map((value) =>
    refused('A4', `transfer coding ${shown(value)}`, post(`Transfer-Encoding: ${value}\r\n`, END), 501),
  );
  rows.push(refused('A4', 'an empty transfer coding', post('Transfer-Encoding:\r\n', END), [400, 501]));
  for (const value of BROKEN_CODINGS) {
    rows.push(refused('A3', `transfer coding ${shown(value)}`, post(`Transfer-Encoding: ${value}\r\n`, END), 400));
  }
  for (const name of [
    'Transfer-Encoding ',
    'Transfer-Encoding\t',
    ' Transfer-Encoding',
    '\tTransfer-Encoding',
    'Transfer Encoding',
    'Transfer-Encoding\x0b',
    '\x0bTransfer-Encoding',
    'Transfer-Encoding\x00',
    'Transfer-\xc9ncoding',
  ]) {
    rows.push(refused('A3', `name ${shown(name)}`, post(`${name}: chunked\r\n`, END), 400));
  }
  for (const [first, second] of [
    ['chunked', 'chunked'],
    ['chunked', 'identity'],
    ['identity', 'chunked'],
    ['chunked', ''],
    ['', 'chunked'],
    ['gzip', 'chunked'],
  ] as const) {
    rows.push(
      refused(
        'A3',
        `codings "${first}" and "${second}"`,
        post(`Transfer-Encoding: ${first}\r\nTransfer-Encoding: ${second}\r\n`, END),
        400,
      ),
    );
  }
  rows.push(refused('A3', 'a folded coding', post('Transfer-Encoding:\r\n chunked\r\n', END), 400));
  rows.push(refused('A3', 'a coding folded with a tab', post('Transfer-Encoding:\r\n\tchunked\r\n', END), 400));
  rows.push(refused('A3', 'a coding after a fold', post('X: y\r\n Transfer-Encoding: chunked\r\n', END), 400));
  rows.push(refused('A3', 'a coding after a bare line feed', post('X: y\nTransfer-Encoding: chunked\r\n', END), 400));
  rows.push(
    refused('A3', 'a coding after a bare carriage return', post('X: y\rTransfer-Encoding: chunked\r\n', END), 400),
  );
  for (const value of ['chunked', 'Chunked', 'CHUNKED', ' chunked', '\tchunked', 'chunked ']) {
    rows.push(
      passed('A3', `coding ${shown(value)}`, post(`Transfer-Encoding:${value}\r\n`, `3\r\nabc\r\n${END}`), 'POST /', {
        body: 'abc',
      }),
    );
  }
  for (const name of ['transfer-encoding', 'TRANSFER-ENCODING', 'tRANSFER-eNCODING']) {
    rows.push(
      passed('A3', `name ${name}`, post(`${name}: chunked\r\n`, `3\r\nabc\r\n${END}`), 'POST /', { body: 'abc' }),
    );
  }
  rows.push(
    passed('A3', 'an underscored name', post('Transfer_Encoding: chunked\r\nContent-Length: 3\r\n', 'abc'), 'POST /', {
      body: 'abc',
      lacks: ['transfer_encoding'],
    }),
  );
  rows.push(
    passed('D5', 'an underscored length', post('Content_Length: 30\r\nContent-Length: 3\r\n', 'abc'), 'POST /', {
      body: 'abc',
      lacks: ['content_length'],
    }),
  );
  for (const coding of ['chunked', 'gzip, chunked', 'identity']) {
    rows.push(
      refused(
        'A5',
        `${coding} in HTTP/1.0`,
        `POST / HTTP/1.0\r\n${HOST}Transfer-Encoding: ${coding}\r\n\r\n${END}`,
        400,
      ),
    );
    rows.push(
      refused(
        'A5',
        `${coding} and a length in HTTP/1.0`,
        `POST / HTTP/1.0\r\n${HOST}Content-Length: 5\r\nTransfer-Encoding: ${coding}\r\n\r\n${END}`,
        400,
      ),
    );
  }
  rows.push(
    refused(
      'A5',
      'chunked and keep-alive in HTTP/1.0',
      `POST / HTTP/1.0\r\n${HOST}Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n${END}`,
      400,
    ),
  );
  rows.push(
    passed('A5', 'a length in HTTP/1.0', `POST / HTTP/1.0\r\n${HOST}Content-Length: 3\r\n\r\nabc`, 'POST /', {
      body: 'abc',
    }),
  );
  return rows;
}

function bodiesWhereNoneBelongs(): Row[] {
  const rows: Row[] = [];
  for (const method of ['GET', 'HEAD']) {
    rows.push(refused('A6', `a length in a ${method}`, post('Content-Length: 3\r\n', 'abc', method), 400));
    rows.push(
      refused('A6', `chunks in a ${method}`, post('Transfer-Encoding: chunked\r\n', `3\r\nabc\r\n${END}`, method), 400),
    );
    rows.push(
      refused('A6', `no chunk in a chunked ${method}`, post('Transfer-Encoding: chunked\r\n', END, method), 400),
    );
    rows.push(passed('A6', `length zero in a ${method}`, post('Content-Length: 0\r\n', '', method), `${method} /`));
  }
  // A body that some servers do not read must arrive framed as one, so that it is no second request to anybody.
  for (const method of ['DELETE', 'OPTIONS', 'PUT', 'PATCH', 'PROPFIND', 'REPORT', 'SEARCH']) {
    const hidden = `GET /smuggled HTTP/1.1\r\n${HOST}\r\n`;
    rows.push(
      passed(
        'A6',
        `chunks in a ${method}`,
        post('Transfer-Encoding: chunked\r\n', `${hidden.length.toString(16)}\r\n${hidden}\r\n${END}`, method),
        `${method} /`,
        {
          body: hidden,
        },
      ),
    );
    rows.push(
      passed(
        'A6',
        `a length in a ${method}`,
        post(`Content-Length: ${hidden.length}\r\n`, hidden, method),
        `${method} /`,
        { body: hidden },
      ),
    );
  }
  return rows;
}

function lineEnds(): Row[] {
  const rows: Row[] = [];
  const whole = [`GET / HTTP/1.1`, 'Host: api.example', 'Connection: close', 'X-A: b', '', ''];
  for (const [name, end] of [
    ['line feed', '\n'],
    ['carriage return', '\r'],
    ['doubled carriage return', '\r\r\n'],
    ['reversed pair', '\n\r'],
    ['form feed', '\x0c\r\n'],
    ['NUL', '\0\r\n'],
  ] as const) {
    for (let at = 0; at < 4; at++) {
      // A lone pair of ends elsewhere may leave the parser waiting for more; the client then has no more to say.
      const lines = whole.map((line, i) => (i === at ? line + end : i < whole.length - 1 ? `${line}\r\n` : line));
      rows.push(refused('A7', `a ${name} after line ${at}`, lines.join(''), 400));
    }
  }
  for (const fold of [' ', '\t', '  ']) {
    rows.push(refused('A7', `a value folded with ${shown(fold)}`, get(`X-A: b\r\n${fold}c\r\n`), 400));
    rows.push(refused('A7', `an empty value folded with ${shown(fold)}`, get(`X-A:\r\n${fold}c\r\n`), 400));
    rows.push(refused('A7', `the first line folded with ${shown(fold)}`, `GET / HTTP/1.1\r\n${fold}${HOST}\r\n`, 400));
    rows.push(
      refused(
        'A7',
        `Host folded with ${shown(fold)}`,
        `GET / HTTP/1.1\r\nHost: api.example\r\n${fold}evil.example\r\n\r\n`,
        400,
      ),
    );
  }
  rows.push(refused('A7', 'a head that ends in \\r\\n\\rX', `GET / HTTP/1.1\r\n${HOST}\rX: y\r\n\r\n`, 400));
  rows.push(refused('A7', 'a head that ends in \\n\\n', `GET / HTTP/1.1\r\n${HOST}X: y\n\n`, 400));
  rows.push(refused('A7', 'a line without a colon', get('X\r\n'), 400));
  rows.push(refused('A7', 'a line without a name', get(': x\r\n'), 400));
  rows.push(refused('A7', 'a line of a colon alone', get(':\r\n'), 400));
  return rows;
}

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

export const FRAMING: readonly Row[] = [
  ...bothFramings(),
  ...lengths(),
  ...codings(),
  ...bodiesWhereNoneBelongs(),
  ...lineEnds(),
  ...chunks(),
  ...versions(),
  ...requestLines(),
  ...pipelines(),
  ...lineCounts(),
];
