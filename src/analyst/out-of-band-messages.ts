// What the analyst and the out-of-band process say to each other. Transactions go over sockets.
import type { Configuration } from '../configuration/load.ts';
import type { PolicyBundle } from '../core/document.ts';
import type { LearnedForWorkers } from '../messages.ts';

export interface OutOfBandStart {
  readonly kind: 'start';
  readonly configuration: Configuration;
  readonly bundle: PolicyBundle;
  readonly learned: LearnedForWorkers;
  readonly dataFolder: string;
  /** Where records go: the analyst's. */
  readonly recordSocket: string;
  /** Where `POST /api/v1/ingest` is passed on to. */
  readonly ingestSocket: string;
}

export type ToOutOfBand =
  | OutOfBandStart
  | { readonly kind: 'bundle'; readonly bundle: PolicyBundle }
  | { readonly kind: 'learned'; readonly secret: string; readonly templates: LearnedForWorkers['templates'] }
  | { readonly kind: 'drain' };

export type FromOutOfBand =
  | { readonly kind: 'ready'; readonly mirrorPort: number | undefined }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'counts'; readonly counts: OutOfBandCounts };

/** Since the process began. */
export interface OutOfBandCounts {
  readonly ingest: { readonly accepted: number; readonly malformed: number; readonly pushedBack: number };
  readonly mirror: { readonly received: number; readonly dropped: number; readonly refused: number };
  readonly directories: { readonly accepted: number; readonly malformed: number };
  readonly recordsDropped: number;
}
