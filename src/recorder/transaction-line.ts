// A recorded transaction as one line of JSON and back, byte for byte.
import type { RecordedMessage, RecordedTransaction } from '../core/recorded-transaction.ts';

interface WrittenMessage {
  readonly headers: readonly string[];
  readonly body: string;
  readonly isDecoded: boolean;
}

interface Written {
  readonly at: number;
  readonly client: string;
  readonly method: string;
  readonly url: string;
  readonly request: WrittenMessage;
  readonly status?: number;
  readonly response?: WrittenMessage;
}

export function lineOf({ at, clientAddress, request, response }: RecordedTransaction): string {
  const written: Written = {
    at,
    client: clientAddress,
    method: request.method,
    url: request.url,
    request: messageOf(request),
    ...(response === undefined ? {} : { status: response.status, response: messageOf(response) }),
  };
  return JSON.stringify(written);
}

/** Of a line that was sealed, so that nobody else can have written it. */
export function transactionOf(line: string): RecordedTransaction {
  const { at, client, method, url, request, status, response } = JSON.parse(line) as Written;
  return {
    at,
    clientAddress: client,
    request: { method, url, ...recorded(request) },
    response: response === undefined ? undefined : { status: status ?? 0, ...recorded(response) },
  };
}

function messageOf({ rawHeaders, body, isDecoded }: RecordedMessage): WrittenMessage {
  return { headers: rawHeaders, body: body.toString('base64'), isDecoded };
}

function recorded({ headers, body, isDecoded }: WrittenMessage): RecordedMessage {
  return { rawHeaders: headers, body: Buffer.from(body, 'base64'), isDecoded };
}
