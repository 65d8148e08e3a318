// Section K: what an upstream may answer. Each row is followed by another request, which must get its own answer.

/** What the upstream does behind its bytes. */
type Then = 'stay' | 'end' | 'reset';

export interface AnswerRow {
  readonly name: string;
  readonly bytes: string;
  readonly ends: Then;
  readonly method: string;
  readonly status: number;
  /** The body at the client; undefined where the answer is the gateway's own. */
  readonly body: string | undefined;
  /** Must not stand in the head that the client gets. */
  readonly lacks: readonly string[];
}

const OK = 'HTTP/1.1 200 OK\r\n';
const THREE = 'Content-Length: 3\r\n';
const CHUNKED = 'Transfer-Encoding: chunked\r\n';

function good(name: string, bytes: string, body: string, more: Partial<AnswerRow> = {}): AnswerRow {
  return { name, bytes, ends: 'stay', method: 'GET', status: 200, body, lacks: [], ...more };
}

function bad(name: string, bytes: string, ends: Then = 'stay', status = 502): AnswerRow {
  return { name, bytes, ends, method: 'GET', status, body: undefined, lacks: [] };
}

function framings(): AnswerRow[] {
  const rows = [
    good('a length', `${OK}${THREE}\r\nabc`, 'abc'),
    good('chunks', `${OK}${CHUNKED}\r\n3\r\nabc\r\n0\r\n\r\n`, 'abc'),
    good('chunks with extensions', `${OK}${CHUNKED}\r\n3;a=b\r\nabc\r\n0\r\n\r\n`, 'abc'),
    good('chunks with a trailer', `${OK}${CHUNKED}Trailer: X-A\r\n\r\n3\r\nabc\r\n0\r\nX-A: b\r\n\r\n`, 'abc', {
      lacks: ['trailer', 'x-a'],
    }),
    good('a body up to the end', `${OK}\r\nabc`, 'abc', { ends: 'end' }),
    good('nothing up to the end', `${OK}\r\n`, '', { ends: 'end' }),
    good('length zero', `${OK}Content-Length: 0\r\n\r\n`, ''),
    good('HTTP/1.0', `HTTP/1.0 200 OK\r\n${THREE}\r\nabc`, 'abc', { ends: 'end' }),
    good('HTTP/1.0 up to the end', 'HTTP/1.0 200 OK\r\n\r\nabc', 'abc', { ends: 'end' }),
    bad('both framings', `${OK}${THREE}${CHUNKED}\r\n0\r\n\r\n`),
    bad('both framings, other order', `${OK}${CHUNKED}${THREE}\r\n0\r\n\r\n`),
    bad('two lengths', `${OK}${THREE}Content-Length: 4\r\n\r\nabcd`),
    bad('two lengths alike', `${OK}${THREE}${THREE}\r\nabc`),
    bad('a list of lengths', `${OK}Content-Length: 3, 3\r\n\r\nabc`),
    bad('a signed length', `${OK}Content-Length: +3\r\n\r\nabc`),
    bad('a negative length', `${OK}Content-Length: -3\r\n\r\nabc`),
    bad('a hexadecimal length', `${OK}Content-Length: 0x3\r\n\r\nabc`),
    bad('an empty length', `${OK}Content-Length:\r\n\r\nabc`),
    bad('a length past 2^64', `${OK}Content-Length: 18446744073709551617\r\n\r\nabc`),
    bad('a space before the colon', `${OK}Content-Length : 3\r\n\r\nabc`),
  ];
  return rows;
}

function bodiless(): AnswerRow[] {
  return [
    good('a 204', 'HTTP/1.1 204 No Content\r\n\r\n', '', { status: 204 }),
    good('a 204 with a length', `HTTP/1.1 204 No Content\r\n${THREE}\r\nabc`, '', {
      status: 204,
      lacks: ['content-length'],
    }),
    good('a 204 with chunks', `HTTP/1.1 204 No Content\r\n${CHUNKED}\r\n3\r\nabc\r\n0\r\n\r\n`, '', {
      status: 204,
      lacks: ['transfer-encoding'],
    }),
    good('a 304', 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n', '', { status: 304 }),
    good('a 304 with a length', `HTTP/1.1 304 Not Modified\r\n${THREE}\r\n`, '', { status: 304 }),
    good('a 304 with a body', `HTTP/1.1 304 Not Modified\r\n${THREE}\r\nabc`, '', { status: 304 }),
    good('a HEAD with a length', `${OK}${THREE}\r\n`, '', { method: 'HEAD' }),
    good('a HEAD with a body', `${OK}${THREE}\r\nabc`, '', { method: 'HEAD' }),
    good('a HEAD with chunks', `${OK}${CHUNKED}\r\n3\r\nabc\r\n0\r\n\r\n`, '', { method: 'HEAD' }),
    good('early hints first', `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${OK}${THREE}\r\nabc`, 'abc', {
      lacks: ['103', 'link'],
    }),
    good('processing first', `HTTP/1.1 102 Processing\r\n\r\n${OK}${THREE}\r\nabc`, 'abc', { lacks: ['102'] }),
    bad('an unasked 100', `HTTP/1.1 100 Continue\r\n\r\n${OK}${THREE}\r\nabc`),
    bad('an unasked 101', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
    bad(
      'an unasked WebSocket',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
    ),
  ];
}

function statuses(): AnswerRow[] {
  const rows: AnswerRow[] = [];
  for (const status of [200, 201, 206, 299, 301, 400, 401, 403, 404, 418, 451, 500, 502, 503, 504, 599]) {
    rows.push(
      good(`status ${status}`, `HTTP/1.1 ${status} Some Words\r\n${THREE}\r\nabc`, 'abc', {
        status,
        lacks: ['some words'],
      }),
    );
  }
  for (const status of [
    '000',
    '001',
    '099',
    '600',
    '999',
    '1000',
    '20',
    '2',
    '',
    '-200',
    '2OO',
    '0x200',
    '+200',
    '200.0',
  ]) {
    rows.push(bad(`status "${status}"`, `HTTP/1.1 ${status} Words\r\nContent-Length: 0\r\n\r\n`));
  }
  rows.push(good('no reason phrase', `HTTP/1.1 200\r\n${THREE}\r\nabc`, 'abc'));
  rows.push(good('an empty reason phrase', `HTTP/1.1 200 \r\n${THREE}\r\nabc`, 'abc'));
  return rows;
}

function heads(): AnswerRow[] {
  const rows: AnswerRow[] = [
    bad('no HTTP', 'SSH-2.0-OpenSSH_9\r\n', 'end'),
    bad('nothing but a closed connection', '', 'end'),
    bad('nothing but a reset', '', 'reset'),
    bad('half a status line', 'HTTP/1.1 20', 'end'),
    bad('half a head', `${OK}X-A: b\r\n`, 'end'),
    bad('half a head and a reset', `${OK}X-A: b\r\n`, 'reset'),
    // Written anew for the client, whatever version the upstream claims.
    good('HTTP/2.0', `HTTP/2.0 200 OK\r\n${THREE}\r\nabc`, 'abc'),
    bad('HTTP/0.9', '<html>evil</html>', 'end'),
    bad('a line feed in the status line', `HTTP/1.1 200 OK\n${THREE}\r\nabc`),
    bad('a folded line', `${OK}X-A: b\r\n c\r\n${THREE}\r\nabc`),
    bad('a line without a colon', `${OK}X-A\r\n${THREE}\r\nabc`),
    bad('a space in a name', `${OK}X A: b\r\n${THREE}\r\nabc`),
    bad('a bare carriage return in a value', `${OK}X-A: b\rSet-Cookie: evil\r\n${THREE}\r\nabc`),
    bad('a bare line feed in a value', `${OK}X-A: b\nSet-Cookie: evil\r\n${THREE}\r\nabc`),
    bad('a NUL in a value', `${OK}X-A: b\0c\r\n${THREE}\r\nabc`),
    bad('a head of 20 KB', `${OK}X-A: ${'a'.repeat(20_000)}\r\n${THREE}\r\nabc`),
    bad('cookies of 20 KB', `${OK}${`Set-Cookie: a=${'b'.repeat(80)}\r\n`.repeat(200)}${THREE}\r\nabc`),
  ];
  for (const code of [0x01, 0x08, 0x0b, 0x1b, 0x7f]) {
    rows.push(bad(`byte ${code} in a value`, `${OK}X-A: b${String.fromCharCode(code)}c\r\n${THREE}\r\nabc`));
  }
  for (const [name, value] of [
    ['Keep-Alive', 'timeout=5'],
    ['Proxy-Authenticate', 'Basic'],
    ['Upgrade', 'h2c'],
    ['Proxy-Connection', 'close'],
    ['TE', 'x'],
    ['x-sallyport-tags', 'forged'],
    ['X-Sallyport-Id', 'forged'],
  ] as const) {
    rows.push(
      good(`${name} is for this hop or forged`, `${OK}${name}: ${value}\r\n${THREE}\r\nabc`, 'abc', {
        lacks: [`${name}: ${value}`.toLowerCase()],
      }),
    );
  }
  rows.push(
    good('a line named by Connection', `${OK}Connection: X-Hop\r\nX-Hop: secret\r\n${THREE}\r\nabc`, 'abc', {
      lacks: ['secret'],
    }),
  );
  rows.push(good('two cookies', `${OK}Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n${THREE}\r\nabc`, 'abc'));
  rows.push(good('__proto__ as a name', `${OK}__proto__: x\r\n${THREE}\r\nabc`, 'abc'));
  return rows;
}

function leftovers(): AnswerRow[] {
  // What comes behind a whole answer belongs to nobody.
  return [
    good('a second answer at once', `${OK}${THREE}\r\nabc${OK}Content-Length: 4\r\n\r\nevil`, 'abc'),
    good('nonsense behind a whole answer', `${OK}${THREE}\r\nabcevil evil`, 'abc'),
    good('a body longer than its length', `${OK}${THREE}\r\nabcdef`, 'abc'),
    good('an answer behind a 204', `HTTP/1.1 204 No Content\r\n\r\n${OK}Content-Length: 4\r\n\r\nevil`, '', {
      status: 204,
    }),
  ];
}

export const ANSWERS: readonly AnswerRow[] = [...framings(), ...bodiless(), ...statuses(), ...heads(), ...leftovers()];

/** What follows this mark is sent a moment later: Node takes a reset that comes together with data for a clean end. */
export const LATER = '\u0000later\u0000';

/** Bodies that break off. Held ones are a 502; one that has begun must not look whole. */
export const CUT_ANSWERS: readonly (readonly [name: string, bytes: string, ends: Then])[] = (
  ['end', 'reset'] as const
).flatMap((ends) => [
  [`a short body, then ${ends}`, `${OK}Content-Length: 100\r\n\r\nabc`, ends] as const,
  [`chunks without an end, then ${ends}`, `${OK}${CHUNKED}\r\n3\r\nabc\r\n`, ends] as const,
  [`half a chunk, then ${ends}`, `${OK}${CHUNKED}\r\nff\r\nabc`, ends] as const,
  [`a broken chunk size, then ${ends}`, `${OK}${CHUNKED}\r\n3\r\nabc\r\n${LATER}xyz\r\n`, ends] as const,
]);
