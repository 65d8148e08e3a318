import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../src/configuration/load.ts';
import { compileRoutes } from '../../src/configuration/match-route.ts';
import { openapiEndpoints } from '../../src/configuration/openapi-paths.ts';

const routesOf = (routes: readonly object[]) => {
  const text = JSON.stringify({
    upstreams: { u: 'http://localhost:1' },
    routes: routes.map((one) => ({ upstream: 'u', ...one })),
  });
  const { configuration, faults } = readConfiguration(text, 's.yaml', {});
  if (configuration === undefined) throw new Error(faults[0]?.message);
  return compileRoutes(configuration.routes);
};

describe('the route of a request', () => {
  const match = routesOf([
    { id: 'any', path: '/' },
    { id: 'api', path: '/api' },
    { id: 'below', path: '/below/' },
    { id: 'deep', path: '/api/v1/users' },
    { id: 'shop', host: 'shop.example.com', path: '/api' },
    { id: 'wild', host: '*.example.com' },
    { id: 'wilder', host: '*.eu.example.com', path: '/x' },
  ]);
  const rows: readonly (readonly [string, string, string])[] = [
    ['a.test', '/', 'any'],
    ['a.test', '/api', 'api'],
    ['a.test', '/api/', 'api'],
    ['a.test', '/api/v1', 'api'],
    ['a.test', '/apix', 'any'],
    ['a.test', '/api/v1/users/7', 'deep'],
    ['a.test', '/api/v1/usersx', 'api'],
    ['a.test', '/below', 'any'],
    ['a.test', '/below/x', 'below'],
    ['a.test', '*', 'any'],
    ['shop.example.com', '/api/x', 'shop'],
    ['shop.example.com', '/other', 'wild'],
    ['b.example.com', '/api', 'wild'],
    ['example.com', '/api', 'api'],
    ['evilexample.com', '/', 'any'],
    ['a.eu.example.com', '/x/1', 'wilder'],
    ['a.eu.example.com', '/y', 'wild'],
    ['', '/', 'any'],
  ];

  it.each(rows)('for %s%s is %s', (host, path, id) => {
    expect(match(host, path)?.id).toBe(id);
  });

  it('is none where no route takes everything', () => {
    const strict = routesOf([
      { id: 'a', path: '/a' },
      { id: 'h', host: 'h.test', path: '/b' },
    ]);
    expect(strict('h.test', '/c')).toBeUndefined();
    expect(strict('h.test', '/a')?.id).toBe('a');
    expect(strict('x.test', '*')).toBeUndefined();
  });

  it('is found among ten thousand for a path of eight kilobytes', () => {
    const many = routesOf(Array.from({ length: 9_999 }, (_, i) => ({ path: `/service-${i}/api` })));
    expect(many('a.test', `/service-9998/api/${'x/'.repeat(4_000)}`)?.id).toBe('/service-9998/api');
    const started = process.hrtime.bigint();
    for (let i = 0; i < 1_000; i++) many('a.test', `/${'x/'.repeat(4_000)}`);
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(1_000);
  });
});

describe('an OpenAPI document', () => {
  const endpoints = (text: string) => {
    const read = openapiEndpoints(text, 'o.yaml');
    return 'fault' in read ? `${read.fault.line}:${read.fault.column} ${read.fault.message}` : read.endpoints;
  };

  it('gives its methods and path templates below the base path of its servers', () => {
    const text = `openapi: 3.1.0
servers:
  - url: https://{region}.example.com/{version}/
    variables: { version: { default: v2 } }
  - url: /internal
paths:
  /users/{id}:
    parameters: []
    get: {}
    delete: {}
  /report.{format}: { get: {} }
  x-extra: {}`;
    expect(endpoints(text)).toEqual([
      'GET /v2/users/{id}',
      'GET /internal/users/{id}',
      'DELETE /v2/users/{id}',
      'DELETE /internal/users/{id}',
      'GET /v2/{report.format}',
      'GET /internal/{report.format}',
    ]);
  });

  it('may be JSON, without servers, or Swagger 2', () => {
    expect(endpoints('{"openapi":"3.0.3","paths":{"/a":{"post":{}}}}')).toEqual(['POST /a']);
    expect(endpoints('{"openapi":"3.0.3","servers":[{"url":"https://a.test"}],"paths":{"/a":{"post":{}}}}')).toEqual([
      'POST /a',
    ]);
    expect(endpoints('swagger: "2.0"\nbasePath: /v1\npaths: { /a: { put: {} } }')).toEqual(['PUT /v1/a']);
  });

  const faults: readonly (readonly [string, RegExp])[] = [
    ['a: 1', /^1:1 not an OpenAPI document/],
    ['', /^1:1 not an OpenAPI document/],
    ['openapi: 3.1.0', /^1:1 the OpenAPI document has no `paths`/],
    ['openapi: 3.1.0\npaths: { a: { get: {} } }', /^2:\d+ `a`: a path starts with a slash/],
    ['['.repeat(2_000), /nested deeper/],
  ];
  it.each(faults)('is refused with its place: %#', (text, message) => {
    expect(endpoints(text)).toMatch(message);
  });
});
