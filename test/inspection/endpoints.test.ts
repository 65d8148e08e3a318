import { describe, expect, it } from 'vitest';
import { EndpointMatcher, isIdentifier, templateByClasses } from '../../src/inspection/endpoints.ts';

describe('templateByClasses', () => {
  const rows = [
    ['/users/42', '/users/{id}'],
    ['/users/me', '/users/me'],
    ['/api/v1/orders/7b0f0d1e-6a36-4f2e-9a5c-0d5a3cf0c1aa/items', '/api/v1/orders/{id}/items'],
    ['/blobs/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', '/blobs/{id}'],
    ['/customers/cus_9s6XKzkNRiz8i3', '/customers/{id}'],
    ['/people/ann@example.com', '/people/{id}'],
    ['/reports/2027-01-31', '/reports/{id}'],
    ['/files/report.pdf', '/files/report.pdf'],
    ['/oauth2/token', '/oauth2/token'],
    ['/.well-known/openid-configuration', '/.well-known/openid-configuration'],
    ['/@scope/package-name', '/@scope/package-name'],
    ['/search/two words', '/search/{text}'],
    ['/', '/'],
  ] as const;
  it.each(rows)('%s is %s', (path, template) => {
    expect(templateByClasses(path === '/' ? [] : path.slice(1).split('/'))).toBe(template);
  });

  it('is bounded for very deep paths', () => {
    expect(templateByClasses(Array<string>(500).fill('a'))).toBe(`${'/a'.repeat(24)}/{rest}`);
  });
});

describe('isIdentifier', () => {
  it.each(['users', 'v2', 'me', 'index.html', 'facade', 'deadbeef', 'openid-configuration', 'sign-in', 'report_final'])(
    '%s is a literal',
    (segment) => expect(isIdentifier(segment)).toBe(false),
  );
});

describe('EndpointMatcher', () => {
  const matcher = new EndpointMatcher([
    { method: 'GET', host: '', template: '/users/{userId}', source: 'operator' },
    { method: 'GET', host: '', template: '/users/export', source: 'openapi' },
    { method: 'GET', host: 'shop.example.com', template: '/users/{userId}/cart', source: 'openapi' },
  ]);

  it('prefers a literal over a parameter', () => {
    expect(matcher.match('GET', 'a.example', ['users', 'export'])).toMatchObject({
      template: '/users/export',
      source: 'openapi',
    });
    expect(matcher.match('GET', 'a.example', ['users', 'ann'])).toMatchObject({
      template: '/users/{userId}',
      source: 'operator',
    });
  });

  it('matches templates of a host on that host only', () => {
    expect(matcher.match('GET', 'shop.example.com', ['users', '7', 'cart']).id).toBe(
      'GET shop.example.com/users/{userId}/cart',
    );
    expect(matcher.match('GET', 'a.example', ['users', '7', 'cart']).template).toBe('/users/{id}/cart');
  });

  it('falls back to the path for other methods', () => {
    expect(matcher.match('POST', 'a.example', ['users', '7'])).toMatchObject({
      template: '/users/{id}',
      source: 'classes',
    });
  });

  it('gives the same object for the same endpoint', () => {
    expect(matcher.match('GET', 'a', ['users', '1'])).toBe(matcher.match('GET', 'a', ['users', '2']));
  });
});
