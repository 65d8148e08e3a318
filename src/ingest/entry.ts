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
