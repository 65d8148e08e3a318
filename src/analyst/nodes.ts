// Tells the other nodes of the store how this one is doing, and knows how they are. A node that is silent is gone after a minute.
import type { NodeStatus } from '../core/node-status.ts';
import type { Store } from '../core/store.ts';

export const NODE_KIND = 'node';
const TELL_EVERY_MS = 10_000;
const KEEP = { ttlMs: 60_000, sizeMax: 1_000 };
export const NODES_MAX = 1_000;

export interface Nodes {
  /** This node first. Only this one while the store is away. */
  list(): Promise<readonly NodeStatus[]>;
  close(): void;
}

export function startNodes(store: Store, own: () => NodeStatus): Nodes {
  let version = 0;
  const tell = async (): Promise<void> => {
    const status = own();
    const answer = await store.put(NODE_KIND, status.node, status, version, KEEP);
    // Expired, or written by an earlier life of this node.
    version = answer.isWritten ? answer.version : (answer.current?.version ?? 0);
  };
  const timer = setInterval(() => void tell().catch(() => {}), TELL_EVERY_MS);
  timer.unref();
  void tell().catch(() => {});
  return {
    list: async () => {
      const mine = own();
      try {
        const { documents } = await store.documents(NODE_KIND, { documentsMax: NODES_MAX });
        const others = documents.map(({ value }) => value as NodeStatus).filter(({ node }) => node !== mine.node);
        return [mine, ...others.sort((a, b) => (a.hostname < b.hostname ? -1 : 1))];
      } catch {
        return [mine];
      }
    },
    close: () => clearInterval(timer),
  };
}
