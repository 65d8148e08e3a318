import { describe, expect, it } from 'vitest';
import { contractOf, held } from './held.ts';

const SDL = `
type Query { me: User, user(id: ID!): User, search(text: String!, first: Int): [Result!]! }
type Mutation { rename(id: ID!, name: String!): User }
type User { id: ID!, name: String, friends(first: Int): [User!]! }
union Result = User
`;
const contract = held(contractOf({ '/a/schema.graphql': SDL }));
const ask = (query: string, variables?: unknown) => contract.post('/graphql', { query, variables });

describe('a GraphQL request against its schema', () => {
  it('passes when it asks for what there is', () => {
    expect(ask('{ me { id name friends(first: 2) { id } } }')).toEqual([]);
    expect(ask('query Q($id: ID!) { user(id: $id) { ...F } } fragment F on User { name }', { id: 1 })).toEqual([]);
    expect(ask('{ search(text: "x") { ... on User { id } __typename } }')).toEqual([]);
    expect(ask('{ __typename }')).toEqual([]);
    expect(contract.get(`/graphql?query=${encodeURIComponent('{ me { id } }')}`)).toEqual([]);
  });

  it.each([
    ['{ me { id isAdmin } }', 'unknown-field'],
    ['mutation { deleteUser(id: 1) { id } }', 'unknown-field'],
    ['{ me { id ... on Admin { secret } } }', 'unknown-type'],
    ['{ user(id: 1, role: "x") { id } }', 'unknown-parameter'],
    ['{ user { id } }', 'required'],
    ['{ search(text: 7) { __typename } }', 'type'],
    ['{ me { id { deeper } } }', 'type'],
    ['{ me }', 'type'],
  ])('%s: %s', (query, kind) => {
    expect(ask(query)).toContain(`body /query ${kind}`);
  });

  it('is looked at in a URL, in a batch, and when it is no GraphQL', () => {
    expect(contract.get(`/graphql?query=${encodeURIComponent('{ me { x } }')}`)).toEqual([
      'query /query unknown-field',
    ]);
    expect(contract.post('/graphql', [{ query: '{ me { id } }' }, { query: '{ you { id } }' }])).toEqual([
      'body /1/query unknown-field',
    ]);
    expect(ask('{ me { id ')).toEqual(['body /query format']);
    expect(ask(`{ ${'me { id } '.repeat(3_000)} }`)).toEqual(['body /query format']);
  });

  it('says nothing of other requests of the route', () => {
    expect(contract.post('/upload', { name: 'x' })).toEqual([]);
    expect(contract.get('/health')).toEqual([]);
  });
});
