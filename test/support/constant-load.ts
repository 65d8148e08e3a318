// Requests at a constant rate, each with a number of its own in its target, and exact books about what became of them.
import * as http from 'node:http';

export interface LoadResult {
  readonly sent: number;
  /** Answered with a status below 500. */
  readonly answered: number;
  /** Number and what came instead. */
  readonly failed: readonly string[];
  /** Sent again on another connection, once each. */
  readonly again: number;
  readonly latenciesMs: readonly number[];
}

export interface LoadOptions {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  /**
   * As clients do with a GET (RFC 9112 §9.3.1): one that meets a kept connection in the moment in which the other side closes it goes out
   * once more.
   */
  readonly comesAgain?: boolean;
}

export interface ConstantLoad {
  readonly connectionsMax: number;
  sent(): number;
  answered(): number;
  /** Stops sending, waits for what is under way. */
  stop(): Promise<LoadResult>;
}

const CONNECTIONS_MAX = 16;
const TICK_MS = 10;

let loads = 0;

export function constantLoad(target: URL, perSecond: number, options: LoadOptions = {}): ConstantLoad {
  const { comesAgain = false, ...request } = options;
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX });
  const failed: string[] = [];
  const latenciesMs: number[] = [];
  loads += 1;
  const name = `load-${loads}`;
  let sent = 0;
  let answered = 0;
  let ended = 0;
  let again = 0;
  let onEnded = (): void => {};
  const startedAt = performance.now();
  const end = (id: string, failure: string | undefined, sentAt: number): void => {
    ended += 1;
    latenciesMs.push(performance.now() - sentAt);
    if (failure === undefined) answered += 1;
    else failed.push(`${id}: ${failure}`);
    onEnded();
  };
  const send = (): void => {
    sent += 1;
    ask(`/${name}/${sent}`, performance.now(), comesAgain);
  };
  const ask = (id: string, sentAt: number, mayComeAgain: boolean): void => {
    const { body, ...rest } = request;
    let isAnswered = false;
    const asked = http.request({ host: target.hostname, port: target.port, path: id, agent, ...rest }, (response) => {
      isAnswered = true;
      response.resume();
      response.on('error', () => {});
      response.once('close', () => {
        const isWhole = response.complete && response.statusCode! < 500;
        end(id, isWhole ? undefined : `status ${response.statusCode}${response.complete ? '' : ', cut'}`, sentAt);
      });
    });
    asked.on('error', (error: NodeJS.ErrnoException) => {
      if (isAnswered) return;
      if (mayComeAgain && asked.reusedSocket && error.code === 'ECONNRESET') {
        again += 1;
        ask(id, sentAt, false);
      } else end(id, error.code ?? error.message, sentAt);
    });
    asked.end(body);
  };
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond);
    // A generator that fell behind must not make up for it in one burst.
    for (let i = 0; sent < due && i < perSecond / 10; i++) send();
  }, TICK_MS);
  return {
    connectionsMax: CONNECTIONS_MAX,
    sent: () => sent,
    answered: () => answered,
    stop: async () => {
      clearInterval(timer);
      while (ended < sent) {
        await new Promise<void>((resolve) => {
          onEnded = resolve;
        });
      }
      agent.destroy();
      return { sent, answered, failed, again, latenciesMs };
    },
  };
}
