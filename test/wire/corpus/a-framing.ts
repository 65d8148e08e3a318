// Section A: framing and smuggling, to the ends of lines.
import { get, HOST, passed, post, type Row, refused, shown } from './row.ts';

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

export const FRAMING: readonly Row[] = [
  ...bothFramings(),
  ...lengths(),
  ...codings(),
  ...bodiesWhereNoneBelongs(),
  ...lineEnds(),
];
