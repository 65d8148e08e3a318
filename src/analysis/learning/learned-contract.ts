// What was learned of endpoints as a contract, through the same OpenAPI document that can be exported: what is enforced is what people
// can read. Which endpoints are to be enforced is theirs to say.
import type { PreparedContract } from '../../core/contract.ts';
import type { LearnedEndpoint } from '../../core/learned-endpoint.ts';
import { prepareContract } from '../../openapi/prepare.ts';
import { openapiOf } from './openapi.ts';

/** Undefined when there is nothing to enforce. GraphQL operations and WebSockets have no schema of their own. */
export function learnedContract(route: string, endpoints: readonly LearnedEndpoint[]): PreparedContract | undefined {
  const usable = endpoints.filter((one) => one.operation === undefined && !one.isWebSocket);
  if (usable.length === 0) return undefined;
  // Counters in it grow with each transaction and change nothing.
  const document = JSON.stringify(openapiOf(usable), (key, value: unknown) =>
    key === 'x-sallyport' ? undefined : value,
  );
  const source = { route, document: `learned/${route}`, origin: 'learned', basePath: '/', folders: [] } as const;
  const read = prepareContract(source, new Map([[source.document, document]]));
  return 'contract' in read ? read.contract : undefined;
}
