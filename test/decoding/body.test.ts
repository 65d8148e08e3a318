import zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classesOf } from '../../src/core/characters.ts';
import { Fault } from '../../src/core/fault.ts';
import type { Field } from '../../src/core/field.ts';
import { DEFAULT_LIMITS } from '../../src/core/limits.ts';
import { decodeBody } from '../../src/decoding/body.ts';
import { decodeContent, parseContentEncoding } from '../../src/decoding/content-encoding.ts';
import { parseContentType } from '../../src/decoding/content-type.ts';
import { unfold } from '../../src/decoding/nested.ts';

function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (error instanceof Fault) return `${error.status} ${error.code}`;
    throw error;
  }
}

function texts(body: string | Buffer, contentType: string | undefined): unknown {
  return outcome(() => {
    const found: string[] = [];
    const sink = { wanted: -1, add: (f: Field) => found.push(`${f.pointer}=${f.text}`), skip: () => {} };
    decodeBody(Buffer.from(body as string), parseContentType(contentType), DEFAULT_LIMITS, sink);
    return found;
  });
}

describe('parseContentType', () => {
  it.each([
    ['E1 a tab inside', 'application/json\ta', '415 CONTENT_TYPE_INVALID'],
    ['E1 a list', 'application/json, text/plain', '415 CONTENT_TYPE_INVALID'],
    ['E1 no subtype', 'json', '415 CONTENT_TYPE_INVALID'],
    ['E3 two charsets', 'text/plain; charset=utf-8; charset=utf-7', '415 CONTENT_TYPE_INVALID'],
    ['E3 utf-16', 'application/json; charset=utf-16', '415 CHARSET_UNSUPPORTED'],
    ['E3 utf-7', 'text/plain; charset="UTF-7"', '415 CHARSET_UNSUPPORTED'],
    ['E3 ibm037', 'application/x-www-form-urlencoded; charset=ibm037', '415 CHARSET_UNSUPPORTED'],
    ['E3 iso-2022-kr', 'text/xml; charset=iso-2022-kr', '415 CHARSET_UNSUPPORTED'],
    ['G1 no boundary', 'multipart/form-data', '415 BOUNDARY_INVALID'],
    ['G1 two boundaries', 'multipart/form-data; boundary=a; boundary=b', '415 CONTENT_TYPE_INVALID'],
    ['G1 a continued boundary', 'multipart/form-data; boundary*0=a', '415 CONTENT_TYPE_INVALID'],
    ['G1 a long boundary', `multipart/form-data; boundary=${'a'.repeat(71)}`, '415 BOUNDARY_INVALID'],
  ])('refuses %s', (_, value, expected) => expect(outcome(() => parseContentType(value))).toBe(expected));

  it.each([
    [undefined, 'text'],
    ['application/json', 'json'],
    ['Application/JSON;', 'json'],
    ['application/json; charset=UTF-8', 'json'],
    ['application/vnd.api+json', 'json'],
    ['application/soap+xml; charset="utf-8"', 'xml'],
    ['application/x-ndjson', 'ndjson'],
    ['application/x-www-form-urlencoded', 'form'],
    ['multipart/form-data; boundary="a b?c"', 'multipart'],
    ['image/png; charset=utf-16', 'binary'],
    ['application/graphql', 'graphql'],
    ['text/csv; header=present', 'text'],
  ])('E1 reads %s as %s', (value, format) => expect(parseContentType(value).format).toBe(format));
});

describe('decodeContent', () => {
  const decode = (bytes: Buffer, encoding: string): unknown =>
    outcome(() =>
      decodeContent(bytes, parseContentEncoding(encoding, DEFAULT_LIMITS), 8_388_608, DEFAULT_LIMITS).toString(),
    );
  const junk = Buffer.from('junk');
  const bomb = Buffer.alloc(20_000_000);

  it.each<[string, Buffer, string, string]>([
    ['gzip', zlib.gzipSync('hello'), 'gzip', 'hello'],
    ['H3 x-gzip', zlib.gzipSync('hello'), 'X-GZIP', 'hello'],
    ['zlib', zlib.deflateSync('hello'), 'deflate', 'hello'],
    ['H4 raw deflate', zlib.deflateRawSync('hello'), 'deflate', 'hello'],
    ['brotli', zlib.brotliCompressSync('hello'), 'br', 'hello'],
    ['H2 two layers', zlib.gzipSync(zlib.brotliCompressSync('hello')), 'br, gzip', 'hello'],
    ['H4 two members', Buffer.concat([zlib.gzipSync('hel'), zlib.gzipSync('lo')]), 'gzip', 'hello'],
    ['nothing', Buffer.alloc(0), 'gzip', ''],
    ['H1 a gzip bomb', zlib.gzipSync(bomb), 'gzip', '413 DECOMPRESSION_LIMIT'],
    ['H1 a brotli bomb', zlib.brotliCompressSync(bomb.subarray(0, 4_000_000)), 'br', '413 DECOMPRESSION_LIMIT'],
    ['H2 three layers', junk, 'gzip, gzip, gzip', '415 CONTENT_ENCODING_UNSUPPORTED'],
    ['H3 compress', junk, 'compress', '415 CONTENT_ENCODING_UNSUPPORTED'],
    ['H3 aws-chunked', junk, 'aws-chunked', '415 CONTENT_ENCODING_UNSUPPORTED'],
    ['H4 garbage behind gzip', Buffer.concat([zlib.gzipSync('a'), junk]), 'gzip', '400 CONTENT_ENCODING_INVALID'],
    ['H4 garbage behind zlib', Buffer.concat([zlib.deflateSync('a'), junk]), 'deflate', '400 CONTENT_ENCODING_INVALID'],
    [
      'H4 garbage behind brotli',
      Buffer.concat([zlib.brotliCompressSync('a'), junk]),
      'br',
      '400 CONTENT_ENCODING_INVALID',
    ],
    ['H4 a truncated stream', zlib.gzipSync('hello').subarray(0, -4), 'gzip', '400 CONTENT_ENCODING_INVALID'],
  ])('%s', (_, bytes, encoding, expected) => expect(decode(bytes, encoding)).toBe(expected));
});

const FORM_DATA = 'multipart/form-data; boundary=b';

/** A part with a disposition, as browsers write it. */
function part(disposition: string, content: string, more = ''): string {
  return `--b\r\nContent-Disposition: form-data; ${disposition}\r\n${more}\r\n${content}\r\n`;
}

describe('decodeBody', () => {
  it.each<[string, string | Buffer, string | undefined, unknown]>([
    ['E2 JSON as text', '{"a":"<b>"}', 'text/plain', ['/a=a', '/a=<b>']],
    ['E2 JSON without a type', ' [{"a":"x"}]', undefined, ['/0/a=a', '/0/a=x']],
    ['E2 JSON as a form', '{"a":"x"}', 'application/x-www-form-urlencoded', ['/{"a":"x"}={"a":"x"}', '/a=a', '/a=x']],
    ['E2 text that only begins like JSON', '[draft] it works', 'text/plain', ['=[draft] it works']],
    ['E2 text that only begins like XML', '<?xml is how it starts', 'text/plain', ['=<?xml is how it starts']],
    ['E3 a UTF-16 mark', Buffer.from('\ufeff{}', 'utf16le'), 'application/json', '415 CHARSET_UNSUPPORTED'],
    ['E3 UTF-16 without a mark', Buffer.from('{}', 'utf16le'), 'application/json', '415 CHARSET_UNSUPPORTED'],
    ['E3 UTF-32', Buffer.from([0, 0, 0, 0x7b]), 'application/json', '415 CHARSET_UNSUPPORTED'],
    ['E3 XML that names UTF-7', '<?xml version="1.0" encoding="UTF-7"?><a/>', 'text/xml', '415 CHARSET_UNSUPPORTED'],
    ['E4 text that is no UTF-8', Buffer.from([0x61, 0xff]), 'text/plain', '400 TEXT_NOT_UTF8'],
    ['a protobuf message', Buffer.from([0x0a, 0x00, 0xff]), 'application/x-protobuf', []],
    ['ndjson', '{"a":"x"}\n\n{"a":"y"}\n', 'application/x-ndjson', ['/0/a=a', '/0/a=x', '/1/a=a', '/1/a=y']],
    ['Korean in a form', 'q=한글', 'application/x-www-form-urlencoded', ['/q=q', '/q=한글']],
    ['G5 a DOCTYPE is shown, not expanded', '<!DOCTYPE a><a>x</a>', 'text/xml', ['/!DOCTYPE=<!DOCTYPE a>', '/a=x']],
    ['G5 an entity', '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', 'text/xml', '400 XML_INVALID'],
    ['XML depth', '<a>'.repeat(65), 'text/xml', '400 XML_TOO_DEEP'],
    ['G2 a valid part', `${part('name="a"', 'x')}--b--\r\n`, FORM_DATA, ['/a=a', '/a=x']],
    ['G2 a file', `${part('name="f"; filename="a.txt"', 'x')}--b--`, FORM_DATA, ['/f=f', '/f=a.txt', '/f=x']],
    [
      'G2 an extended file name',
      `${part("name=f; filename*=utf-8'en'%E2%82%AC%20..%2Fa.txt", 'x')}--b--`,
      FORM_DATA,
      ['/f=f', '/f=€ ../a.txt', '/f=x'],
    ],
    [
      'G2 both file names',
      `${part(`name="f"; filename="a.txt"; filename*=ISO-8859-1''%e4.txt`, 'x')}--b--`,
      FORM_DATA,
      ['/f=f', '/f=a.txt', '/f=ä.txt', '/f=x'],
    ],
    [
      'G2 an extended file name that goes on behind a quote',
      `${part("name=f; filename*=UTF-8''a'or'1", 'x')}--b--`,
      FORM_DATA,
      '400 MULTIPART_DISPOSITION',
    ],
    [
      'G2 an extended file name without a charset',
      `${part('name=f; filename*=a.txt', 'x')}--b--`,
      FORM_DATA,
      '400 MULTIPART_DISPOSITION',
    ],
    [
      'G2 an extended file name in another charset',
      `${part("name=f; filename*=utf-7''a", 'x')}--b--`,
      FORM_DATA,
      '400 MULTIPART_DISPOSITION',
    ],
    [
      'G2 an extended file name that is no UTF-8',
      `${part("name=f; filename*=utf-8''%ff", 'x')}--b--`,
      FORM_DATA,
      '400 MULTIPART_DISPOSITION',
    ],
    [
      'G2 a JSON part',
      `${part('name="j"', '{"k":"v"}', 'Content-Type: application/json\r\n')}--b--`,
      FORM_DATA,
      ['/j=j', '/j/k=k', '/j/k=v'],
    ],
    ['G2 no closing boundary', part('name="a"', 'x'), FORM_DATA, '400 MULTIPART_NOT_CLOSED'],
    ['G2 text before', `x\r\n${part('name="a"', 'x')}--b--`, FORM_DATA, '400 MULTIPART_PREAMBLE'],
    ['G2 text after', `${part('name="a"', 'x')}--b--\r\nx`, FORM_DATA, '400 MULTIPART_EPILOGUE'],
    ['G2 text far after', `${part('name="a"', 'x')}--b--${' '.repeat(500)}x`, FORM_DATA, '400 MULTIPART_EPILOGUE'],
    ['G2 bare line feeds', `${part('name="a"', 'x')}--b--`.replaceAll('\r', ''), FORM_DATA, '400 MULTIPART_DELIMITER'],
    [
      'G2 a boundary that begins like ours',
      `${part('name="a"', 'x\r\n--bc')}--b--`,
      FORM_DATA,
      '400 MULTIPART_DELIMITER',
    ],
    ['G2 a folded header', `${part('name="a"', 'x', 'X: a\r\n b\r\n')}--b--`, FORM_DATA, '400 MULTIPART_HEADERS'],
    ['G2 a delimiter among the headers', `--b\r\n--b:x\r\n\r\nx\r\n--b--`, FORM_DATA, '400 MULTIPART_HEADERS'],
    ['G2 two names', `${part('name="a"; name="c"', 'x')}--b--`, FORM_DATA, '400 MULTIPART_DISPOSITION'],
    ['G2 bad quoting', `${part('name="a', 'x')}--b--`, FORM_DATA, '400 MULTIPART_DISPOSITION'],
    [
      'G2 a transfer encoding',
      `${part('name="a"', 'eA==', 'Content-Transfer-Encoding: base64\r\n')}--b--`,
      FORM_DATA,
      '400 MULTIPART_TRANSFER_ENCODING',
    ],
    ['G3 too many parts', `${part('name="a"', 'x').repeat(1_001)}--b--`, FORM_DATA, '413 MULTIPART_PARTS_TOO_MANY'],
  ])('%s', (_, body, type, expected) => expect(texts(body, type)).toEqual(expected));

  it('F9 finds a GraphQL request under an escaped name', () => {
    const sink = { wanted: 0, add: () => {}, skip: () => {} };
    const body = Buffer.from('{"\\u0071uery":"{ a }"}');
    const view = decodeBody(body, parseContentType('application/json'), DEFAULT_LIMITS, sink);
    expect(view.graphql.map((request) => request.query)).toEqual(['{ a }']);
  });

  it('I4 takes little time for many values below long names', () => {
    const depth = 60;
    const open = Array.from({ length: depth }, (_, i) => `{"${String(i).padEnd(4_000, 'k')}":`).join('');
    const values = Array.from({ length: 30_000 }, () => '"\'"').join(',');
    const fields: Field[] = [];
    const sink = { wanted: -1, add: (f: Field) => fields.push(f), skip: () => {} };
    const body = Buffer.from(`${open}[${values}]${'}'.repeat(depth)}`);
    // Copying the names for every value would move 7 GB, and run into the test's time limit.
    decodeBody(body, parseContentType('application/json'), DEFAULT_LIMITS, sink);
    expect(fields).toHaveLength(30_000 + depth);
  });

  it('never throws anything but a Fault on random bytes of any type', () => {
    const types = ['application/json', 'text/xml', 'application/x-www-form-urlencoded', FORM_DATA, undefined, 'a/b'];
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.string().map((s) => Buffer.from(`--b\r\n${s}`)),
    );
    fc.assert(
      fc.property(bytes, fc.constantFrom(...types), (body, type) => {
        texts(Buffer.from(body), type);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('unfold', () => {
  const variants = (text: string): string[] => {
    const field: Field = {
      location: 'body',
      pointer: '/a',
      name: 'a',
      of: 'value',
      text,
      classes: classesOf(text),
      decodings: [],
    };
    return unfold(field, DEFAULT_LIMITS).map((variant) => `${variant.decodings.join('+')}:${variant.text}`);
  };
  const base64 = (text: string): string => Buffer.from(text).toString('base64');

  it.each<[string, string, string]>([
    ['C2 percent, twice', '%253Cscript%253E', 'percent+percent:<script>'],
    ['%u', '%u003cscript>', 'percent:<script>'],
    ['F10 base64', base64('<script>alert(1)</script>'), 'base64:<script>alert(1)</script>'],
    ['hex', Buffer.from('<script>x</script>').toString('hex'), 'hex:<script>x</script>'],
    ['entities', '&lt;script&#62;', 'html:<script>'],
    ['escapes', '\\x3cscript\\u003e', 'escape:<script>'],
    ['F10 JSON in a string', '{"k":"<script>"}', 'json:<script>'],
    ['C6 full width', '＜script＞', 'unicode:<script>'],
    ['C6 overlong bytes', '\u00c0\u00ae\u00c0\u00ae\u00c0\u00afetc', 'overlong:../etc'],
  ])('follows %s', (_, text, expected) => expect(variants(text)).toContain(expected));

  it.each([
    'Ann Smith',
    "O'Brien",
    '한국어 문장입니다',
    '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    '7f9c24e8-3b1a-4f0e-9c5d-1a2b3c4d5e6f',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLWJ5dGVz',
    '100% of it',
    'Tom & Jerry',
    'https://example.com/a/b?c=d',
    'C:\\Users\\ann',
  ])('leaves %s alone', (text) => expect(variants(text)).toEqual([]));

  it('I4 stays linear in the strings of a nested JSON text', () => {
    const nested = JSON.stringify(Array.from({ length: 40_000 }, (_, i) => `<${i}>`));
    expect(variants(nested)).toHaveLength(40_000);
  });
});
