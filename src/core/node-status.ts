// How a node is doing, as every node of one store can read it.
export interface NodeStatus {
  readonly node: string;
  readonly hostname: string;
  /** Milliseconds since the epoch, as all times here. */
  readonly startedAt: number;
  /** When the node said so. */
  readonly at: number;
  readonly mode: string;
  readonly port: number;
  readonly workers: { readonly serving: number; readonly wanted: number };
  readonly policyVersion: string;
  readonly policyFaults: number;
  readonly store: { readonly kind: string; readonly state: string; readonly reason: string | undefined };
  readonly received: number;
  readonly recordsDropped: number;
  readonly memoryBytes: number;
  readonly runtime: string;
}
