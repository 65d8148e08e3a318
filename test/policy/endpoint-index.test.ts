import { describe, expect, it } from 'vitest';
import { EndpointIndex } from '../../src/policy/endpoint-index.ts';
import { compileMatch, type Facts } from '../../src/policy/match.ts';

const PATTERNS = [
  '/',
  '/**',
  '/*',
  '/{id}',
  '/a',
  '/a/',
  '/a/b',
  '/a/{id}',
  '/a/*/c',
  '/a/**',
  '/a/**/c',
  '/**/c',
  'GET /a/b/c',
  'POST shop.test/a/b',
  '*.test/b/**',
  '/b/a/b/a/b/a/b/a/b/a',
  '/a/{id}/b',
];
const PATHS = [
  '/',
  '/a',
  '/a/',
  '/b',
  '/a/b',
  '/a/b/c',
  '/a/7',
  '/a/7/b',
  '/a/7/c',
  '/c',
  '/b/a/b/a/b/a/b/a/b/a',
  '//a',
];

const factsOf = (path: string, template: string): Facts => ({
  method: 'GET',
  host: 'shop.test',
  segments: path === '/' ? [''] : path.slice(1).split('/'),
  templateSegments: template === '/' ? [] : template.slice(1).split('/'),
  actors: [],
  token: undefined,
  areClaimsTrusted: true,
  clientAddress: '203.0.113.7',
});

describe('documents by endpoint', () => {
  // Alone, in pairs, and with none: the way a document names what it is about.
  const documents = [[], ...PATTERNS.map((one) => [one]), ...PATTERNS.map((one, i) => [one, PATTERNS.at(i - 5)!])];
  const index = new EndpointIndex<number>();
  for (const [i, endpoints] of documents.entries()) index.add(i, endpoints);
  const matchers = documents.map((endpoint) => compileMatch({ endpoint, actor: undefined }));

  it.each(PATHS.flatMap((path) => [path, '/a/{id}', '/a/{id}/b'].map((template) => [path, template] as const)))(
    'at %s (%s) gives all that match, in their order and once',
    (path, template) => {
      const facts = factsOf(path, template);
      const candidates = index.candidates(facts);
      const matching = [...matchers.keys()].filter((i) => matchers[i]!(facts));
      expect(matching.length).toBeGreaterThan(0);
      expect(candidates.filter((i) => matchers[i]!(facts))).toEqual(matching);
      expect([...new Set(candidates)].sort((a, b) => a - b)).toEqual(candidates);
    },
  );

  it('leaves out what is about other places', () => {
    const many = new EndpointIndex<number>();
    for (let i = 0; i < 1_000; i += 1) many.add(i, [`GET /api/v1/thing${i}/**`]);
    many.add(1_000, []);
    expect(many.candidates(factsOf('/api/v1/thing7/x', '/api/v1/thing7/{id}'))).toEqual([7, 1_000]);
    expect(many.candidates(factsOf('/api/v1/other', '/api/v1/other'))).toEqual([1_000]);
  });
});
