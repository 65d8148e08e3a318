import { describe, expect, it } from 'vitest';
import { massAssignment } from '../../src/detectors/mass-assignment.ts';
import { held } from '../openapi/held.ts';

const contract = held(`openapi: 3.0.3
paths:
  /users:
    post: { requestBody: &body { content: { application/json: { schema: { $ref: "#/components/schemas/User" } } } }, responses: {} }
  /users/{id}:
    get: { responses: { 200: { description: ok, content: { application/json: { schema: { $ref: "#/components/schemas/Shown" } } } } } }
    put: { requestBody: *body, responses: {} }
    patch: { requestBody: *body, responses: {} }
components:
  schemas:
    User:
      type: object
      properties:
        id: { type: integer, readOnly: true }
        role: { type: string, readOnly: true }
        score: { type: integer, readOnly: true }
        name: { type: string }
        team: { type: object, properties: { name: { type: string }, ownerId: { type: integer, readOnly: true } } }
    Shown:
      allOf:
        - $ref: "#/components/schemas/User"
        - { type: object, properties: { balance: { type: number }, createdAt: { type: string } } }`);
const inspect = massAssignment.load(massAssignment.settings.parse({}));
const found = (method: string, target: string, body: unknown) =>
  inspect(contract.viewOf(method, target, {}, body)).map(
    ({ pointer, confidence, actionMax }) => `${pointer} ${confidence} ${actionMax ?? 'full'}`,
  );

describe('mass-assignment', () => {
  it('blocks a field of the server that decides over rights, wherever it sits', () => {
    expect(found('POST', '/users', { name: 'Ann', role: 'admin' })).toEqual(['/role 0.9 full']);
    expect(found('PATCH', '/users/1', { team: { ownerId: 2 } })).toEqual(['/team/ownerId 0.9 full']);
  });

  it('notes a field that answers have and requests do not', () => {
    expect(found('POST', '/users', { name: 'Ann', balance: 1_000_000 })).toEqual(['/balance 0.7 full']);
  });

  it('only tags whole objects that are sent back, and fields that decide nothing', () => {
    expect(found('PUT', '/users/1', { id: 1, role: 'user', name: 'Ann' })).toEqual(['/role 0.5 tag']);
    expect(found('PATCH', '/users/1', { score: 7 })).toEqual(['/score 0.3 tag']);
  });

  it('leaves ids, times, unknown fields and fields of requests alone', () => {
    expect(found('PUT', '/users/1', { id: 1, name: 'Ann', createdAt: 'x' })).toEqual([]);
    expect(found('POST', '/users', { name: 'Ann', nick: 'x' })).toEqual([]);
    expect(found('POST', '/users', { name: 'Ann', team: { name: 'A' } })).toEqual([]);
    expect(found('GET', '/users/1', undefined)).toEqual([]);
  });

  it('says nothing without a document', () => {
    const { contract: _, ...without } = contract.viewOf('POST', '/users', {}, { role: 'admin' });
    expect(inspect(without)).toEqual([]);
  });
});
