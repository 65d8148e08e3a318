import { describe, expect, it } from 'vitest';
import { endpointsOf } from '../../src/openapi/endpoints-of.ts';
import { prepared } from './held.ts';

const endpoints = (text: string) => {
  const read = prepared(text);
  if ('fault' in read) return `${read.fault.line}:${read.fault.column} ${read.fault.message}`;
  if ('missing' in read) return read.missing;
  return endpointsOf([read.contract])[0]?.endpoints;
};

describe('an OpenAPI document', () => {
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

  it('may have operations of OpenAPI 3.2 beyond the usual methods', () => {
    const text = 'openapi: 3.2.0\npaths: { /a: { query: {}, additionalOperations: { PURGE: {} } } }';
    expect(endpoints(text)).toEqual(['QUERY /a', 'PURGE /a']);
  });

  const faults: readonly (readonly [string, RegExp])[] = [
    ['a: 1', /^1:1 not an OpenAPI document/],
    ['', /^1:1 the document is empty/],
    ['[1]', /^1:1 not an API document: it is no object/],
    ['openapi: 3.1.0', /^1:1 the document has no `paths`/],
    ['openapi: 4.0.0\npaths: {}', /^1:1 OpenAPI 4.0.0 is not known/],
    ['swagger: "1.2"\npaths: {}', /Swagger before 2.0/],
    ['openapi: 3.1.0\npaths: { a: { get: {} } }', /^2:\d+ `a`: a path starts with a slash \(at \/paths\/a\)/],
    [
      'openapi: 3.1.0\npaths:\n  /a: { get: { parameters: {} } }',
      /^3:\d+ `parameters` is a list \(at \/paths\/~1a\/get/,
    ],
    [
      'openapi: 3.1.0\npaths:\n  /a:\n    get:\n      parameters:\n        - { name: q, in: head }',
      /^6:\d+ the parameter `q` needs `in`/,
    ],
    [
      'openapi: 3.1.0\npaths:\n  /a:\n    get:\n      parameters:\n        - $ref: "#/components/parameters/q"',
      /^6:\d+ `#\/components\/parameters\/q` leads nowhere/,
    ],
    ['{"openapi":"3.0.0",\n"paths":{"/a":{"get":[]}}}', /^2:\d+ an operation is an object \(at \/paths\/~1a\/get\)/],
    ['{"openapi":"3.0.0",\n"paths": {{}}', /^2:/],
    ['['.repeat(2_000), /nested deeper/],
    [`{"a":${'['.repeat(200)}${']'.repeat(200)}}`, /nested deeper/],
    ['openapi: 3.0.0\npaths: { /a: { $ref: "#/paths/~1b" }, /b: { $ref: "#/paths/~1a" } }', /leads in a circle/],
    [
      'openapi: 3.1.0\npaths: { /a: { get: { parameters: [{ name: q, in: query, schema: { $ref: "#/components/schemas/A" } }] } } }\ncomponents: { schemas: { A: { allOf: [{ $ref: "#/components/schemas/B" }] }, B: { $ref: "#/components/schemas/A" } } }',
      /defined by itself alone/,
    ],
    ['a: &a [1]\nb: !x 1', /tags/],
  ];
  it.each(faults)('is refused with its place: %#', (text, message) => {
    expect(endpoints(text)).toMatch(message);
  });
});

describe('references', () => {
  it('lead into other files, which are asked for', () => {
    const root = 'openapi: 3.0.3\npaths: { /a: { $ref: "./paths/a.yaml#/item" } }';
    expect(prepared({ '/apis/api.yaml': root })).toEqual({ missing: ['/apis/paths/a.yaml'] });
    const item =
      'item: { get: { parameters: [{ name: q, in: query, schema: { $ref: "../schemas.json#/Q" } }], responses: {} } }';
    const read = prepared({
      '/apis/api.yaml': root,
      '/apis/paths/a.yaml': item,
      '/apis/schemas.json': '{"Q":{"type":"integer"}}',
    });
    expect(read).toMatchObject({ contract: { schemas: ['{"type":"integer"}'] } });
  });

  it('do not leave the folders of the document and the configuration, nor their origin', () => {
    const at = (reference: string) => `openapi: 3.0.3\npaths: { /a: { $ref: "${reference}" } }`;
    const fault = (document: string, reference: string, folders: string[] = []) =>
      (prepared({ [document]: at(reference) }, { folders }) as { fault?: { message: string } }).fault?.message;
    expect(fault('/apis/api.yaml', '../../etc/passwd')).toMatch(/outside of the folders/);
    expect(fault('/apis/api.yaml', '/etc/passwd')).toMatch(/absolute path/);
    expect(fault('/apis/api.yaml', 'https://evil.example/a')).toMatch(/a file refers to files only/);
    expect(fault('https://docs.example/api.yaml', 'https://evil.example/a')).toMatch(/at another origin/);
    expect(fault('https://docs.example/api.yaml', 'http://docs.example/a')).toMatch(/at another origin/);
    expect(fault('/apis/v1/api.yaml', '../common.yaml', ['/apis'])).toBeUndefined();
  });

  it('may go in circles through fields', () => {
    const read = prepared(`openapi: 3.1.0
paths: { /a: { post: { requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Tree" } } } } } } }
components: { schemas: { Tree: { type: object, properties: { left: { $ref: "#/components/schemas/Tree" } } } } }`);
    expect(read).toMatchObject({
      contract: { schemas: ['{"circular":true,"type":"object","properties":{"left":{"$ref":"s0"}}}'] },
    });
  });
});

describe('other documents', () => {
  it('are recognised, and named as uninspected', () => {
    expect(prepared('asyncapi: 3.0.0\ninfo: { title: Events }')).toMatchObject({
      contract: { kind: 'uninspected', format: 'AsyncAPI' },
    });
    expect(prepared({ '/a/service.proto': 'syntax = "proto3";\nservice A {}' })).toMatchObject({
      contract: { kind: 'uninspected', format: 'gRPC (Protocol Buffers)' },
    });
    expect(prepared('syntax = "proto3";')).toMatchObject({ contract: { format: 'gRPC (Protocol Buffers)' } });
  });

  it('of GraphQL are contracts of their own, refused with their place', () => {
    expect(prepared({ '/a/schema.graphql': 'type Query { me: User }\ntype User { id: ID! }' })).toMatchObject({
      contract: { kind: 'graphql' },
    });
    expect(prepared({ '/a/schema.graphql': 'type Query { me: User }' })).toMatchObject({
      fault: { message: expect.stringContaining('Unknown type') },
    });
    expect(prepared({ '/a/schema.graphql': 'type Query {\n  me(: User }' })).toMatchObject({
      fault: { line: 2, column: 6 },
    });
  });
});
