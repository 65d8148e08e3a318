// A transaction as mirrors, archives and policy suites tell it: everything there already, nothing on a socket.

export interface RecordedTransaction {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly clientAddress: string;
  readonly request: RecordedMessage & {
    readonly method: string;
    /** Origin-form or absolute URL; an absolute one names the host when no Host header does. */
    readonly url: string;
  };
  readonly response: (RecordedMessage & { readonly status: number }) | undefined;
}

export interface RecordedMessage {
  /** Names and values alternating. */
  readonly rawHeaders: readonly string[];
  /** As transferred: still with its content-encoding, when the headers name one and `isDecoded` is false. */
  readonly body: Buffer;
  /** True when the body's content-encoding was undone by whoever recorded it, as in HAR files. */
  readonly isDecoded: boolean;
}
