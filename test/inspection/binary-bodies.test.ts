// G6: what nobody here can read is passed on by default, whole and unchanged, and every record of it says so.
import { describe, expect, it } from 'vitest';
import type { TransactionRecord } from '../../src/core/record.ts';
import { createDefaultEngine } from '../../src/inspection/default-engine.ts';
import { runRecorded } from '../../src/inspection/run-recorded.ts';
import { compileSnapshot } from '../../src/inspection/snapshot.ts';
import { shippedPolicies } from '../support/shipped-policies.ts';

const snapshot = compileSnapshot({ version: 'test', documents: shippedPolicies().documents }, []);

/** A gRPC frame (gRPC over HTTP/2, PROTOCOL-HTTP2.md: a flag, four bytes of length) around a protobuf message with a string and a number. */
function grpcFrame(text: string, isCompressed = false): Buffer {
  const string = Buffer.from(text);
  const message = Buffer.concat([Buffer.from([0x0a, string.length]), string, Buffer.from([0x10, 0x96, 0x01])]);
  const head = Buffer.alloc(5);
  head[0] = isCompressed ? 1 : 0;
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function recordOf(contentType: string, requestBody: Buffer, responseBody: Buffer) {
  const records: TransactionRecord[] = [];
  const engine = createDefaultEngine(snapshot, 'enforce', (record) => records.push(record));
  const outcome = runRecorded(engine, 'binary', {
    at: 0,
    clientAddress: '192.0.2.1',
    request: {
      method: 'POST',
      url: '/shop.Orders/Place',
      rawHeaders: ['host', 'api.example', 'content-type', contentType, 'te', 'trailers'],
      body: requestBody,
      isDecoded: true,
    },
    response: { status: 200, rawHeaders: ['content-type', contentType], body: responseBody, isDecoded: true },
  });
  return { outcome, record: records[0]! };
}

describe('a body in a binary format', () => {
  it.each([
    ['application/grpc', grpcFrame('a lamp')],
    ['application/grpc+proto', grpcFrame('a lamp', true)],
    ['application/grpc-web+proto', grpcFrame("O'Brien; two, please")],
    ['application/x-protobuf', grpcFrame('a lamp').subarray(5)],
    ['application/protobuf', grpcFrame('a lamp').subarray(5)],
    ['application/octet-stream', Buffer.from([0, 255, 1, 254])],
    ['image/png', Buffer.from('89504e470d0a1a0a0000', 'hex')],
    // A length that promises four gigabytes is a number in a body, and nobody sets memory aside for it.
    ['application/grpc', Buffer.from('00ffffffff0a01', 'hex')],
  ])('of %s passes unchanged and is named as not inspected', (contentType, body) => {
    const { outcome, record } = recordOf(contentType, body, body);
    expect(outcome.refusal).toBeUndefined();
    expect(outcome.requestBody.equals(body)).toBe(true);
    expect(outcome.responseBody!.equals(body)).toBe(true);
    expect(record).toMatchObject({ coverage: 'uninspected', uninspected: ['request-binary', 'response-binary'] });
    expect(record.findings).toEqual([]);
  });

  it.each([
    ['JSON', JSON.stringify({ note: "x' UNION SELECT password FROM users--" })],
    ['text', "\n\u0026x' UNION SELECT password FROM users--"],
  ])('is read all the same when every byte of it is %s', (_name, text) => {
    const { outcome } = recordOf('application/octet-stream', Buffer.from(text), Buffer.from('{}'));
    expect(outcome.refusal).toMatchObject({ kind: 'block', verdict: { status: 403 } });
  });
});
