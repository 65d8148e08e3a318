import { describe, expect, it } from 'vitest';
import {
  schemaViolation,
  schemaViolationInBody,
  schemaViolationInResponse,
} from '../../src/detectors/schema-violation.ts';
import { held } from '../openapi/held.ts';

const contract = held(`openapi: 3.1.0
paths:
  /orders:
    get:
      parameters: [{ name: page, in: query, schema: { type: integer } }]
      responses: { 200: { description: ok, content: { application/json: { schema: { type: array } } } } }
    post:
      requestBody: { content: { application/json: { schema: { type: object, properties: { n: { type: integer } } } } } }
      responses: { 201: { description: ok } }`);
const head = schemaViolation.load(schemaViolation.settings.parse({}));
const body = schemaViolationInBody.load(schemaViolationInBody.settings.parse({}));
const response = schemaViolationInResponse.load(schemaViolationInResponse.settings.parse({}));

describe('schema-violation', () => {
  it('blocks what breaks the document, with where it is and what it should be', () => {
    expect(head(contract.viewOf('GET', '/orders?page=first', {}, undefined))).toEqual([
      { location: 'query', pointer: '/page', what: 'the value must be integer', confidence: 0.9 },
    ]);
    expect(body(contract.viewOf('POST', '/orders', {}, { n: 'one' }))).toEqual([
      { location: 'body', pointer: '/n', what: 'the value must be integer', confidence: 0.9 },
    ]);
  });

  it('tags what the document may have left out', () => {
    expect(head(contract.viewOf('GET', '/orders?sort=n', {}, undefined))).toMatchObject([
      { pointer: '/sort', actionMax: 'tag', severity: 'low', confidence: 0.2 },
    ]);
    expect(body(contract.viewOf('POST', '/orders', {}, { n: 1, note: 'x' }))).toMatchObject([
      { pointer: '/note', actionMax: 'tag' },
    ]);
  });

  it('leaves alone what fits, what advertising adds, and routes without a document', () => {
    expect(head(contract.viewOf('GET', '/orders?page=1&utm_campaign=x&fbclid=1', {}, undefined))).toEqual([]);
    expect(body(contract.viewOf('POST', '/orders', {}, { n: 1 }))).toEqual([]);
    const { contract: _, ...without } = contract.viewOf('GET', '/other', {}, undefined);
    expect(head(without)).toEqual([]);
    expect(body(without)).toEqual([]);
    expect(response({ request: without, status: 200, rawHeaders: [], body: undefined })).toEqual([]);
  });

  it('takes other names to leave alone', () => {
    const strict = schemaViolation.load(schemaViolation.settings.parse({ ignoredParameters: ['trace*'] }));
    const found = strict(contract.viewOf('GET', '/orders?traceparent=1&utm_source=x', {}, undefined));
    expect(found.map(({ pointer }) => pointer)).toEqual(['/utm_source']);
    expect(() => schemaViolation.settings.parse({ ignored: [] })).toThrow();
  });

  it('never says a value of the message', () => {
    const found = [
      ...head(contract.viewOf('GET', '/orders?page=4111111111111111x', {}, undefined)),
      ...body(contract.viewOf('POST', '/orders', {}, { n: 'sesame-open' })),
    ];
    expect(found).toHaveLength(2);
    expect(JSON.stringify(found)).not.toMatch(/4111|sesame/);
  });
});
