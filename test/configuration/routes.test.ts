import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../src/configuration/load.ts';
import { compileRoutes } from '../../src/configuration/match-route.ts';

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
