import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AuditLog } from '../../src/admin/audit-log.ts';
import { faultOf, refuseUnknownParameters } from '../../src/admin/invalid-requests.ts';
import { actorRoutes } from '../../src/admin/resource-actors.ts';
import { incidentRoutes } from '../../src/admin/resource-incidents.ts';
import { proposalRoutes } from '../../src/admin/resource-proposals.ts';
import { Exchange } from '../../src/analysis/exchange.ts';
import type { Incident } from '../../src/core/incident.ts';
import { login } from '../analysis/shop.ts';
import { StoreInMemory } from '../analysis/store-in-memory.ts';
import { finding, type Person, SECOND, World } from '../analysis/world.ts';

const THIEF: Person = { address: '89.208.58.114', country: 'RU', userAgent: 'python-requests/2.31' };

let folder: string;
let world: World;
let app: FastifyInstance;
let audit: AuditLog;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-admin-'));
  audit = new AuditLog(folder);
  world = new World();
  for (let i = 0; i < 12; i++) {
    login(world, THIEF, 'ann@example.com', false);
    world.pass(SECOND);
  }
  for (let i = 0; i < 3; i++) {
    const sent = { action: 'block', findings: [finding('injection-sql')] } as const;
    world.send({ address: '203.0.113.9' }, 'GET', '/api/search', sent);
  }
  // The resources say what holds now; now is the simulation's.
  vi.useFakeTimers({ toFake: ['Date'], now: world.now });
  app = fastify({ schemaErrorFormatter: faultOf });
  refuseUnknownParameters(app);
  app.decorateRequest('caller', undefined);
  app.addHook('onRequest', async (request) => {
    request.caller = { name: 'ann', role: 'analyst' };
  });
  const exchange = new Exchange({ store: new StoreInMemory(), node: 'here', analysis: world.analysis });
  const context = { analysis: world.analysis, audit, exchange };
  incidentRoutes(app, context);
  proposalRoutes(app, context);
  actorRoutes(app, context);
  await app.ready();
});

afterEach(async () => {
  vi.useRealTimers();
  await app.close();
  rmSync(folder, { recursive: true });
});

async function get(url: string) {
  const response = await app.inject({ method: 'GET', url });
  return { status: response.statusCode, body: response.json() };
}

async function patch(url: string, payload: object) {
  const response = await app.inject({ method: 'PATCH', url, payload });
  return { status: response.statusCode, body: response.json() };
}

function bruteForce(): Incident {
  return world.incidents().find(({ detection }) => detection === 'brute-force')!;
}

describe('incidents', () => {
  it('are listed without their evidence, filtered and paged', async () => {
    const all = await get('/incidents');
    expect(all.body.total).toBe(2);
    expect(all.body.items[0]).not.toHaveProperty('evidence');
    expect((await get('/incidents?detection=brute-force')).body.total).toBe(1);
    expect((await get('/incidents?severity=critical&status=open')).body.total).toBe(0);
    expect((await get('/incidents?status=open&status=resolved')).body.total).toBe(2);
    expect((await get('/incidents?actor=ip:203.0.113.9')).body.items[0].detection).toBe('injection-sql');
    expect((await get('/incidents?offset=1&limit=1')).body).toMatchObject({ total: 2, items: [{}] });
    expect((await get('/incidents?since=2030-01-01T00:00:00Z')).body.total).toBe(0);
  });

  it('refuse what is no filter', async () => {
    expect((await get('/incidents?severity=awful')).status).toBe(400);
    expect((await get('/incidents?limit=100000')).status).toBe(400);
  });

  it('are shown whole', async () => {
    const { id } = bruteForce();
    const { status, body } = await get(`/incidents/${id}`);
    expect(status).toBe(200);
    const whatHappenedTemplate = world.analysis.incidentTemplate(id);
    expect(whatHappenedTemplate).toContain('{');
    expect(body).toEqual(JSON.parse(JSON.stringify({ ...world.analysis.incident(id), whatHappenedTemplate })));
    expect((await get('/incidents/inc-none-1')).status).toBe(404);
  });

  it('are changed, with an audit of before and after', async () => {
    const { id } = bruteForce();
    const { status, body } = await patch(`/incidents/${id}`, {
      status: 'in-progress',
      assignee: 'bob',
      comment: 'mine',
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'in-progress', assignee: 'bob', comments: [{ by: 'ann', text: 'mine' }] });
    expect(audit.latest(1)).toMatchObject([
      {
        actor: 'ann',
        action: 'incident.change',
        target: id,
        before: { status: 'open' },
        after: { status: 'in-progress', assignee: 'bob', comment: 'mine' },
      },
    ]);
    expect((await patch(`/incidents/${id}`, {})).status).toBe(400);
    expect((await patch(`/incidents/${id}`, { status: 'gone' })).status).toBe(400);
    expect((await patch('/incidents/inc-none-1', { status: 'resolved' })).status).toBe(404);
  });

  it('are changed many at once', async () => {
    const ids = world.incidents().map(({ id }) => id);
    const { body } = await patch('/incidents', { ids: [...ids, 'inc-none-1'], status: 'accepted' });
    expect(body).toEqual({ changed: ids, missing: ['inc-none-1'] });
    expect((await get('/incidents?status=accepted')).body.total).toBe(2);
  });

  it('marked as false positives show the precision of their detection', async () => {
    await patch(`/incidents/${bruteForce().id}`, { status: 'false-positive' });
    const { items } = (await get('/detections')).body;
    expect(items).toMatchObject([{ detection: 'brute-force', wrong: 1, shipped: 0.85 }]);
    expect(items[0].now).toBeLessThan(0.85);
  });
});

describe('actors', () => {
  it('are listed by suspicion', async () => {
    const { body } = await get('/actors?confidenceMin=1');
    expect(body.total).toBe(2);
    expect(body.items[0].confidencePercent).toBeGreaterThanOrEqual(body.items[1].confidencePercent);
    expect(body.items.map(({ key }: { key: string }) => key).sort()).toEqual(['ip:203.0.113.9', 'ip:89.208.58.114']);
    expect((await get('/actors?kind=subject')).body.total).toBe(0);
    expect((await get('/actors?text=89.208')).body.total).toBe(1);
    expect((await get('/actors?kind=nobody')).status).toBe(400);
  });

  it('are shown with addends, addresses and whether they may be restricted', async () => {
    const { body } = await get(`/actors/${encodeURIComponent('ip:89.208.58.114')}`);
    expect(body).toMatchObject({ key: 'ip:89.208.58.114', country: 'RU', addends: [{ detection: 'brute-force' }] });
    expect(body.objection).toBeUndefined();
    expect((await get('/actors/ip:10.0.0.1')).status).toBe(404);
  });
});

describe('proposals', () => {
  it('are approved or declined once, audited', async () => {
    const { body } = await get('/proposals?status=waiting');
    expect(body.total).toBeGreaterThan(0);
    const { id } = body.items[0];
    expect((await patch(`/proposals/${id}`, { decision: 'approve' })).body).toMatchObject({
      status: 'approved',
      decidedBy: 'ann',
    });
    expect(audit.latest(1)).toMatchObject([{ action: 'proposal.approve', target: id, before: 'waiting' }]);
    expect((await patch(`/proposals/${id}`, { decision: 'decline' })).status).toBe(409);
    expect((await patch('/proposals/none', { decision: 'decline' })).status).toBe(404);
    expect((await get(`/proposals/${id}`)).body.status).toBe('approved');
  });
});

describe('a filter that is misspelt', () => {
  it('is refused, with the names that there are, rather than listing everything', async () => {
    const { status, body } = await get('/incidents?serch=login');
    expect(status).toBe(400);
    expect(body.detail).toMatch(/^`serch` is none of: status, severity, .*text, offset, limit$/);
    expect((await get('/actors?limit=2&text=89')).status).toBe(200);
  });

  it('is told what it may be, where its value is not one', async () => {
    const { status, body } = await get('/incidents?severity=bad');
    expect(status).toBe(400);
    expect(body.message).toMatch(/^querystring\/severity\/0 is one of: .*high, critical$/);
    expect((await get('/incidents?limit=0')).body.message).toBe('querystring/limit must be >= 1');
  });
});
