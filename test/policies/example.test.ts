import { describe, expect, it } from 'vitest';
import type { PolicyDocument, SuiteDocument } from '../../src/core/document.ts';
import { createDefaultEngine } from '../../src/inspection/default-engine.ts';
import { runSuite } from '../../src/inspection/run-suite.ts';
import { compileSnapshot } from '../../src/inspection/snapshot.ts';
import { bundleOf } from '../../src/policy/bundle.ts';
import { validateDocument } from '../../src/policy/validate.ts';
import { readYaml } from '../../src/yaml/read.ts';
import { shippedPolicies } from '../support/shipped-policies.ts';

/** What the documentation shows, word for word. */
const EXAMPLE = `kind: data-policy
id: no-ssn-to-browsers
description: Social security numbers never leave through the public API.
match: { direction: response, endpoint: "GET /api/**", dataTypes: [us-ssn, "tag:forbidden"], minCount: 1 }
except: [{ endpoint: "GET /api/hr/**", actor: { claim: { role: hr } } }]
action: mask            # allow | tag | mask | block
severity: high
owasp: [API3:2023]
---
kind: suite
id: no-ssn-to-browsers-test
cases:
  - name: a profile with an SSN is masked
    request:  { method: GET, path: /api/users/7 }
    response: { status: 200, body: { name: Ann, ssn: 536-22-8754 } }
    expect:   { action: mask, findings: [forbidden-data-exposure], response: { body: { ssn: "***-**-8754" } } }
---
kind: exception
id: fp-1042
detector: injection-sql
match: { endpoint: "POST /api/search", pointer: /query }
reason: free-text search over SQL tutorials
expires: 2027-06-30
`;

const NOW = Date.UTC(2026, 10, 24);

describe('the example of the documentation', () => {
  const own: PolicyDocument[] = readYaml(EXAMPLE, 'example.yaml').documents.map((one) => {
    const validated = validateDocument(one, 'example.yaml', false);
    if ('fault' in validated) throw new Error(validated.fault.message);
    return validated.document;
  });
  const { bundle, faults } = bundleOf(shippedPolicies().documents, own);

  it('is accepted on top of the shipped policies', () => {
    expect(faults).toEqual([]);
    expect(own.map((document) => document.kind)).toEqual(['data-policy', 'suite', 'exception']);
  });

  it('passes its own suite', () => {
    const snapshot = compileSnapshot(bundle, []);
    const suite = own.find((document): document is SuiteDocument => document.kind === 'suite')!;
    const results = [
      ...runSuite(
        suite,
        (mode, onRecord, contracts) => createDefaultEngine({ ...snapshot, contracts }, mode, onRecord),
        NOW,
      ),
    ];
    expect(results).toHaveLength(1);
    expect(results.flatMap((result) => result.differences)).toEqual([]);
  });
});
