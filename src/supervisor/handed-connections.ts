// Connections on their way from the supervisor to a worker. Node's cluster keeps each open until the worker says that it has it;
// of a worker that dies before it said so, Node forgets them without closing, and their clients wait for ever. Here they are
// closed, so that those clients see it and come again.
import type { Worker } from 'node:cluster';

interface Handle {
  close(): void;
}

interface ClusterMessage {
  readonly act?: string;
  readonly seq?: number;
  readonly ack?: number;
}

/** Watches what is handed to this worker; what it did not take is closed when it ends. */
export function closeUntakenConnections(worker: Worker): void {
  const handed = new Map<number, Handle>();
  const { process } = worker;
  const send = process.send.bind(process) as (...all: unknown[]) => boolean;
  process.send = (message: unknown, handle?: unknown, ...rest: unknown[]): boolean => {
    const { act, seq } = message as ClusterMessage;
    if (act === 'newconn' && seq !== undefined && isHandle(handle)) handed.set(seq, handle);
    return send(message, handle, ...rest);
  };
  process.on('internalMessage' as 'message', (message: unknown) => {
    const { ack } = message as ClusterMessage;
    if (ack !== undefined) handed.delete(ack);
  });
  worker.once('exit', () => {
    for (const handle of handed.values()) handle.close();
    handed.clear();
  });
}

function isHandle(handle: unknown): handle is Handle {
  return typeof (handle as Handle | undefined)?.close === 'function';
}
