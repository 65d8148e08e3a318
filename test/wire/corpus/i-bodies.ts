// Section I: sizes of bodies. Pieces of them arrive as fast as loopback carries them.
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { chunked, passed, post, type Row, refused } from './row.ts';

/** Of the route, see the gateway of these tests. */
export const BODY_BYTES_MAX = 256 * 1024;

const form = (text: string): string => `Content-Type: text/plain\r\nContent-Length: ${text.length}\r\n`;

function sizes(): Row[] {
  const rows: Row[] = [];
  for (const length of [0, 1, 1_024, 65_535, 65_536, 65_537, BODY_BYTES_MAX - 1, BODY_BYTES_MAX]) {
    const text = 'x'.repeat(length);
    rows.push(passed('I1', `a body of ${length} bytes`, post(form(text), text), 'POST /', { body: text }));
    const chunk = length === 0 ? '' : `${length.toString(16)}\r\n${text}\r\n`;
    rows.push(
      passed(
        'I1',
        `a chunk of ${length} bytes`,
        chunked(`${chunk}0\r\n\r\n`, 'Content-Type: text/plain\r\n'),
        'POST /',
        { body: text },
      ),
    );
  }
  return rows;
}

const ATTACK = "' UNION SELECT password FROM users--";
const CHUNK_BYTES = 4_093;

const graphql = (padding: string, attack: string): string =>
  JSON.stringify({ query: 'query($q:String){find(q:$q){id}}', variables: { padding, q: attack } });

/** Bodies of several types with as many characters in front of an attack. */
const PADDED: Readonly<Record<string, readonly [type: string, body: (padding: string) => string]>> = {
  JSON: ['application/json', (padding) => `{"pad":"${padding}","q":"${ATTACK}"}`],
  'a form': ['application/x-www-form-urlencoded', (padding) => `pad=${padding}&q=${encodeURIComponent(ATTACK)}`],
  multipart: [
    'multipart/form-data; boundary=b',
    (padding) =>
      `--b\r\nContent-Disposition: form-data; name="pad"\r\n\r\n${padding}\r\n--b\r\nContent-Disposition: form-data; name="q"\r\n\r\n${ATTACK}\r\n--b--\r\n`,
  ],
  XML: ['application/xml', (padding) => `<r><pad>${padding}</pad><q a="${ATTACK}"/></r>`],
  GraphQL: ['application/json', (padding) => graphql(padding, ATTACK)],
};

/** Behind more padding than is inspected, an attack is not seen; so in enforce mode nothing of it goes on. */
function padded(): Row[] {
  const rows: Row[] = [];
  for (const [name, [type, body]] of Object.entries(PADDED)) {
    for (const length of [8, 16, 64, 128, 200]) {
      const text = body('x'.repeat(length * 1_024));
      rows.push(
        refused(
          'I1',
          `an attack behind ${length} KiB of ${name}`,
          post(`Content-Type: ${type}\r\nContent-Length: ${text.length}\r\n`, text),
          { enforce: 403, monitor: 200 },
        ),
      );
    }
    for (const length of [256, 12_288]) {
      const text = body('x'.repeat(length * 1_024));
      rows.push(
        refused(
          'I1',
          `an attack behind ${length} KiB of ${name}, over the limit`,
          post(`Content-Type: ${type}\r\nContent-Length: ${text.length}\r\n`, text),
          { enforce: 413, monitor: 200 },
        ),
      );
    }
    for (const length of [256, name === 'JSON' ? 12_288 : 1_024]) {
      const text = body('x'.repeat(length * 1_024));
      rows.push(
        refused(
          'I1',
          `an attack behind ${length} KiB of ${name} in chunks`,
          chunked(`${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`, `Content-Type: ${type}\r\n`),
          { enforce: 413, monitor: 200 },
        ),
      );
    }
  }
  return rows;
}

const CODINGS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: (bytes) => gzipSync(bytes),
  deflate: (bytes) => deflateSync(bytes),
  br: (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  'gzip, br': (bytes) => brotliCompressSync(gzipSync(bytes)),
};

/** The same in small chunks and compressed: what is inspected is what comes out, and how much of it that may be is bounded. */
function compressed(): Row[] {
  const rows: Row[] = [];
  for (const [name, [type, body]] of Object.entries(PADDED))
    for (const [coding, compress] of Object.entries(CODINGS))
      for (const length of coding === 'gzip' ? [0, 64, 200, 300] : [0, 120]) {
        const bytes = compress(Buffer.from(body(letters(length * 1_024))));
        rows.push(
          refused(
            'I1',
            `an attack behind ${length} KiB of ${name} in ${coding} and chunks of ${CHUNK_BYTES} bytes`,
            chunked(inChunks(bytes), `Content-Type: ${type}\r\nContent-Encoding: ${coding}\r\n`),
            { enforce: length * 1_024 < BODY_BYTES_MAX ? 403 : 413, monitor: 200 },
          ),
        );
      }
  return rows;
}

/** Letters that do not repeat: they compress, and not so far that they are refused for it. */
function letters(length: number): string {
  let state = 1;
  let text = '';
  while (text.length < length) {
    state = (state * 48_271) % 2_147_483_647;
    text += state.toString(36);
  }
  return text.slice(0, length);
}

function inChunks(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const chunk = bytes.subarray(at, at + CHUNK_BYTES);
    text += `${chunk.length.toString(16)}\r\n${chunk.toString('latin1')}\r\n`;
  }
  return `${text}0\r\n\r\n`;
}

export const BODIES: readonly Row[] = [...sizes(), ...padded(), ...compressed()];
