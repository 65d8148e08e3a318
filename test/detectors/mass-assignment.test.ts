import { describe, expect, it } from 'vitest';
import type { RequestView } from '../../src/core/detector.ts';
import { massAssignment } from '../../src/detectors/mass-assignment.ts';
import { held } from '../openapi/held.ts';
import { baseline } from '../support/baseline-view.ts';

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

describe('mass-assignment, by who sends what', () => {
  const privileged = {
    names: ['role', 'price', 'isadmin', 'status'],
    senders: ['role:admin /role', 'role:customer /status', 'role:customer /items/*/price'],
  };
  const sent = (body: unknown, { isPromoted = false, method = 'POST', role = 'customer', type = 'json' } = {}) => {
    const text = type === 'form' ? String(body) : JSON.stringify(body);
    const view = contract.viewOf(method, '/elsewhere', {}, {});
    const json = () => (type === 'form' ? undefined : body);
    const request: RequestView = {
      ...view,
      contract: undefined,
      token: { claims: { sub: 'ann', role }, header: {}, isVerified: true } as unknown as RequestView['token'],
      body: { ...view.body!, format: type as 'json', bytes: Buffer.from(text), latin1: text, json },
      baseline: baseline({ isPromoted, privileged }),
    };
    return inspect(request).map(
      ({ pointer, confidence, actionMax }) => `${pointer} ${confidence} ${actionMax ?? 'full'}`,
    );
  };

  it.each<[string, unknown, string[]]>([
    ['a role by a customer', { name: 'Ann', role: 'admin' }, ['/role 0.5 tag']],
    ['a role inside of something', { user: { profile: { is_admin: true } } }, ['/user/profile/is_admin 0.5 tag']],
    ['a price where only items have one', { price: 1, items: [{ price: 9 }] }, ['/price 0.5 tag']],
  ])('tags %s', (_, body, expected) => expect(sent(body)).toEqual(expected));

  it('blocks it at a promoted endpoint, but not in an object that is sent back whole', () => {
    expect(sent({ role: 'admin' }, { isPromoted: true })).toEqual(['/role 0.9 full']);
    expect(sent({ role: 'admin' }, { isPromoted: true, method: 'PUT' })).toEqual(['/role 0.5 tag']);
    expect(sent('name=Ann&role=admin', { isPromoted: true, type: 'form' })).toEqual(['/role 0.9 full']);
  });

  it.each<[string, unknown, object]>([
    ['an administrator', { role: 'editor' }, { role: 'admin' }],
    ['what peers send', { status: 'open', items: [{ price: 9 }, { price: 8 }] }, {}],
    ['other fields', { name: 'role', note: 'my role is admin', roleplay: true, prices: [1] }, {}],
    ['no object', 'role', {}],
    ['a list of words', ['role', 'price'], {}],
  ])('leaves %s alone', (_, body, one) => expect(sent(body, { isPromoted: true, ...one })).toEqual([]));

  it('says nothing where it is not known who sends what', () => {
    const view = contract.viewOf('POST', '/elsewhere', {}, { role: 'admin' });
    expect(inspect({ ...view, contract: undefined, baseline: baseline({ isPromoted: true }) })).toEqual([]);
  });
});
