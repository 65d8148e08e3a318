// Faults are data: a stable code, whose fault it is, and the status a client sees. Nothing ever parses an error's text.

export type FaultSource = 'client' | 'upstream' | 'gateway';

/** Codes are a closed set per area; they are metric labels and never contain text from the transaction. */
export class Fault extends Error {
  readonly code: string;
  readonly source: FaultSource;
  readonly status: number;

  constructor(code: string, source: FaultSource, status: number, message: string = code) {
    super(message);
    this.name = 'Fault';
    this.code = code;
    this.source = source;
    this.status = status;
  }
}
