import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Traffic } from '../analysis/posture/traffic.ts';
import { type AdminPort, adminPort, TOKEN } from './admin-port.ts';

const ID = 'GET api.example.com/api/users/{id}';

describe('baselines in the admin API', () => {
  let port: AdminPort;
  beforeAll(async () => {
    port = await adminPort();
    const traffic = new Traffic();
    for (let i = 0; i < 10; i++) port.learner.take(traffic.record({ path: '/api/users/#' }));
  });
  afterAll(() => port.close());

  const call = async (method: 'GET' | 'PATCH' | 'PUT', path: string, payload?: object) => {
    const headers = { host: 'localhost:9090', authorization: `Bearer ${TOKEN}` };
    const answer = await port.app.inject({
      method,
      url: `/api/v1${path}`,
      headers,
      ...(payload === undefined ? {} : { payload }),
    });
    return { status: answer.statusCode, body: answer.json() as Record<string, unknown> };
  };
  const change = (payload: object, id = ID) => call('PATCH', `/baselines/${encodeURIComponent(id)}`, payload);

  it('are listed with what is missing until they can be enforced', async () => {
    const { body } = await call('GET', '/baselines');
    expect(body).toMatchObject({
      total: 1,
      items: [{ endpoint: ID, samples: 10, isFrozen: false, isPromoted: false }],
    });
    const { body: one } = await call('GET', `/baselines/${encodeURIComponent(ID)}`);
    expect(one).toMatchObject({ endpoint: ID, maturity: { isReady: false }, versions: [] });
  });

  it('are frozen, kept, rolled back, reset and promoted', async () => {
    expect((await change({ keepVersion: true })).body).toMatchObject({ versions: [{ version: 1 }] });
    expect((await change({ isFrozen: true })).body).toMatchObject({ isFrozen: true });
    expect((await change({ isFrozen: false })).body).toMatchObject({ isFrozen: false });
    expect((await change({ isPromoted: true })).body).toMatchObject({ isPromoted: true });
    expect((await call('GET', '/endpoints')).body).toMatchObject({ items: [{ id: ID, isPromoted: true }] });
    expect((await change({ rollBackTo: 1 })).status).toBe(200);
    expect(await change({ rollBackTo: 7 })).toMatchObject({ status: 409, body: { title: 'There is no version 7' } });
    expect((await change({ reset: true })).status).toBe(200);
    expect((await call('GET', `/baselines/${encodeURIComponent(ID)}`)).status).toBe(404);
  });

  it('refuse what is no change, and endpoints that nobody knows', async () => {
    expect((await change({})).status).toBe(400);
    expect((await change({ isFrozen: 'yes, please' })).status).toBe(400);
    expect((await change({ isFrozen: true }, 'GET nowhere/x')).status).toBe(404);
  });

  it('take templates that people wrote, and refuse what is none', async () => {
    const template = 'GET api.example.com/api/users/me';
    expect((await call('PUT', '/endpoint-templates', { template })).body).toEqual({ template, holds: true });
    expect((await call('GET', '/endpoint-templates')).body).toEqual({ items: [template] });
    expect((await call('PUT', '/endpoint-templates', { template: 'users/{id}' })).status).toBe(400);
    expect((await call('PUT', '/endpoint-templates', { template, holds: false })).body).toMatchObject({ holds: false });
    expect((await call('GET', '/endpoint-templates')).body).toEqual({ items: [] });
  });
});
