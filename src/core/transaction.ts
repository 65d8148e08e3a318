// One request with its response, seen from the gateway.

/** A moment at which inspection runs. */
export type Phase = 'request-head' | 'request-body' | 'response-head' | 'response-body';
export type Direction = 'request' | 'response';

/** Header names and values alternating, in the order and spelling received; latin1 text. */
export type RawHeaders = readonly string[];

export interface RequestHead {
  readonly method: string;
  /** The request target exactly as received: origin-form, absolute-form, authority-form or `*`. */
  readonly target: string;
  readonly httpVersion: string;
  readonly rawHeaders: RawHeaders;
}

export interface ResponseHead {
  readonly status: number;
  readonly rawHeaders: RawHeaders;
}

/** The downstream connection a request came on. */
export interface Connection {
  /** Address of the TCP peer, IPv4-mapped IPv6 already unmapped. */
  readonly peerAddress: string;
  readonly isEncrypted: boolean;
}

/** The first value of a header, or undefined. `name` in lower case. */
export function headerValue(rawHeaders: RawHeaders, name: string): string | undefined {
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const candidate = rawHeaders[i]!;
    if (candidate.length === name.length && candidate.toLowerCase() === name) return rawHeaders[i + 1];
  }
  return undefined;
}
