import { describe, expect, it } from 'vitest';
import type { DataPolicyDocument, DataTypeDocument } from '../../src/core/document.ts';
import type { Location } from '../../src/core/field.ts';
import { DataPolicies } from '../../src/policy/data-policies.ts';
import type { Facts } from '../../src/policy/match.ts';
import { validateDocument } from '../../src/policy/validate.ts';
import { readYaml } from '../../src/yaml/read.ts';

const documentsOf = (text: string) =>
  readYaml(text, 'p.yaml').documents.map((one) => {
    const validated = validateDocument(one, 'p.yaml', false);
    if ('fault' in validated) throw new Error(validated.fault.message);
    return validated.document;
  });

const types = documentsOf(`
{ kind: data-type, id: us-ssn, tags: [pii, forbidden], pattern: 'x' }
---
{ kind: data-type, id: email, tags: [pii], pattern: 'x' }
`) as DataTypeDocument[];

const policies = (text: string) => new DataPolicies(documentsOf(text) as DataPolicyDocument[], types);

const facts = (path: string, role?: string): Facts => ({
  method: 'GET',
  host: 'a.test',
  segments: path.split('/').slice(1),
  templateSegments: path.split('/').slice(1),
  actors: [],
  token: role === undefined ? undefined : { claims: { role }, header: {}, isVerified: true },
  areClaimsTrusted: true,
  clientAddress: '203.0.113.7',
});

describe('data policies', () => {
  const set = policies(`
{ kind: data-policy, id: a, match: { direction: response, endpoint: "GET /api/**", dataTypes: "tag:forbidden" },
  except: [{ endpoint: "GET /api/hr/**", actor: { claim: { role: hr } } }], action: mask }
---
{ kind: data-policy, id: b, match: { direction: request, location: [query], dataTypes: "*" }, action: tag }
`);
  const about = (type: string, direction: 'request' | 'response', location: Location, at: Facts) =>
    set.about(type, direction, location, at).map((policy) => policy.document.id);

  const rows: readonly (readonly [string, 'request' | 'response', Location, Facts, string[]])[] = [
    ['us-ssn', 'response', 'body', facts('/api/users'), ['a']],
    ['us-ssn', 'response', 'header', facts('/api/users'), []],
    ['us-ssn', 'response', 'body', facts('/other'), []],
    ['us-ssn', 'response', 'body', facts('/api/hr/x', 'hr'), []],
    ['us-ssn', 'response', 'body', facts('/api/hr/x', 'sales'), ['a']],
    ['us-ssn', 'response', 'body', facts('/api/hr/x'), ['a']],
    ['us-ssn', 'response', 'body', facts('/api/users', 'hr'), ['a']],
    ['email', 'response', 'body', facts('/api/users'), []],
    ['email', 'request', 'query', facts('/x'), ['b']],
    ['email', 'request', 'body', facts('/x'), []],
    ['nothing', 'request', 'query', facts('/x'), []],
  ];

  it.each(rows)('about %s in a %s, %s', (type, direction, location, at, expected) => {
    expect(about(type, direction, location, at)).toEqual(expected);
  });

  it('say which bodies and places need no look', () => {
    expect(set.concernsBody('response')).toBe(true);
    expect(set.concernsBody('request')).toBe(false);
    expect(set.concernsDirection('request')).toBe(true);
    expect(set.concernsLocation('query')).toBe(true);
    expect(set.concernsLocation('cookie')).toBe(false);
  });
});
