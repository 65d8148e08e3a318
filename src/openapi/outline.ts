// A contract without its schemas: which operations and parameters there are is all that drift looks at.
import type { PreparedContract } from '../core/contract.ts';

export function outlineOf(contract: PreparedContract): PreparedContract {
  const { sdl: _, ...rest } = contract;
  return { ...rest, schemas: [], operations: contract.operations.map((operation) => ({ ...operation, text: '' })) };
}
