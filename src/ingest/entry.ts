// What a reader of recorded traffic gives, one after the other: a transaction, or a place that could not be read and why.
import type { RecordedTransaction } from '../core/recorded-transaction.ts';

export type RecordedEntry =
  | {
      readonly transaction: RecordedTransaction;
      /** Line it begins at, counted from 1. */
      readonly line: number;
      /** False when the recording names no time; `at` is then 0. */
      readonly isTimed: boolean;
    }
  | { readonly malformed: string; readonly line: number };

/** One entry longer than this is named and left out: it would not fit a transaction's limits many times over. */
export const ENTRY_BYTES_MAX = 64 * 1024 * 1024;
/** What waits for its other half may hold so much; the oldest then goes without. */
export const PENDING_BYTES_MAX = 64 * 1024 * 1024;
/** Nobody's traffic is nested as deep; what walks through it later has a stack that ends. */
export const ENTRY_DEPTH_MAX = 1_000;

export const TOO_LONG = `longer than ${ENTRY_BYTES_MAX} bytes`;
export const TOO_DEEP = `nested deeper than ${ENTRY_DEPTH_MAX} levels`;
