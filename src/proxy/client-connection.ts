// One HTTP/1 connection of a client: how many requests it has brought, which of them are under way, and whether it still
// takes any. A pipeline is where two parsers begin to disagree, so there are three rules for it:
// - behind an answer that ends the connection nothing is a request, however much of it has already arrived;
// - requests go on side by side only when none of them can have an effect (RFC 9112 §9.3.2);
// - what is wrong with a later request never overtakes the answer to an earlier one.
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Fault } from '../core/fault.ts';
import type { Connection } from '../core/transaction.ts';

/** A connection that never ends would outlive every change behind it, and gives a confused pair of parsers all the time. */
const REQUESTS_MAX = 1_000;
/** Requests that wait for those before them; whoever sends more gets the answers to these, and sends the rest again. */
const WAITING_REQUESTS_MAX = 64;

const CONNECTION = Symbol('client connection');

export function connectionOf(socket: Socket): ClientConnection {
  const owner = socket as Socket & { [CONNECTION]?: ClientConnection };
  owner[CONNECTION] ??= new ClientConnection(peerOf(socket));
  return owner[CONNECTION];
}

/** Who is at the other end. The address is gone once the socket is closed. */
export function peerOf(socket: Socket): Connection {
  const address = socket.remoteAddress ?? '';
  return {
    peerAddress: address.startsWith('::ffff:') ? address.slice(7) : address,
    isEncrypted: (socket as TLSSocket).encrypted === true,
  };
}

/** What has to be known of a request under way. */
interface UnderWay {
  readonly request: { readonly complete: boolean };
  breakBody(fault: Fault): void;
}

interface Waiting {
  readonly isSafe: boolean;
  readonly go: () => void;
}

export class ClientConnection {
  readonly peer: Connection;
  /** Requests that are being answered. */
  active = 0;
  /** False once the request is there whose answer will be the last one: what arrives behind it is nobody's. */
  takesMore = true;
  /** An answer that ends the connection is being written: those that wait behind it are nobody's either. */
  isEnding = false;
  /** Of those under way the latest, the only one whose body may still be arriving. An idle connection keeps nothing of what it had. */
  latest: UnderWay | undefined;
  #requests = 0;
  #isActiveSafe = true;
  #waiting: Waiting[] = [];
  #onIdle: (() => void) | undefined;

  constructor(peer: Connection) {
    this.peer = peer;
  }

  /** Counts a request that arrived; true when the connection ends with its answer. */
  isLast(): boolean {
    this.#requests += 1;
    this.takesMore = this.#requests < REQUESTS_MAX && this.#waiting.length < WAITING_REQUESTS_MAX;
    return !this.takesMore;
  }

  /** Its turn: at once as a rule, later when it would overtake one that matters. `end` ends the turn. */
  begin(isSafe: boolean): Promise<void> | undefined {
    if (this.active === 0 || (isSafe && this.#isActiveSafe && this.#waiting.length === 0)) {
      this.#start(isSafe);
      return undefined;
    }
    return new Promise((resolve) => {
      const go = (): void => {
        this.#start(isSafe);
        resolve();
      };
      this.#waiting.push({ isSafe, go });
    });
  }

  end(): void {
    this.active -= 1;
    if (this.active > 0) return;
    this.latest = undefined;
    while (this.#waiting.length > 0 && (this.active === 0 || (this.#isActiveSafe && this.#waiting[0]!.isSafe))) {
      this.#waiting.shift()!.go();
    }
    if (this.active === 0) this.#onIdle?.();
  }

  /** Calls back once every answer that is under way is out. */
  whenIdle(callback: () => void): void {
    this.#onIdle = callback;
  }

  #start(isSafe: boolean): void {
    this.#isActiveSafe = isSafe && (this.active === 0 || this.#isActiveSafe);
    this.active += 1;
  }
}
