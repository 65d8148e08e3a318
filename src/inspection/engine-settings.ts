// What an engine is told once, when its worker starts.
import type { RouteMatcher } from '../configuration/match-route.ts';
import type { Fault } from '../core/fault.ts';
import type { Limits } from '../core/limits.ts';
import type { TransactionRecord } from '../core/record.ts';
import type { RequestHead } from '../core/transaction.ts';
import type { clientAddressResolver } from './client-address.ts';
import type { Identifier } from './identify.ts';
import type { MessageRing } from './message-ring.ts';
import type { Observer } from './observe.ts';
import type { RateWindows } from './rate-window.ts';

export interface EngineSettings {
  readonly matchRoute: RouteMatcher;
  /** Bounds of the request head, before a route is known. */
  readonly limits: Limits;
  readonly trustedProxies: readonly string[];
  readonly identifier: Identifier;
  /** True when keys are configured, so that claims of unverified tokens grant nothing. */
  readonly verifiesTokens: boolean;
  /** ISO country of an address, when a database is there. */
  readonly countryOf: (address: string) => string | undefined;
  /** False when records cannot be handed on; routes may then want to refuse. */
  readonly isAnalystThere: () => boolean;
  readonly onRecord: (record: TransactionRecord) => void;
  /** Makes what learning reads of each transaction; undefined where nothing learns: records then carry no observation. */
  readonly observer?: () => Observer | undefined;
  /** Keeps the latest messages for evidence; undefined where nobody will ask. */
  readonly messages?: MessageRing;
  /** Why a request must not be looked at at all: workers died of it. */
  readonly quarantine?: (head: RequestHead, body: Buffer | undefined) => Fault | undefined;
  /** A detector threw: an error of ours, counted by detector id. */
  readonly onDetectorError: (detector: string) => void;
}

/** What all transactions of an engine have in common. */
export interface EngineShared {
  readonly settings: EngineSettings;
  readonly resolveClient: ReturnType<typeof clientAddressResolver>;
  readonly rateWindows: RateWindows;
}
