// What the readers of a statement's tail tell of it.

export interface Continuation {
  readonly confidence: number;
  readonly what: string;
}

export function found(confidence: number, what: string): Continuation {
  return { confidence, what };
}
