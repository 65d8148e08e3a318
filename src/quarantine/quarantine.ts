// The worker's side: refuses what others died of, and, while it is watched, notes which request it is at. Node runs one thing
// at a time, so there is one note; it stays until the turn of the event loop is over, with what a phase leads to.
// Invariant: while no worker has died of late, a transaction costs one comparison here.
import { Fault } from '../core/fault.ts';
import type { Inspection, Inspector } from '../core/inspector.ts';
import type { Connection, RequestHead } from '../core/transaction.ts';
import { CALM, type QuarantineState } from './deadly-requests.ts';
import { type Fingerprints, fingerprintsOf, withBody } from './fingerprints.ts';

export interface QuarantineSettings {
  readonly first: QuarantineState;
  /** The last of these stays behind when the worker dies; none means that it is at nothing. */
  readonly note: (fingerprints: readonly string[]) => void;
  /** A suspect was inspected, and the worker lives. */
  readonly onSurvived: (fingerprints: readonly string[]) => void;
}

export class Quarantine {
  readonly #settings: QuarantineSettings;
  #state = CALM;
  #suspects: ReadonlySet<string> = new Set();
  #refused: ReadonlySet<string> = new Set();
  #isNoted = false;
  #isFrozen = false;

  constructor(settings: QuarantineSettings) {
    this.#settings = settings;
    this.become(settings.first);
  }

  become(state: QuarantineState): void {
    this.#state = state;
    this.#suspects = new Set(state.suspects);
    this.#refused = new Set(state.refused);
  }

  /** From here on the note stays as it is: the worker is about to end. */
  freeze(): void {
    this.#isFrozen = true;
  }

  /** Why a request must not be looked at, if it must not. */
  refusal(head: RequestHead, body: Buffer | undefined): Fault | undefined {
    if (this.#refused.size === 0) return undefined;
    const ofHead = fingerprintsOf(head);
    const fingerprints = body === undefined ? ofHead : withBody(ofHead, body);
    return fingerprints.some((one) => this.#refused.has(one))
      ? new Fault('REQUEST_QUARANTINED', 'gateway', 503)
      : undefined;
  }

  watched(inspector: Inspector): Inspector {
    return {
      begin: (id: string, receivedAt: number, head: RequestHead, connection: Connection): Inspection => {
        const inspection = inspector.begin(id, receivedAt, head, connection);
        return this.#state.isWatching ? this.#watch(inspection, head) : inspection;
      },
    };
  }

  #watch(inspection: Inspection, head: RequestHead): Inspection {
    const ofHead = fingerprintsOf(head);
    let now: Fingerprints = ofHead;
    const at = <T>(phase: () => T): T => {
      this.#note(now);
      return phase();
    };
    const atBody = <T>(body: Buffer, phase: () => T): T => {
      now = withBody(ofHead, body);
      return at(phase);
    };
    return {
      clientAddress: inspection.clientAddress,
      isPeerTrusted: inspection.isPeerTrusted,
      requestHead: () => at(() => inspection.requestHead()),
      requestBody: (received, decoded) => atBody(received, () => inspection.requestBody(received, decoded)),
      requestBodyOverLimit: (prefix) => atBody(prefix, () => inspection.requestBodyOverLimit(prefix)),
      upstreamHeaders: () => inspection.upstreamHeaders(),
      responseHead: (answer) => at(() => inspection.responseHead(answer)),
      responseBody: (received, decoded) => at(() => inspection.responseBody(received, decoded)),
      responseBodyOverLimit: (prefix) => at(() => inspection.responseBodyOverLimit(prefix)),
      downstreamHeaders: () => inspection.downstreamHeaders(),
      complete: (completion) => {
        at(() => inspection.complete(completion));
        const survived = [...ofHead, ...now].filter((one) => this.#suspects.has(one));
        if (survived.length > 0) setImmediate(() => this.#settings.onSurvived(survived));
      },
    };
  }

  #note(fingerprints: Fingerprints): void {
    if (this.#isFrozen) return;
    this.#settings.note(fingerprints);
    if (this.#isNoted) return;
    this.#isNoted = true;
    setImmediate(() => {
      this.#isNoted = false;
      if (!this.#isFrozen) this.#settings.note([]);
    });
  }
}
