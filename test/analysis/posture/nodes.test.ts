// Two nodes that tell each other what they take: a finding is the same incident on both, whoever saw what.
import { describe, expect, it } from 'vitest';
import { Analysis } from '../../../src/analysis/analysis.ts';
import { type Trace, traceSchema } from '../../../src/analysis/trace.ts';
import type { Incident } from '../../../src/core/incident.ts';
import { shippedPolicies } from '../../support/shipped-policies.ts';
import { type Told, Traffic } from './traffic.ts';

const OPEN_DOOR: Told = {
  authentication: [],
  data: { 'us-ssn': 1 },
  path: '/api/users/0f8fad5b-d9cb-469f-a165-70867728950e',
};
const CLOSED_DOOR: Told = { ...OPEN_DOOR, status: 401, data: {} };
const bundle = { version: 'test', documents: shippedPolicies().documents };

/** Nodes in front of the same API; what one takes the others hear of, as JSON. */
function nodesOf(count: number) {
  const records = new Traffic();
  const nodes: Analysis[] = [];
  const heard: Trace[] = [];
  for (let i = 0; i < count; i++) {
    const onTrace = (trace: Trace): void => {
      const told = traceSchema.parse(JSON.parse(JSON.stringify(trace)));
      heard.push(told);
      for (const other of nodes) if (other !== nodes[i]) other.takeTrace(told);
    };
    nodes.push(new Analysis(bundle, { onEvent: () => {}, onTrace }));
  }
  const send = (node: number, times: number, told: Told): void => {
    for (let i = 0; i < times; i++) {
      records.now += 100;
      nodes[node]!.take(records.record(told));
    }
  };
  const found = (node: number): Incident[] =>
    nodes[node]!.incidents({ detection: 'missing-authentication' }, 0, 10).items;
  return { nodes, heard, send, found };
}

describe('posture on two nodes', () => {
  it('comes to one incident from what each saw a part of', () => {
    const { send, found } = nodesOf(2);
    send(0, 2, OPEN_DOOR);
    expect(found(0)).toEqual([]);
    send(1, 1, OPEN_DOOR);
    expect(found(0)).toHaveLength(1);
    expect(found(1)).toHaveLength(1);
    expect(found(1)[0]).toMatchObject({ id: found(0)[0]!.id, status: 'open', count: found(0)[0]!.count });
  });

  it('resolves it everywhere when another node sees that it is mended, and reopens it', () => {
    const { send, found } = nodesOf(2);
    send(0, 5, OPEN_DOOR);
    send(1, 5, CLOSED_DOOR);
    expect([found(0)[0]!.status, found(1)[0]!.status]).toEqual(['resolved', 'resolved']);
    send(1, 5, OPEN_DOOR);
    expect([found(0)[0]!.status, found(1)[0]!.status]).toEqual(['open', 'open']);
    expect(found(0)).toHaveLength(1);
  });

  it('shows the finding in the risk of an endpoint on both', () => {
    const { nodes, send } = nodesOf(2);
    send(0, 5, OPEN_DOOR);
    const findings = nodes.map((node) => node.posture.findings('GET api.example.com/api/users/{id}'));
    expect(findings[1]).toEqual(findings[0]);
    expect(findings[1]!.map(({ check }) => check)).toContain('missing-authentication');
  });

  it('tells of right answers only where a wrong one was seen', () => {
    const { send, heard } = nodesOf(2);
    send(0, 20, {});
    expect(heard.every(({ posture }) => posture === undefined)).toBe(true);
  });
});
