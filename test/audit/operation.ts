import type { Operation } from '../../src/audit/inventory.ts';

/** One that takes no text, with what the test is about. */
export function operation(template: string, part: Partial<Operation> = {}): Operation {
  const [method, path] = template.split(' ') as [string, string];
  return {
    method,
    template: path,
    path: path.includes('{') ? undefined : path,
    isAuthenticated: undefined,
    query: [],
    fields: [],
    isWebSocket: false,
    ...part,
  };
}
