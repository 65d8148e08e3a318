import { describe, expect, it } from 'vitest';
import type { PlacedRecognition } from '../../src/core/detector.ts';
import { graphqlAbuse, graphqlAbuseInQuery } from '../../src/detectors/graphql-abuse.ts';
import { requestView } from '../support/view.ts';

function found(body: unknown, settings: unknown = {}, isEnforced = true): readonly PlacedRecognition[] {
  return graphqlAbuse.load(graphqlAbuse.settings.parse(settings))(requestView('/graphql', { body, isEnforced }));
}
const ask = (query: string): { query: string } => ({ query });
const nest = (depth: number): string => `{${'a{'.repeat(depth - 1)}a${'}'.repeat(depth)}`;
const times = (count: number, of: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => of(i)).join(' ');

const INTROSPECTION = `query IntrospectionQuery { __schema { queryType { name } types { kind name fields(includeDeprecated: true)
  { name args { name type { name ofType { name } } } } } directives { name } } }`;

const LOUD: readonly (readonly [string, unknown])[] = [
  ['eleven levels', ask(nest(11))],
  ['four hundred levels', ask(nest(400))],
  ['levels in brackets of arguments', ask(`{ a(b: ${'['.repeat(400)}${']'.repeat(400)}) }`)],
  ['levels in inline fragments', ask(`{${'... on A{'.repeat(350)}a${'}'.repeat(351)}`)],
  [
    'levels by fragments',
    ask(`{ a { b { c { d { e { f { ...F } } } } } } } fragment F on X { g { h { i { j { k } } } } }`),
  ],
  ['a circle of one', ask('{ ...A } fragment A on Q { me { ...A } }')],
  ['a circle of two', ask('{ ...A } fragment A on Q { x { ...B } } fragment B on Q { y { ...A } }')],
  ['a circle of three', ask('{ ...A } fragment A on Q { ...B } fragment B on Q { ...C } fragment C on Q { ...A }')],
  ['a circle nobody uses', ask('{ me } fragment A on Q { x { ...A } }')],
  ['introspection', ask(INTROSPECTION)],
  ['introspection of one type', ask('{ __type(name: "User") { fields { name } } }')],
  ['introspection in a fragment', ask('{ ...S } fragment S on Query { __schema { types { name } } }')],
  ['introspection under another name', ask('{ x: __schema { types { name } } }')],
  ['many logins', ask(`mutation {${times(6, (i) => `a${i}: login(p: "${i}") { t }`)}}`)],
  [
    'many logins in a fragment',
    ask(`mutation { ...L } fragment L on M {${times(40, (i) => `a${i}: login(p: "${i}") { t }`)}}`),
  ],
  ['many names in a query', ask(`{${times(31, (i) => `a${i}: user(id: ${i}) { name }`)}}`)],
  ['a batch', Array.from({ length: 11 }, () => ask('{ me }'))],
  ['many operations', ask(times(11, (i) => `query Q${i} { me }`))],
  ['directives', ask(`{ me ${'@aa '.repeat(6)} }`)],
  ['one field again and again', ask(`{ ${'title '.repeat(21)} }`)],
  ['a long document', ask(`{ me } #${'x'.repeat(100_001)}`)],
  ['a long value', ask(`{ me(x: "${'x'.repeat(10_001)}") }`)],
  ['many tokens', ask(`{ ${times(15_001, () => 'a')} }`)],
  ['the third of a batch', [ask('{ me }'), ask('{ me }'), ask(nest(12))]],
];

const QUIET: readonly (readonly [string, unknown])[] = [
  ['a field', ask('{ me }')],
  ['ten levels', ask(nest(10))],
  [
    'connections of Relay',
    ask('{ a { edges { node { b { edges { node { c { edges { node { d { edges { node { id } } } } } } } } } } } } }'),
  ],
  ['__typename', ask('{ me { __typename id } __typename }')],
  ['a dashboard', ask(`{${times(12, (i) => `m${i}: revenue(month: ${i}) { total }`)}}`)],
  ['two mutations', ask('mutation { a: add(x: 1) { id } b: add(x: 2) { id } }')],
  [
    'different mutations',
    ask('mutation { add { id } remove { id } rename { id } move { id } copy { id } lock { id } }'),
  ],
  ['a fragment used twice', ask('{ a { ...F } b { ...F } } fragment F on X { id name }')],
  ['fragments in fragments', ask('{ a { ...F } } fragment F on X { b { ...G } } fragment G on Y { c }')],
  ['inline fragments', ask('{ search(q: "tea") { ... on Product { id } ... on Article { slug } } }')],
  ['variables', { query: 'query A($id: ID!) { user(id: $id) { name } }', variables: { id: '7' } }],
  ['skip and include', ask('query A($a: Boolean!) { me { id @include(if: $a) name @skip(if: $a) } }')],
  ['a subscription', ask('subscription { messageAdded(room: 7) { id text } }')],
  ['a batch of ten', Array.from({ length: 10 }, () => ask('{ me }'))],
  ['comments', ask('# what the page needs\n{ me { id } }')],
  ['a block string', ask('mutation { post(text: """\nHello "Ann"\n""") { id } }')],
  ['objects as arguments', ask('{ products(filter: { price: { gte: 1, lte: 9 }, tags: ["a", "b"] }) { id } }')],
  ['many different fields', ask(`{ me { ${times(300, (i) => `f${i}`)} } }`)],
  ['a search text that is no document', ask('red shoes')],
  ['a search text in braces', ask('{red} shoes')],
  ['a document that is none', ask('{ unclosed')],
  ['SQL in a query field', ask('query the database for SELECT 1')],
  ['a template', ask('{{ name }}')],
  ['a persisted query', { operationName: 'Me', extensions: { persistedQuery: { version: 1, sha256Hash: 'ab' } } }],
  ['no GraphQL', { items: [1, 2, 3] }],
  ['an object of Mongo', { query: { status: 'open' } }],
];

describe('graphql-abuse', () => {
  it.each(LOUD)('blocks %s', (_, body) => {
    expect(Math.max(0, ...found(body).map((one) => one.confidence))).toBeGreaterThanOrEqual(0.8);
  });
  it.each(QUIET)('is quiet about %s', (_, body) => expect(found(body)).toEqual([]));
  it('tables ran', () => expect([LOUD.length >= 20, QUIET.length >= 25]).toEqual([true, true]));

  it('looks at documents in the query as well', () => {
    const look = graphqlAbuseInQuery.load(graphqlAbuseInQuery.settings.parse({}));
    expect(look(requestView(`/graphql?query=${encodeURIComponent(nest(12))}`))[0]).toMatchObject({
      location: 'query',
      pointer: '/query',
    });
    expect(look(requestView('/graphql?query=%7Bme%7D'))).toEqual([]);
    expect(look(requestView('/search?query=red+shoes'))).toEqual([]);
  });

  it('does not block introspection in monitor mode, and is quiet where it is allowed', () => {
    expect(found(ask(INTROSPECTION), {}, false)[0]!.confidence).toBeLessThan(0.8);
    expect(found(ask(INTROSPECTION), { isIntrospectionAllowed: true })).toEqual([]);
  });

  it('points at the member of a batch', () => {
    expect(found([ask('{ me }'), ask(nest(12))])[0]!.pointer).toBe('/1/query');
  });

  it('measures fragments without expanding them', () => {
    const chain = times(500, (i) => `fragment F${i} on X { a: x { ...F${i + 1} } b: x { ...F${i + 1} } }`);
    const document = `{ ...F0 } ${chain} fragment F500 on X { y }`;
    expect(document.length).toBeLessThan(100_000);
    const start = process.hrtime.bigint();
    expect(found(ask(document))[0]!.what).toContain('nests fields');
    expect(Number(process.hrtime.bigint() - start)).toBeLessThan(1e9);
  });
});
