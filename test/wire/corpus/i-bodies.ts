// Section I: sizes of bodies. Pieces of them arrive as fast as loopback carries them.
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

/** Bodies of several types with as many characters in front of an attack. */
const PADDED: Readonly<Record<string, readonly [type: string, body: (length: number) => string]>> = {
  JSON: ['application/json', (length) => `{"pad":"${'x'.repeat(length)}","q":"${ATTACK}"}`],
  'a form': [
    'application/x-www-form-urlencoded',
    (length) => `pad=${'x'.repeat(length)}&q=${encodeURIComponent(ATTACK)}`,
  ],
  multipart: [
    'multipart/form-data; boundary=b',
    (length) =>
      `--b\r\nContent-Disposition: form-data; name="pad"\r\n\r\n${'x'.repeat(length)}\r\n--b\r\nContent-Disposition: form-data; name="q"\r\n\r\n${ATTACK}\r\n--b--\r\n`,
  ],
};

/** Behind more padding than is inspected, an attack is not seen; so in enforce mode nothing of it goes on. */
function padded(): Row[] {
  const rows: Row[] = [];
  for (const [name, [type, body]] of Object.entries(PADDED)) {
    for (const length of [8, 16, 64, 128, 200]) {
      const text = body(length * 1_024);
      rows.push(
        refused(
          'I1',
          `an attack behind ${length} KiB of ${name}`,
          post(`Content-Type: ${type}\r\nContent-Length: ${text.length}\r\n`, text),
          { enforce: 403, monitor: 200 },
        ),
      );
    }
    for (const length of [256, 1_024, 12_288]) {
      const text = body(length * 1_024);
      rows.push(
        refused(
          'I1',
          `an attack behind ${length} KiB of ${name}, over the limit`,
          post(`Content-Type: ${type}\r\nContent-Length: ${text.length}\r\n`, text),
          { enforce: 413, monitor: 200 },
        ),
      );
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

export const BODIES: readonly Row[] = [...sizes(), ...padded()];
