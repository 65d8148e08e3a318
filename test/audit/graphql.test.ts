// GraphQL of its own kind in front of the audit: what it says of the schema, and how much work one request may ask for.

import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  buildSchema,
  type DocumentNode,
  execute,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { Asker } from '../../src/audit/asker.ts';
import { askGraphql } from '../../src/audit/checks/graphql.ts';
import { operation } from './operation.ts';

const schema = buildSchema(`
  type Query { users(first: Int!): [User!]! me: User }
  type User { name: String! friends(first: Int = 5): [User!]! }
`);

interface Kind {
  readonly path?: string;
  readonly givesSchema: boolean;
  readonly suggests: boolean;
  readonly takesLists: boolean;
  readonly token?: string;
}

async function findingsOf(kind: Kind, first?: { name: string; value: string }, isKnown = true) {
  let executed = 0;
  const rules = kind.givesSchema ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const one = (query: string): unknown => {
    let document: DocumentNode;
    try {
      document = parse(query);
    } catch (error) {
      return { errors: [{ message: (error as Error).message }] };
    }
    const errors = validate(schema, document, rules, { hideSuggestions: !kind.suggests });
    if (errors.length > 0) return { errors };
    const me = () => {
      executed += 1;
      return { name: 'Ann', friends: [] };
    };
    return execute({ schema, document, rootValue: { me } });
  };
  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url!, 'http://x');
    response.setHeader('content-type', 'application/json');
    if (url.pathname !== (kind.path ?? '/graphql')) return void response.writeHead(404).end('{}');
    if (kind.token !== undefined && request.headers.authorization !== kind.token)
      return void response.writeHead(401).end('{}');
    if (request.method === 'GET') return void response.end(JSON.stringify(one(url.searchParams.get('query') ?? '')));
    const body: unknown = JSON.parse(Buffer.concat(await request.toArray()).toString());
    if (Array.isArray(body) && !kind.takesLists) return void response.writeHead(400).end('{"errors":[]}');
    response.end(
      JSON.stringify(
        Array.isArray(body) ? body.map(({ query }) => one(query)) : one((body as { query: string }).query),
      ),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const asker = new Asker({
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requestsMax: 100,
    requestsPerSecond: 1_000,
    secondsMax: 60,
    isDryRun: false,
    headers: {},
    onAsked: () => {},
  });
  const path = kind.path ?? '/graphql';
  const operations = isKnown ? [operation(`POST ${path}`)] : [];
  const findings = await askGraphql({ asker, operations, first });
  await asker.close();
  server.closeAllConnections();
  server.close();
  return { ids: findings.map(({ id }) => id).sort(), findings, asked: asker.asked, executed };
}

const OPEN: Kind = { givesSchema: true, suggests: true, takesLists: true };

describe('a GraphQL endpoint', () => {
  it('that is open has everything told, and nothing deep is carried out', async () => {
    const { ids, executed } = await findingsOf(OPEN);
    expect(ids).toEqual(['graphql-aliases', 'graphql-batching', 'graphql-depth', 'graphql-introspection']);
    expect(executed).toBe(0);
  });

  it('is found without a document where it answers GET', async () => {
    expect((await findingsOf({ ...OPEN, path: '/api/graphql' }, undefined, false)).ids).toContain(
      'graphql-introspection',
    );
    expect((await findingsOf({ ...OPEN, path: '/elsewhere' }, undefined, false)).ids).toEqual([]);
  });

  it('that hides its schema and helps to guess it has that told', async () => {
    const { ids } = await findingsOf({ givesSchema: false, suggests: true, takesLists: false });
    expect(ids).toEqual(['graphql-aliases', 'graphql-suggestions']);
  });

  it('that hides both has neither told', async () => {
    const { ids } = await findingsOf({ givesSchema: false, suggests: false, takesLists: false });
    expect(ids).toEqual(['graphql-aliases']);
  });

  it('that wants a token is asked as the first user', async () => {
    const closed = { ...OPEN, token: 'Bearer a' };
    expect((await findingsOf(closed)).ids).toEqual([]);
    const { findings } = await findingsOf(closed, { name: 'authorization', value: 'Bearer a' });
    expect(findings[0]!.what).toMatch(/gives any user its whole schema/);
  });
});
