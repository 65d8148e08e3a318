// ZAP: what `core/view/messages` answers and "Export Messages to File" writes. Its HAR exports are HAR.
import type { RecordedTransaction } from '../../core/recorded-transaction.ts';
import { readHttpText, requestLine, statusLine } from '../http-text.ts';
import { isLoose, messageOfBytes, timeOf, UNKNOWN_ADDRESS } from '../recorded-message.ts';
import { sendableUrl } from '../recorded-url.ts';

/** One message of the API's JSON. @throws Error that says what is missing */
export function fromZapMessage(value: unknown): RecordedTransaction {
  if (!isLoose(value) || typeof value.requestHeader !== 'string') throw new Error('a message has a `requestHeader`');
  const text = (one: unknown): string => (typeof one === 'string' ? one : '');
  return transactionOf(
    Buffer.from(`${value.requestHeader.trimEnd()}\r\n\r\n${text(value.requestBody)}`),
    value.responseHeader === undefined
      ? undefined
      : Buffer.from(`${text(value.responseHeader).trimEnd()}\r\n\r\n${text(value.responseBody)}`),
    timeOf(value.timestamp),
    true,
  );
}

export const ZAP_SEPARATOR = /^={2,10} \d{1,12} ={2,20}\r?$/;

/** What stands between two separator lines. @throws Error when it is no HTTP message */
export function fromZapText(block: Buffer): RecordedTransaction {
  const text = block.toString('latin1');
  const headEnd = /\r?\n\r?\n/.exec(text);
  // A body is followed by a line end of its own, and then the status line.
  const from = headEnd === null ? text.length : headEnd.index + headEnd[0].length;
  const answer = /(?:^|\r?\n)(?=HTTP\/\d(?:\.\d)? \d{3}\b)/.exec(text.slice(from));
  const end = answer === null ? text.length : from + answer.index;
  const start = answer === null ? text.length : from + answer.index + answer[0].length;
  const response = answer === null ? undefined : Buffer.from(withoutLineEnds(text.slice(start)), 'latin1');
  return transactionOf(Buffer.from(text.slice(0, end), 'latin1'), response, 0, false);
}

/** A loop, since `[\r\n]+$` takes the square of the line ends that stand elsewhere. */
function withoutLineEnds(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\r' || text[end - 1] === '\n')) end -= 1;
  return text.slice(0, end);
}

function transactionOf(
  requestBytes: Buffer,
  responseBytes: Buffer | undefined,
  at: number,
  isText: boolean,
): RecordedTransaction {
  const request = readHttpText(requestBytes);
  const line = request === undefined ? undefined : requestLine(request.startLine);
  if (request === undefined || line === undefined) throw new Error('there is no request line');
  const response = responseBytes === undefined ? undefined : readHttpText(responseBytes);
  const status = response === undefined ? undefined : statusLine(response.startLine);
  return {
    at,
    clientAddress: UNKNOWN_ADDRESS,
    request: {
      method: line.method,
      url: sendableUrl(line.url),
      ...messageOfBytes(request.rawHeaders, request.body, isText),
    },
    response:
      response === undefined || status === undefined
        ? undefined
        : { status, ...messageOfBytes(response.rawHeaders, response.body, isText) },
  };
}
