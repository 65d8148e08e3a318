// A document on its way into a store: JSON within its bound.
import { Fault } from '../core/fault.ts';
import { DOCUMENT_BYTES_MAX } from '../core/store.ts';

export function jsonOf(kind: string, value: unknown): string {
  const json = JSON.stringify(value);
  if (json === undefined) throw new Fault('STORE_DOCUMENT', 'gateway', 500, `a document of kind ${kind} is no JSON`);
  if (Buffer.byteLength(json) <= DOCUMENT_BYTES_MAX) return json;
  throw new Fault('STORE_DOCUMENT', 'gateway', 500, `a document of kind ${kind} is over ${DOCUMENT_BYTES_MAX} bytes`);
}
