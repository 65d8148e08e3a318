// Templates that people wrote down: of routes in the configuration, and of OpenAPI documents. Operators come first.
import type { Configuration } from '../configuration/load.ts';

export interface StatedTemplate {
  readonly method: string;
  /** Empty for any host. */
  readonly host: string;
  readonly template: string;
  readonly source: 'operator' | 'openapi';
}

export function statedTemplates({
  routes,
  openapiFiles,
}: Pick<Configuration, 'routes' | 'openapiFiles'>): StatedTemplate[] {
  const stated = routes.flatMap((route) => route.endpoints.map((text) => ({ text, source: 'operator' as const })));
  const documented = openapiFiles.flatMap(({ endpoints }) =>
    endpoints.map((text) => ({ text, source: 'openapi' as const })),
  );
  return [...stated, ...documented].map(({ text, source }) => {
    const [method = 'GET', place = '/'] = text.split(' ');
    const slash = place.indexOf('/');
    return { method, host: place.slice(0, slash), template: place.slice(slash), source };
  });
}
