import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Traffic } from '../analysis/posture/traffic.ts';
import { type AdminPort, adminPort, TOKEN } from './admin-port.ts';

describe('an endpoint in the admin API', () => {
  let port: AdminPort;
  beforeAll(async () => {
    port = await adminPort();
    const traffic = new Traffic();
    for (let i = 0; i < 10; i++) {
      const record = traffic.record({ authentication: [], data: { 'us-ssn': 1 }, path: '/api/users/#' });
      port.learner.take(record);
      port.world.analysis.take(record);
    }
  });
  afterAll(() => port.close());

  const get = async (path: string) => {
    const headers = { host: 'localhost:9090', authorization: `Bearer ${TOKEN}` };
    return (await port.app.inject({ url: `/api/v1${path}`, headers })).json();
  };

  it('has tags, a risk with its addends, and open findings', async () => {
    const list = (await get('/endpoints')) as { items: { id: string; risk: { score: number } }[] };
    expect(list.items.map(({ id }) => id)).toEqual(['GET api.example.com/api/users/{id}']);
    expect(list.items[0]!.risk.score).toBeGreaterThan(5);
    const one = await get(`/endpoints/${encodeURIComponent(list.items[0]!.id)}`);
    expect(one).toMatchObject({ tags: [], risk: list.items[0]!.risk });
    const { findings } = one as { findings: { check: string; incident: string }[] };
    expect(findings.map(({ check }) => check)).toContain('missing-authentication');
    const incident = port.world.analysis.incident(findings[0]!.incident);
    expect(incident?.module).toBe('posture');
  });
});
