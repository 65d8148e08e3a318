// An endpoint's id as what documents are matched with: `GET shop.example.com/users/{id}#query me`.
import type { Facts } from '../../policy/match.ts';

export function placeFacts(endpoint: string): Facts & { readonly template: string } {
  const space = endpoint.indexOf(' ');
  const slash = endpoint.indexOf('/');
  const path = slash === -1 ? '/' : endpoint.slice(slash);
  const template = path.includes('#') ? path.slice(0, path.indexOf('#')) : path;
  const segments = template === '/' ? [] : template.slice(1).split('/');
  return {
    method: space === -1 ? '' : endpoint.slice(0, space),
    host: endpoint.slice(space + 1, slash === -1 ? undefined : slash),
    template,
    segments,
    templateSegments: segments,
    actors: [],
    token: undefined,
    areClaimsTrusted: false,
    clientAddress: '',
  };
}
