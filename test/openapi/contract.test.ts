import { describe, expect, it } from 'vitest';
import { DEFAULT_CONTRACT_ANSWERS } from '../../src/core/contract.ts';
import { held } from './held.ts';

const SHOP = `
openapi: 3.0.3
info: { title: Shop, version: "1" }
servers: [{ url: https://shop.example.com/v1 }]
paths:
  /users/{id}:
    parameters:
      - { name: id, in: path, required: true, schema: { type: integer, minimum: 1 } }
    get:
      parameters:
        - { name: fields, in: query, explode: false, schema: { type: array, items: { type: string, enum: [name, email] } } }
        - { name: limit, in: query, schema: { type: integer, maximum: 100 } }
        - { name: filter, in: query, style: deepObject, schema: { type: object, properties: { age: { type: integer } } } }
        - { name: x-tenant, in: header, required: true, schema: { type: string, format: uuid } }
        - { name: theme, in: cookie, schema: { type: string, enum: [dark, light] } }
      responses:
        200: { description: ok, content: { application/json: { schema: { $ref: "#/components/schemas/User" } } } }
    put:
      requestBody:
        required: true
        content:
          application/json: { schema: { $ref: "#/components/schemas/User" } }
      responses: { 204: { description: done } }
  /users:
    post:
      requestBody:
        content:
          application/json: { schema: { $ref: "#/components/schemas/User" } }
          application/x-www-form-urlencoded: { schema: { $ref: "#/components/schemas/User" } }
      responses: { 201: { description: made } }
components:
  schemas:
    User:
      type: object
      required: [id, name, email]
      properties:
        id: { type: integer, readOnly: true }
        role: { type: string, readOnly: true }
        name: { type: string, minLength: 1, maxLength: 20, pattern: "^[A-Za-z ]+$" }
        email: { type: string, format: email }
        age: { type: integer, minimum: 0, exclusiveMinimum: true, nullable: true }
        kind: { type: string, enum: [private, business] }
        password: { type: string, writeOnly: true }
        address:
          type: object
          additionalProperties: false
          properties: { street: { type: string } }
        friends: { type: array, maxItems: 2, uniqueItems: true, items: { $ref: "#/components/schemas/User" } }
`;

describe('a request against its document', () => {
  const contract = held(SHOP);
  const tenant = { 'x-tenant': '0f8fad5b-d9cd-469f-a165-70867728950e' };

  it('passes when it fits', () => {
    expect(contract.get('/v1/users/7?fields=name,email&limit=5&filter[age]=3', tenant)).toEqual([]);
    expect(contract.post('/v1/users', { name: 'Ann', email: 'ann@example.com', age: null })).toEqual([]);
  });

  it.each([
    ['/v1/users/zero', 'path /2 type'],
    ['/v1/users/0', 'path /2 range'],
    ['/v1/users/1?limit=many', 'query /limit type'],
    ['/v1/users/1?limit=101', 'query /limit range'],
    ['/v1/users/1?limit=1&limit=2', 'query /limit repeated'],
    ['/v1/users/1?fields=name,password', 'query /fields/1 enum'],
    ['/v1/users/1?filter[age]=old', 'query /filter/age type'],
    ['/v1/users/1?debug=1', 'query /debug unknown-parameter'],
  ])('%s: %s', (target, expected) => {
    expect(contract.get(target, tenant)).toContain(expected);
  });

  it('names what is missing in head, cookie and body', () => {
    expect(contract.get('/v1/users/1')).toEqual(['header /x-tenant required']);
    expect(contract.get('/v1/users/1', { ...tenant, cookie: 'theme=pink' })).toEqual(['cookie /theme enum']);
    expect(contract.post('/v1/users', { name: 'Ann' })).toEqual(['body /email required']);
    expect(contract.put('/v1/users/1', undefined)).toEqual(['body  required']);
  });

  it.each([
    [{ name: '' }, ['body /name pattern', 'body /name range']],
    [{ name: 7 }, ['body /name type']],
    [{ email: 'nobody' }, ['body /email format']],
    [{ age: 0 }, ['body /age range']],
    [{ kind: 'secret' }, ['body /kind enum']],
    [{ address: { street: 'x', town: 'y' } }, ['body /address/town unknown-field']],
    [{ nick: 'x' }, ['body /nick unknown-field']],
    [
      {
        friends: [
          { name: 'B', email: 'b@b.bb' },
          { name: 'B', email: 'b@b.bb' },
        ],
      },
      ['body /friends uniqueItems'],
    ],
    [{ friends: [{ name: 'B', email: 'b' }] }, ['body /friends/0/email format']],
  ])('%j: %j', (part, expected) => {
    const whole = { name: 'Ann', email: 'ann@example.com', ...part };
    expect(contract.post('/v1/users', whole).sort()).toEqual(expected);
  });

  it('reads forms by the types of the schema', () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(contract.post('/v1/users', 'name=Ann&email=ann%40example.com&age=7', form)).toEqual([]);
    expect(contract.post('/v1/users', 'name=Ann&email=ann%40example.com&age=old', form)).toEqual(['body /age type']);
    expect(contract.post('/v1/users', 'name=Ann&name=Bob&email=ann%40example.com', form)).toEqual([
      'body /name repeated',
    ]);
  });

  it('knows its content types, methods and paths', () => {
    expect(contract.post('/v1/users', '<a/>', { 'content-type': 'application/xml' })).toEqual([
      'header /content-type content-type',
    ]);
    expect(contract.run('DELETE', '/v1/users/1')).toEqual(['path  unknown-method']);
    expect(contract.run('GET', '/v1/admin')).toEqual(['path  unknown-path']);
    expect(contract.run('OPTIONS', '/v1/users/1')).toEqual([]);
    expect(contract.run('HEAD', '/v1/users/1', tenant)).toEqual([]);
    expect(contract.run('GET', '/v1/users/1/', tenant)).toEqual([]);
  });

  it('does what its route and its operations are told', () => {
    const quiet = held(SHOP, {
      ...DEFAULT_CONTRACT_ANSWERS,
      unknownPaths: 'off',
      options: 'document',
      operations: { 'POST /v1/users': { request: 'off', unknownFields: 'off' } },
    });
    expect(quiet.run('GET', '/v1/admin')).toEqual([]);
    expect(quiet.run('OPTIONS', '/v1/users/1')).toEqual(['path  unknown-method']);
    expect(quiet.post('/v1/users', { nick: 1 })).toEqual([]);
  });

  it('looks at answers, and requires of them what only the server sends', () => {
    const user = { id: 1, name: 'Ann', email: 'ann@example.com' };
    expect(contract.answer('GET', '/v1/users/1', 200, user)).toEqual([]);
    expect(contract.answer('GET', '/v1/users/1', 200, { ...user, id: 'x' })).toEqual(['body /id type']);
    expect(contract.answer('GET', '/v1/users/1', 200, { name: 'Ann', email: 'a@b.cc' })).toEqual(['body /id required']);
    expect(contract.answer('GET', '/v1/users/1', 202, user)).toEqual(['header /:status unknown-status']);
    expect(contract.answer('GET', '/v1/users/1', 404, { error: 'no' })).toEqual([]);
  });

  it('tells fields that only the server sets', () => {
    expect(contract.serverFields('PUT', '/v1/users/1', { id: 1, role: 'admin', name: 'Ann' })).toEqual([
      '/id read-only',
      '/role read-only',
    ]);
  });

  it('tells parameters in a second place, unless they say the same there', () => {
    const user = { name: 'Ann', email: 'ann@example.com' };
    const shop = held(
      SHOP.replace('id: { type: integer, readOnly: true }', 'key: { type: integer }').replace('[id, name', '[name'),
    );
    expect(shop.misplaced('PUT', '/v1/users/7', { ...user, id: 8 })).toEqual(['body /id second to path']);
    expect(shop.misplaced('PUT', '/v1/users/7?id=8', user)).toEqual(['query /id second to path']);
    expect(shop.misplaced('GET', '/v1/users/7?limit=5')).toEqual([]);
    expect(shop.misplaced('PUT', '/v1/users/7', { ...user, id: 7 })).toEqual([]);
  });
});
