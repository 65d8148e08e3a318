// What a supervisor is given.
import type { Configuration } from '../configuration/load.ts';
import type { PreparedContract } from '../core/contract.ts';
import type { PolicyDirectories } from '../policy-loader/load-directories.ts';

export interface SupervisorSettings {
  readonly configuration: Configuration;
  /** Of the API documents on disk. */
  readonly contracts: readonly PreparedContract[];
  readonly directories: PolicyDirectories;
  readonly dataFolder: string;
  readonly workers: number;
  readonly adminToken: string | undefined;
  /** Writes a line for whoever operates the gateway, and never waits. */
  say(line: string): void;
  endNow(code: number): void;
}
