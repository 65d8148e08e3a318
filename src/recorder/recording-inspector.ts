// Between the sockets and the engine: hands every call on as it is, and keeps what passed until the transaction is complete.
// Invariant: nothing of what the engine answers is changed, delayed or looked at.
import type { Fault } from '../core/fault.ts';
import type { Completion, Inspection, Inspector } from '../core/inspector.ts';
import type { RecordedMessage, RecordedTransaction } from '../core/recorded-transaction.ts';
import type { Connection, RequestHead, ResponseHead } from '../core/transaction.ts';

export interface TransactionTaker {
  wants(): boolean;
  offer(transaction: RecordedTransaction, id: string): boolean;
}

export function recordingInspector(inspector: Inspector, taker: TransactionTaker): Inspector {
  return {
    begin: (id, receivedAt, head, connection) => {
      const inspection = inspector.begin(id, receivedAt, head, connection);
      return taker.wants() ? recorded(inspection, taker, id, receivedAt, head, connection) : inspection;
    },
  };
}

const NONE = Buffer.alloc(0);

function recorded(
  inspection: Inspection,
  taker: TransactionTaker,
  id: string,
  at: number,
  head: RequestHead,
  connection: Connection,
): Inspection {
  let requestBody: Buffer = NONE;
  let responseBody: Buffer = NONE;
  let responseHead: ResponseHead | undefined;
  return {
    clientAddress: inspection.clientAddress,
    isPeerTrusted: inspection.isPeerTrusted,
    requestHead: () => inspection.requestHead(),
    requestBody: (received: Buffer, decoded: Buffer | Fault) => {
      requestBody = received;
      return inspection.requestBody(received, decoded);
    },
    requestBodyOverLimit: (prefix: Buffer) => {
      requestBody = prefix;
      return inspection.requestBodyOverLimit(prefix);
    },
    upstreamHeaders: () => inspection.upstreamHeaders(),
    responseHead: (answer: ResponseHead) => {
      responseHead = answer;
      return inspection.responseHead(answer);
    },
    responseBody: (received: Buffer, decoded: Buffer | Fault) => {
      responseBody = received;
      return inspection.responseBody(received, decoded);
    },
    responseBodyOverLimit: (prefix: Buffer) => {
      responseBody = prefix;
      return inspection.responseBodyOverLimit(prefix);
    },
    downstreamHeaders: () => inspection.downstreamHeaders(),
    complete: (completion: Completion) => {
      inspection.complete(completion);
      const transaction = {
        at,
        // Who is behind proxies is told by the headers, which are recorded too.
        clientAddress: connection.peerAddress,
        request: { method: head.method, url: head.target, ...message(head.rawHeaders, requestBody) },
        response:
          responseHead === undefined
            ? undefined
            : { status: responseHead.status, ...message(responseHead.rawHeaders, responseBody) },
      };
      taker.offer(transaction, id);
    },
  };
}

function message(rawHeaders: readonly string[], body: Buffer): RecordedMessage {
  return { rawHeaders, body, isDecoded: false };
}
