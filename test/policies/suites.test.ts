import { describe, expect, it } from 'vitest';
import type { SuiteDocument } from '../../src/core/document.ts';
import { createDefaultEngine } from '../../src/inspection/default-engine.ts';
import { runSuite } from '../../src/inspection/run-suite.ts';
import { compileSnapshot, withBaseline } from '../../src/inspection/snapshot.ts';
import { bundleOf } from '../../src/policy/bundle.ts';
import { shippedPolicies } from '../support/shipped-policies.ts';

const { documents, faults } = shippedPolicies();
const { bundle, faults: bundleFaults } = bundleOf(documents, []);
const snapshot = compileSnapshot(bundle, []);
const suites = documents.filter((document): document is SuiteDocument => document.kind === 'suite');

describe('the shipped policies', () => {
  it('are without faults and have suites', () => {
    expect([...faults, ...bundleFaults]).toEqual([]);
    expect(suites.length).toBeGreaterThan(0);
  });

  describe.each(suites.map((suite) => [suite.id, suite] as const))('%s', (_, suite) => {
    const results = runSuite(
      suite,
      (mode, onRecord, contracts, baseline) =>
        createDefaultEngine(withBaseline({ ...snapshot, contracts }, baseline), mode, onRecord),
      Date.UTC(2027, 0, 1),
    );
    it.each(results.map((result) => [result.name, result] as const))('%s', (_, result) => {
      expect(result.differences).toEqual([]);
    });
  });
});
