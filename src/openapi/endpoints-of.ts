// Endpoint templates of contracts: `GET /v1/users/{id}`, where a parameter is a whole segment.
import type { PreparedContract } from '../core/contract.ts';

export interface ContractEndpoints {
  readonly route: string;
  readonly file: string;
  readonly endpoints: readonly string[];
}

export function endpointsOf(contracts: readonly PreparedContract[]): ContractEndpoints[] {
  return contracts
    .filter(({ kind, origin }) => kind === 'openapi' && origin === 'document')
    .map(({ route, source, operations }) => ({
      route,
      file: source,
      endpoints: [...new Set(operations.map(({ method, template }) => `${method} ${wholeSegments(template)}`))],
    }));
}

/** `/report.{format}` becomes `/{report.format}`. */
export function wholeSegments(template: string): string {
  return template
    .split('/')
    .map((segment) =>
      segment.includes('{') && !/^\{[^{}]*\}$/.test(segment) ? `{${segment.replace(/[{}]/g, '')}}` : segment,
    )
    .join('/');
}
