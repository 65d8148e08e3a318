import type { OperationAnswers } from '../core/contract.ts';
import type { FieldTree } from './field-tree.ts';
import type { Operation } from './operation.ts';

/** An operation of one document, with what its route does about it. */
export interface Slot {
  readonly template: string;
  readonly answers: OperationAnswers;
  readonly operation: () => Operation;
  /** What successful answers show of the same object: of this operation, and of reading it. */
  readonly shownTrees: () => readonly FieldTree[];
}
