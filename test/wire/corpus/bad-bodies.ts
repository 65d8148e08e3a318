// Sections E to H: bodies that are not what their head says, made of types × bodies × codings, each with the status that enforce mode
// gives it. Beside them as many shapes that are right, or a gateway that refuses everything would pass.
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';

export interface BadBody {
  readonly id: string;
  readonly name: string;
  readonly contentType: string | undefined;
  readonly contentEncoding?: string;
  readonly body: Buffer;
  readonly status: number;
}

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

type Coding = readonly [name: string | undefined, encode: (body: Buffer) => Buffer];
const QUICK = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
const CODINGS: readonly Coding[] = [
  [undefined, (body) => body],
  ['gzip', (body) => gzipSync(body, { level: 1 })],
  ['deflate', (body) => deflateSync(body, { level: 1 })],
  ['br', (body) => brotliCompressSync(body, QUICK)],
];

/** Named bodies under each of these types, each in each coding. */
function under(
  id: string,
  types: readonly string[],
  bodies: Readonly<Record<string, string>>,
  status: number,
): BadBody[] {
  return types.flatMap((contentType) =>
    Object.entries(bodies).flatMap(([name, text]) =>
      CODINGS.map(([coding, encode]) => ({
        id,
        name: `${name}, ${contentType}${coding === undefined ? '' : ` in ${coding}`}`,
        contentType,
        ...(coding === undefined ? {} : { contentEncoding: coding }),
        body: encode(bytes(text)),
        status,
      })),
    ),
  );
}

const JSON_TYPES = ['application/json', 'APPLICATION/JSON;Charset="UTF-8"', 'application/problem+json', 'text/json'];

/** RFC 8259 has none of these. */
const NOT_JSON = {
  'a comma behind the last member': '{"a":1,}',
  'a comma behind the last value': '[1,]',
  'a comma alone': '{,}',
  'a name without a value': '{"a"}',
  'a colon without a value': '{"a":}',
  'a name without quotes': '{a:1}',
  'single quotes': "{'a':1}",
  'no comma between members': '{"a":1 "b":2}',
  'no comma between values': '[1 2]',
  'a comment in front': '// c\n{}',
  'a comment inside': '{"a":/* c */1}',
  'a comment behind': '{"a":1}//c',
  NaN: '{"a":NaN}',
  Infinity: '{"a":Infinity}',
  '-Infinity': '{"a":-Infinity}',
  'a leading zero': '{"a":01}',
  'no digit in front of the point': '{"a":.5}',
  'no digit behind the point': '{"a":5.}',
  'a plus': '{"a":+1}',
  'an empty exponent': '{"a":1e}',
  'a hexadecimal number': '{"a":0x10}',
  'a lone minus': '{"a":-}',
  'an escape by x': '{"a":"\\x41"}',
  'an escape with a bad digit': '{"a":"\\u00g0"}',
  'a short escape': '{"a":"\\u00"}',
  'a tab in a string': '{"a":"\t"}',
  'a line feed in a string': '{"a":"\n"}',
  'a NUL in a string': '{"a":"\0"}',
  'an open string': '{"a":"b',
  'an open object': '{"a":1',
  'an open array': '[1',
  'the wrong bracket': '{"a":[1}',
  'one bracket too many': '{"a":1}}',
  'two documents': '{}{}',
  'two documents with a space': '{} {}',
  'a word behind': '{}x',
  'a word that ends early': 'nul',
  'a word in capitals': 'True',
  undefined: 'undefined',
  'a mark of the byte order': '\xef\xbb\xbf{}',
  'a NUL behind': '{"a":1}\0',
  'a no-break space in front': '\xc2\xa0{}',
  'a vertical tab behind': '{"a":1}\x0b',
  'a backslash at the end of a string': '{"a":"\\"}',
};

const DUPLICATE_KEYS = {
  'a key twice': '{"a":1,"a":2}',
  'a key twice, once escaped': '{"a":1,"\\u0061":2}',
  'a key twice, deep inside': '{"x":[{"y":{"a":1,"b":2,"a":3}}]}',
};

const TOO_MUCH_JSON = {
  '65 arrays': `${'['.repeat(65)}${']'.repeat(65)}`,
  '65 objects': `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`,
  '1,000 open arrays': '['.repeat(1_000),
};

/** RFC 3629: byte sequences that are no UTF-8. */
const NOT_UTF8 = {
  'a byte that is in no text': 'a\xff',
  'an overlong slash': '\xc0\xaf',
  'an overlong slash of three bytes': '\xe0\x80\xaf',
  'an overlong NUL': '\xc0\x80',
  'half a pair of UTF-16': '\xed\xa0\x80',
  'a number behind the last one': '\xf4\x90\x80\x80',
  'a wrong second byte': '\xe2\x28\xa1',
  'a byte that begins nothing': '\x80',
  'an end in the middle': 'a\xe2\x82',
};

function inside(wrap: (text: string) => string, texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, wrap(text)]));
}

const XML_TYPES = ['application/xml', 'text/xml; charset=utf-8', 'application/soap+xml', 'application/atom+xml'];
const NOT_XML = {
  'an open element': '<a>',
  'an end without a beginning': '</a>',
  'ends in the wrong order': '<a><b></a></b>',
  'two roots': '<a/><b/>',
  'text behind the root': '<a/>x',
  'an attribute without quotes': '<a b=c/>',
  'an attribute without a value': '<a b/>',
  'an attribute twice': '<a b="1" b="2"/>',
  'a bare ampersand': '<a>&</a>',
  'an unknown entity': '<a>&b;</a>',
  'a bare bracket': '<a><</a>',
  'an open comment': '<a><!-- </a>',
  'two dashes in a comment': '<a><!-- -- --></a>',
  'an open section': '<a><![CDATA[</a>',
  'a number of no character': '<a>&#0;</a>',
  'an element that begins with a digit': '<1/>',
  'a declaration that is not in front': '<a/><?xml version="1.0"?>',
};

const ATTACK = "' UNION SELECT password FROM users--";
const BOUNDARY = 'b0undary';
const MULTIPART = [
  `multipart/form-data; boundary=${BOUNDARY}`,
  `multipart/form-data; charset=utf-8; boundary="${BOUNDARY}"`,
];
const part = (head: string, body = 'v'): string => `--${BOUNDARY}\r\n${head}\r\n\r\n${body}\r\n`;
const NAMED = 'Content-Disposition: form-data; name="a"';
const END = `--${BOUNDARY}--\r\n`;
const NOT_MULTIPART = {
  'no end': part(NAMED),
  'no boundary at all': 'a=b',
  'another boundary': `--other\r\n${NAMED}\r\n\r\nv\r\n--other--\r\n`,
  'lines that end with a line feed': `${part(NAMED)}${END}`.replaceAll('\r', ''),
  'a part without a head': `--${BOUNDARY}\r\n\r\nv\r\n${END}`,
  'two names': `${part(`${NAMED}; name="b"`)}${END}`,
  'two file names': `${part(`${NAMED}; filename="a"; filename="b"`)}${END}`,
  'two dispositions': `${part(`${NAMED}\r\nContent-Disposition: form-data; name="b"`)}${END}`,
  'a name in pieces': `${part('Content-Disposition: form-data; name*0="a"; name*1="b"')}${END}`,
  'an encoded name': `${part("Content-Disposition: form-data; name*=utf-8''a")}${END}`,
  'an open quote': `${part('Content-Disposition: form-data; name="a')}${END}`,
  'a folded line': `${part('Content-Disposition: form-data;\r\n name="a"')}${END}`,
  'a space in front of a colon': `${part('Content-Disposition : form-data; name="a"')}${END}`,
  'a line without a colon': `${part(`${NAMED}\r\nx`)}${END}`,
  'a NUL in a name': `${part('Content-Disposition: form-data; name="a\0b"')}${END}`,
  'a transfer encoding': `${part(`${NAMED}\r\nContent-Transfer-Encoding: base64`, 'dg==')}${END}`,
  'data behind the end': `${part(NAMED)}${END}evil`,
};

/** Nothing says how these are to be read but as text, which is what they are inspected as: they pass, and an attack in them does not. */
const oddParts = (body: string): Record<string, string> => ({
  'a part without a name': `${part('Content-Disposition: form-data', body)}${END}`,
  'a part without a disposition': `${part('Content-Type: text/plain', body)}${END}`,
  'another disposition': `${part('Content-Disposition: attachment; name="a"', body)}${END}`,
});

const FORM_TYPES = ['application/x-www-form-urlencoded', 'application/x-www-form-urlencoded; charset=UTF-8'];
/** What browsers and servers take as it is written (WHATWG URL §5.1), and so do we: with and without an attack behind it. */
const ODD_FORMS = {
  'a bare percent sign': 'a=%',
  'a percent sign with one digit': 'a=%1',
  'a percent sign with letters': 'a=%zz',
  'an escape by u': 'a=%u0041',
  'an overlong slash': 'a=%c0%af',
  'half a pair of UTF-16': 'a=%ed%a0%80',
  'a byte that is in no text': 'a=%ff',
  'a bad name': '%zz=a',
};

/** No type, or one that two servers read differently. */
const NOT_A_TYPE = [
  'application',
  'application/',
  '/json',
  'application/json, text/plain',
  'application/json;charset',
  'application/json;charset=utf-8;charset=latin1',
  'application/json; charset="utf-8',
  'application/json x',
  'application /json',
  'application/json\ta',
  'application/json;;a',
  'application/json; a=b c',
  'application/json; charset=utf-16',
  'application/json; charset=utf-32le',
  'application/json; charset=utf-7',
  'application/json; charset=ibm037',
  'application/json; charset=iso-2022-jp',
  'application/json; charset=shift_jis',
  "application/json; charset*=utf-8''utf-16",
  'application/xml; charset=utf-16be',
  'text/plain; charset=utf-7',
  'application/x-www-form-urlencoded; charset=ibm500',
  'multipart/form-data',
  'multipart/form-data; boundary=',
  'multipart/form-data; boundary=""',
  'multipart/form-data; boundary=a; boundary=b',
  "multipart/form-data; boundary*=utf-8''a",
  'multipart/form-data; boundary*0=a; boundary*1=b',
  `multipart/form-data; boundary=${'a'.repeat(71)}`,
  'multipart/form-data; boundary="a "',
  'multipart/form-data; boundary="a\x80"',
  'multipart/form-data; boundary="a;b"',
];

const GOOD_OF_TYPE: Readonly<Record<string, string>> = {
  'application/json': '{"a":1}',
  'application/x-www-form-urlencoded': 'a=b&c=d',
  [MULTIPART[0]!]: `${part(NAMED)}${END}`,
  'application/xml': '<a b="c">d</a>',
  'application/graphql': '{ a }',
  'application/x-ndjson': '{"a":1}\n{"b":2}\n',
  'text/plain': 'hello',
};

const flipped = (body: Buffer, at: number): Buffer => {
  const copy = Buffer.from(body);
  copy[at < 0 ? copy.length + at : at]! ^= 0xff;
  return copy;
};

/** What says that it is compressed, and is not, or not whole. */
function badCodings(): BadBody[] {
  const rows: BadBody[] = [];
  for (const [contentType, text] of Object.entries(GOOD_OF_TYPE)) {
    const good = bytes(text);
    const row = (name: string, contentEncoding: string, body: Buffer, status = 400): void => {
      rows.push({ id: 'H4', name: `${name}, ${contentType}`, contentType, contentEncoding, body, status });
    };
    for (const [coding, encode] of CODINGS.slice(1) as [string, Coding[1]][]) {
      const encoded = encode(good);
      row(`not in ${coding}`, coding, bytes(`\xfe${text}`));
      row(`half of ${coding}`, coding, encoded.subarray(0, Math.ceil(encoded.length / 2)));
      row(`the last byte of ${coding} missing`, coding, encoded.subarray(0, -1));
      row(`a byte behind ${coding}`, coding, Buffer.concat([encoded, bytes('x')]));
      row(`in ${coding} twice, said once`, `${coding}`, encode(encode(good)), statusOfTwice(contentType));
      row(`in ${coding} once, said twice`, `${coding}, ${coding}`, encoded);
      row(`in ${coding}, said thrice`, `${coding}, ${coding}, ${coding}`, encode(encode(encoded)), 415);
    }
    const gzip = gzipSync(good);
    row('a wrong sum in gzip', 'gzip', flipped(gzip, -5));
    row('a wrong length in gzip', 'gzip', flipped(gzip, -1));
    row('a wrong sum in deflate', 'deflate', flipped(deflateSync(good), -1));
    for (const unknown of ['compress', 'aws-chunked', 'gzip; q=1', 'exi', 'gzip gzip', 'base64', '*'])
      row(`coding ${unknown}`, unknown, good, 415);
  }
  return rows;
}

/** What comes out of one layer are the bytes of another: no text, but the oddest of forms. */
function statusOfTwice(contentType: string): number {
  return contentType === 'application/x-www-form-urlencoded' ? 200 : 400;
}

/** UTF-16 and UTF-32 under a type that says nothing of it. */
function wide(): BadBody[] {
  return Object.entries(GOOD_OF_TYPE).flatMap(([contentType, text]) => {
    const little = Buffer.from(text, 'utf16le');
    const big = Buffer.from(little).swap16();
    const forms: readonly (readonly [string, Buffer])[] = [
      ['UTF-16, little end first, marked', Buffer.concat([bytes('\xff\xfe'), little])],
      ['UTF-16, big end first, marked', Buffer.concat([bytes('\xfe\xff'), big])],
      [
        'UTF-32, big end first, marked',
        Buffer.concat([bytes('\0\0\xfe\xff'), ...[...text].map((one) => bytes(`\0\0\0${one}`))]),
      ],
    ];
    return forms.map(([name, body]) => ({ id: 'E3', name: `${name}, ${contentType}`, contentType, body, status: 415 }));
  });
}

const badTypes = (): BadBody[] =>
  NOT_A_TYPE.flatMap((contentType) =>
    ['{"a":1}', 'a=b', ''].map((text) => ({
      id: 'E1',
      name: `type ${contentType} for ${text || 'nothing'}`,
      contentType,
      body: bytes(text),
      status: text === '' ? 200 : 415,
    })),
  );

export const BAD_BODIES: readonly BadBody[] = [
  ...badTypes(),
  ...wide(),
  ...under('F2', JSON_TYPES, NOT_JSON, 400),
  ...under('F1', JSON_TYPES, DUPLICATE_KEYS, 400),
  ...under('F4', JSON_TYPES, TOO_MUCH_JSON, 400),
  ...under(
    'E4',
    JSON_TYPES,
    inside((text) => `{"a":"${text}"}`, NOT_UTF8),
    400,
  ),
  ...under(
    'E4',
    XML_TYPES,
    inside((text) => `<a>${text}</a>`, NOT_UTF8),
    400,
  ),
  ...under(
    'E4',
    FORM_TYPES,
    inside((text) => `a=${text}`, NOT_UTF8),
    200,
  ),
  ...under(
    'E4',
    FORM_TYPES,
    inside((text) => `a=${text}&q=${ATTACK}`, NOT_UTF8),
    403,
  ),
  ...under(
    'F2',
    ['application/x-ndjson', 'application/json-seq'],
    inside((text) => `{"a":1}\n${text}\n`, NOT_JSON),
    400,
  ),
  ...under('G2', MULTIPART, NOT_MULTIPART, 400),
  ...under('G2', MULTIPART, oddParts('v'), 200),
  ...under('G2', MULTIPART, oddParts(ATTACK), 403),
  ...under('G4', FORM_TYPES, ODD_FORMS, 200),
  ...under(
    'G4',
    FORM_TYPES,
    inside((text) => `${text}&q=${ATTACK}`, ODD_FORMS),
    403,
  ),
  ...under(
    'G4',
    FORM_TYPES,
    inside((text) => `${text}${ATTACK}`, ODD_FORMS),
    403,
  ),
  ...under('G5', XML_TYPES, NOT_XML, 400),
  ...badCodings(),
];

export const GOOD_BODIES: readonly BadBody[] = Object.entries(GOOD_OF_TYPE).flatMap(([contentType, text]) =>
  under('good', [contentType], { [`right as ${text.slice(0, 10)}`]: text }, 200),
);
