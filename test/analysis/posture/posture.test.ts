import { describe, expect, it } from 'vitest';
import { Analysis } from '../../../src/analysis/analysis.ts';
import type { ExceptionDocument, PostureDocument } from '../../../src/core/document.ts';
import { shippedPolicies } from '../../support/shipped-policies.ts';
import { answerFinding, START, Traffic } from './traffic.ts';

const OPEN_DOOR = {
  authentication: [],
  data: { 'us-ssn': 1 },
  path: '/api/users/0f8fad5b-d9cb-469f-a165-70867728950e',
} as const;
const USERS = 'GET api.example.com/api/users/{id}';
const { documents } = shippedPolicies();
const shipped = documents.filter((one): one is PostureDocument => one.kind === 'posture');

describe('a posture finding', () => {
  it('is one incident with its texts, figures and evidence, whatever is sent', () => {
    const traffic = new Traffic();
    for (let i = 0; i < 20; i++) {
      traffic.send(10, OPEN_DOOR);
      traffic.now += 60_000;
    }
    const { items, total } = traffic.analysis.incidents({ detection: 'missing-authentication' });
    expect(total).toBe(1);
    const incident = traffic.analysis.incident(items[0]!.id)!;
    expect(incident).toMatchObject({
      module: 'posture',
      family: 'misconfiguration',
      severity: 'high',
      status: 'open',
      result: 'succeeded',
      endpoint: USERS,
      owasp: ['API2:2023', 'API5:2023'],
      cwe: ['CWE-306'],
      actors: [],
    });
    expect(incident.count).toBeGreaterThan(150);
    expect(incident.whatHappened).toContain('answers carry us-ssn');
    expect(incident.whatToDo).not.toBe('');
    expect(incident.evidence.length).toBeGreaterThan(3);
    expect(incident.evidence.length).toBeLessThanOrEqual(20);
  });

  it('accuses nobody', () => {
    const traffic = new Traffic();
    traffic.send(10, { ...OPEN_DOOR, client: '203.0.113.9' });
    expect(traffic.ids()).toContain('missing-authentication');
    expect(traffic.analysis.actor('ip:203.0.113.9', traffic.now)?.confidencePercent).toBe(0);
  });

  it('of a setting of the server is one for the host, and names it', () => {
    const traffic = new Traffic();
    for (const path of ['/a', '/b', '/c']) {
      traffic.send(20, { path, headers: { 'x-content-type-options': undefined } });
    }
    const incident = traffic.found().get('missing-security-headers')!;
    expect(incident.endpoint).toBe('*');
    expect(incident.whatHappened).toMatch(/api\.example\.com came without x-content-type-options/);
    expect(incident.endpoints.length).toBeGreaterThan(0);
  });

  it('is resolved with a note when later traffic shows that it is mended, and reopened when it comes back', () => {
    const traffic = new Traffic();
    traffic.send(10, OPEN_DOOR);
    const { id } = traffic.found().get('missing-authentication')!;
    traffic.send(4, { ...OPEN_DOOR, status: 401, data: {} });
    expect(traffic.analysis.incident(id)?.status).toBe('open');
    traffic.send(1, { ...OPEN_DOOR, status: 401, data: {} });
    const resolved = traffic.analysis.incident(id)!;
    expect(resolved.status).toBe('resolved');
    expect(resolved.comments.at(-1)).toMatchObject({
      by: 'analysis',
      text: expect.stringMatching(/mended: 5 answers/),
    });
    traffic.send(3, OPEN_DOOR);
    const reopened = traffic.analysis.incident(id)!;
    expect(reopened.status).toBe('open');
    expect(reopened.history.map(({ what }) => what)).toEqual(['opened', 'status', 'reopened']);
  });

  it('that is seen now and then is not called mended between two times', () => {
    const traffic = new Traffic();
    for (let i = 0; i < 10; i++) {
      traffic.send(1, { headers: { 'cache-control': 'public' }, data: { 'us-ssn': 1 } });
      traffic.send(15, { data: { 'us-ssn': 1 } });
    }
    const { id } = traffic.found().get('cacheable-sensitive-responses')!;
    traffic.send(60, { data: { 'us-ssn': 1 } });
    expect(traffic.analysis.incident(id)?.status).toBe('open');
    traffic.send(140, { data: { 'us-ssn': 1 } });
    expect(traffic.analysis.incident(id)?.status).toBe('resolved');
  });

  it('that a person called accepted or a false positive stays what the person said', () => {
    for (const status of ['accepted', 'false-positive'] as const) {
      const traffic = new Traffic();
      traffic.send(10, OPEN_DOOR);
      const { id } = traffic.found().get('missing-authentication')!;
      traffic.analysis.changeIncident(id, { by: 'ann', status }, traffic.now);
      traffic.now += 120_000;
      traffic.send(10, OPEN_DOOR);
      traffic.send(10, { ...OPEN_DOOR, status: 401, data: {} });
      expect(traffic.analysis.incident(id)?.status).toBe(status);
      expect(traffic.analysis.posture.findings(USERS).map(({ check }) => check)).not.toContain(
        'missing-authentication',
      );
    }
  });

  it('of a list of files stands for what the detector finds: one incident, not two', () => {
    const traffic = new Traffic();
    traffic.send(10, { mediaType: 'text/html', findings: [answerFinding('directory-listing')], action: 'tag' });
    expect(traffic.analysis.incidents({ detection: 'directory-listing' }).total).toBe(1);
    expect(traffic.found().get('directory-listing')?.module).toBe('posture');
  });
});

describe('an operator', () => {
  const missing = shipped.find(({ id }) => id === 'missing-authentication')!;

  it('names endpoints that are public on purpose', () => {
    const traffic = new Traffic([{ ...missing, except: [{ endpoint: ['GET /api/users/{id}'] }] }]);
    traffic.send(10, OPEN_DOOR);
    expect(traffic.ids()).not.toContain('missing-authentication');
  });

  it('writes an exception, which ends', () => {
    const exception: ExceptionDocument = {
      kind: 'exception',
      id: 'e',
      description: '',
      enabled: true,
      source: { file: 'e.yaml', line: 1, column: 1 },
      detector: 'missing-authentication',
      match: { endpoint: ['GET /api/users/*'], actor: undefined, pointer: [], location: [], dataTypes: [] },
      reason: 'a public register',
      expires: '2026-11-02T00:01:00Z',
    };
    const traffic = new Traffic([exception]);
    traffic.send(10, OPEN_DOOR);
    expect(traffic.ids()).not.toContain('missing-authentication');
    traffic.now = START + 61_000;
    traffic.send(10, OPEN_DOOR);
    expect(traffic.ids()).toContain('missing-authentication');
  });

  it('switches a check off, or changes its numbers', () => {
    const off = new Traffic([{ ...missing, enabled: false }]);
    off.send(10, OPEN_DOOR);
    expect(off.ids()).not.toContain('missing-authentication');
    const later = new Traffic([{ ...missing, evidence: { ...missing.evidence, occurrencesMin: 11 } }]);
    later.send(10, OPEN_DOOR);
    expect(later.ids()).not.toContain('missing-authentication');
    later.send(1, OPEN_DOOR);
    expect(later.ids()).toContain('missing-authentication');
  });

  it('gives endpoints tags of their own', () => {
    const own: PostureDocument = {
      ...missing,
      id: 'pci',
      match: { endpoint: ['/api/users/**'] },
      check: { kind: 'tags', tags: ['pci-scope'] },
    };
    const traffic = new Traffic([own]);
    expect(traffic.analysis.posture.tags(USERS)).toEqual(['pci-scope']);
    expect(traffic.analysis.posture.tags('GET api.example.com/api/orders')).toEqual([]);
  });
});

describe('drift', () => {
  const SHADOW = { endpoint: 'GET api.example.com/api/old', figures: {} };

  it('becomes an incident, and ends when it is gone', () => {
    const traffic = new Traffic();
    const { posture } = traffic.analysis;
    posture.drift('shadow', [SHADOW], START);
    posture.drift('shadow', [SHADOW], START + 1_000);
    const incident = traffic.found().get('shadow-api')!;
    expect(incident).toMatchObject({ endpoint: SHADOW.endpoint, status: 'open', count: 2 });
    posture.drift('zombie', [], START + 2_000);
    expect(traffic.analysis.incident(incident.id)?.status).toBe('open');
    posture.drift('shadow', [], START + 3_000);
    expect(traffic.analysis.incident(incident.id)?.status).toBe('resolved');
  });

  it('that was there before a restart still ends', () => {
    const traffic = new Traffic();
    traffic.analysis.posture.drift('stale', [SHADOW], START);
    const kept = JSON.parse(JSON.stringify(traffic.analysis.dump()));
    const again = new Analysis({ version: 'test', documents }, { onEvent: () => {} });
    again.restore(kept);
    again.posture.drift('stale', [], START + 1_000);
    expect(again.incidents({ detection: 'stale-api' }).items.map(({ status }) => status)).toEqual(['resolved']);
  });
});

describe('what is kept', () => {
  it('goes on after a restart: the same incident is resolved', () => {
    const traffic = new Traffic();
    traffic.send(10, OPEN_DOOR);
    const { id } = traffic.found().get('missing-authentication')!;
    const again = new Analysis({ version: 'test', documents }, { onEvent: () => {} });
    again.restore(JSON.parse(JSON.stringify(traffic.analysis.dump())));
    for (let i = 0; i < 5; i++) {
      traffic.now += 100;
      again.take(traffic.record({ ...OPEN_DOOR, status: 401, data: {} }));
    }
    expect(again.incident(id)?.status).toBe('resolved');
  });

  it('is bounded, and says what found no room', () => {
    const traffic = new Traffic();
    for (let i = 0; i < 10_050; i++) traffic.send(1, { path: `/p${i}x/list` });
    expect(traffic.analysis.sizes().posture!.entries).toBe(10_000);
    expect(traffic.analysis.sizes().posture!.evicted).toBeGreaterThan(50);
  });

  it('never begins with a probe', () => {
    const traffic = new Traffic();
    for (let i = 0; i < 100; i++) traffic.send(1, { path: `/probe${i}`, status: 404 });
    expect(traffic.analysis.sizes().posture!.entries).toBe(0);
  });
});
