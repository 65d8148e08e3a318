import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/core/finding.ts';
import { combinedConfidence, decide } from '../../src/inspection/decide.ts';

const enforce = { mode: 'enforce', isAllowListed: false, policyVersion: 'v1', blockStatus: 403 } as const;

describe('decide', () => {
  it('allows when there is nothing, and says so', () => {
    expect(decide([], enforce)).toMatchObject({
      action: 'allow',
      enforced: 'allow',
      rule: 'nothing-found',
      confidence: 0,
    });
  });

  it('blocks for one sure finding', () => {
    const verdict = decide([finding({ confidence: 0.9 })], enforce);
    expect(verdict).toMatchObject({ action: 'block', rule: 'finding-blocks', status: 403, confidence: 0.9 });
  });

  it('only tags for one weak finding', () => {
    expect(decide([finding({ confidence: 0.5 })], enforce)).toMatchObject({ action: 'tag', rule: 'finding-tags' });
  });

  it('adds up weak findings of several detections', () => {
    const findings = [finding({ confidence: 0.6 }), finding({ detection: 'xss', confidence: 0.6 })];
    expect(decide(findings, enforce)).toMatchObject({ action: 'block', rule: 'signals-add-up', confidence: 0.84 });
  });

  it('does not add up many sightings of one weak signal', () => {
    const findings = Array.from({ length: 50 }, (_, i) => finding({ confidence: 0.6, pointer: `/items/${i}` }));
    expect(decide(findings, enforce)).toMatchObject({ action: 'tag', confidence: 0.6 });
  });

  it('does not let findings that only tag add up to a block', () => {
    const findings = [
      finding({ confidence: 0.7, action: 'tag' }),
      finding({ detection: 'xss', confidence: 0.7, action: 'tag' }),
    ];
    expect(decide(findings, enforce).action).toBe('tag');
  });

  it('masks when a policy asks for it, and blocks when another finding asks for that', () => {
    const mask = finding({ detection: 'forbidden-data-exposure', action: 'mask', confidence: 1 });
    expect(decide([mask], enforce)).toMatchObject({ action: 'mask', rule: 'data-masked' });
    expect(decide([mask, finding({ confidence: 0.95 })], enforce).action).toBe('block');
  });

  it('in monitor mode only tags, and tells what enforce would have done', () => {
    const verdict = decide([finding({ confidence: 0.9 })], { ...enforce, mode: 'monitor' });
    expect(verdict).toMatchObject({ action: 'tag', enforced: 'block', rule: 'finding-blocks' });
  });

  it('lets an allow-list win over a sure finding', () => {
    const verdict = decide([finding({ confidence: 1 })], { ...enforce, isAllowListed: true });
    expect(verdict).toMatchObject({ action: 'tag', enforced: 'tag', rule: 'allow-list' });
  });

  it('replies with what the deciding finding asks for', () => {
    const limited = finding({
      detection: 'restricted-actor',
      confidence: 1,
      reply: { status: 429, retryAfterSeconds: 30 },
    });
    expect(decide([limited], enforce)).toMatchObject({ action: 'block', status: 429, retryAfterSeconds: 30 });
  });
});

describe('combinedConfidence', () => {
  it('is the noisy-OR of the strongest finding of each detection', () => {
    const findings = [
      finding({ confidence: 0.3 }),
      finding({ confidence: 0.5 }),
      finding({ detection: 'xss', confidence: 0.5 }),
    ];
    expect(combinedConfidence(findings)).toBe(0.75);
  });
});

function finding(overrides: Partial<Finding>): Finding {
  return {
    detection: 'injection-sql',
    phase: 'request-head',
    location: 'query',
    pointer: '/q',
    severity: 'high',
    confidence: 1,
    what: 'a test finding',
    action: 'block',
    policy: { kind: 'detector', id: 'injection-sql', file: 'test.yaml', line: 1 },
    owasp: [],
    ...overrides,
  };
}
