// What a row of the corpus says: bytes a client puts on the wire, the status it gets, and what the upstream sees of it.
// A row that says nothing about `upstream` expects that not one byte went there.

/** A list where the parsers of Node's versions stop earlier or later; either way nothing passes. */
export type Status = number | readonly number[] | { readonly enforce: number; readonly monitor: number };

export interface Row {
  /** Place in the catalogue of attacks, such as `A4`. */
  readonly id: string;
  readonly name: string;
  readonly bytes: string;
  readonly status: Status;
  /** `METHOD target` of each request that arrives upstream. */
  readonly upstream: readonly string[];
  /** Must stand in what the upstream got, letter by letter and without regard to case. */
  readonly has: readonly string[];
  readonly lacks: readonly string[];
  /** Wrong so far behind the head that monitor mode, which holds nothing back, has sent a beginning. It never ends. */
  readonly mayBegin: boolean;
  /** Bodies as they arrive upstream, without chunking. */
  readonly body: string | undefined;
}

export interface Passing {
  readonly status?: Status;
  readonly has?: readonly string[];
  readonly lacks?: readonly string[];
  readonly body?: string;
}

export const HOST = 'Host: api.example\r\n';
export const CLOSE = 'Connection: close\r\n';

/** Refused in every mode; the upstream sees nothing. */
export function refused(id: string, name: string, bytes: string, status: Status): Row {
  return { id, name, bytes, status, upstream: [], has: [], lacks: [], mayBegin: false, body: undefined };
}

/** Wrong behind the head: refused, and in monitor mode the upstream gets no whole request of it. */
export function broken(id: string, name: string, bytes: string, status: Status): Row {
  return { ...refused(id, name, bytes, status), mayBegin: true };
}

/** Answered by the upstream, in every mode. */
export function passed(
  id: string,
  name: string,
  bytes: string,
  upstream: string | readonly string[],
  more: Passing = {},
): Row {
  return {
    id,
    name,
    bytes,
    status: more.status ?? 200,
    upstream: typeof upstream === 'string' ? [upstream] : upstream,
    has: more.has ?? [],
    lacks: more.lacks ?? [],
    mayBegin: false,
    body: more.body,
  };
}

/** A GET of `/` with these header lines, each with its line end. */
export function get(lines: string, target = '/'): string {
  return `GET ${target} HTTP/1.1\r\n${HOST}${CLOSE}${lines}\r\n`;
}

/** A POST of `/` with these header lines and whatever follows them. */
export function post(lines: string, rest: string, method = 'POST'): string {
  return `${method} / HTTP/1.1\r\n${HOST}${CLOSE}${lines}\r\n${rest}`;
}

export function chunked(rest: string, lines = ''): string {
  return post(`${lines}Transfer-Encoding: chunked\r\n`, rest);
}

/** For names of rows: what cannot be printed is written as a number. */
export function shown(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1);
  return escaped.length <= 40 ? escaped : `${escaped.slice(0, 36)}… (${text.length} bytes)`;
}
