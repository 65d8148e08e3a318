import { describe, expect, it } from 'vitest';
import { DIGIT } from '../../src/core/characters.ts';
import type { DetectorDocument } from '../../src/core/document.ts';
import type { Field } from '../../src/core/field.ts';
import { KnownValues } from '../../src/core/known-values.ts';
import { detectInFields, type LoadedFieldDetector } from '../../src/inspection/detect.ts';
import { field } from '../support/field.ts';

const header = (name: string, text: string): Field => ({
  ...field(text),
  location: 'header',
  name,
  pointer: `/${name}`,
});

function countingDetector(): { loaded: LoadedFieldDetector; asked: string[] } {
  const asked: string[] = [];
  const inspect: LoadedFieldDetector['inspect'] = ({ text, name }) => {
    asked.push(`${name}: ${text}`);
    return text.includes('attack') ? { confidence: 0.9, what: 'is one' } : undefined;
  };
  const document = { id: 'test', kind: 'detector', action: 'block', severity: 'high', owasp: [], source: {} };
  const loaded = { detector: { classes: -1, id: 'test' }, document: document as unknown as DetectorDocument, inspect };
  return { loaded: loaded as unknown as LoadedFieldDetector, asked };
}

function findings(loaded: LoadedFieldDetector, quiet: KnownValues, one: Field): number {
  const into = { findings: [], noticed: 0, failed: [] };
  detectInFields([loaded], [one], () => [], quiet, 'request-head', into);
  return into.findings.length;
}

describe('header values that held nothing', () => {
  it('are not looked at again under the same name, and are under another', () => {
    const { loaded, asked } = countingDetector();
    const quiet = new KnownValues();
    for (let i = 0; i < 3; i++) expect(findings(loaded, quiet, header('user-agent', 'a (b)'))).toBe(0);
    expect(asked).toEqual(['user-agent: a (b)']);
    expect(findings(loaded, quiet, header('x-note', 'a (b)'))).toBe(0);
    expect(asked).toHaveLength(2);
  });

  it('are never those in which something was found', () => {
    const { loaded } = countingDetector();
    const quiet = new KnownValues();
    for (let i = 0; i < 3; i++) expect(findings(loaded, quiet, header('user-agent', 'an attack'))).toBe(1);
  });

  it('are never values of a body', () => {
    const { loaded, asked } = countingDetector();
    const quiet = new KnownValues();
    for (let i = 0; i < 3; i++) findings(loaded, quiet, field('a (b)'));
    expect(asked).toHaveLength(3);
  });

  it('are forgotten in the order they came, the ones still in use last', () => {
    const quiet = new KnownValues();
    quiet.add('in use', 'user-agent');
    for (let i = 0; i < 5_000; i++) {
      quiet.add(`value ${i}`, 'user-agent');
      if (i % 500 === 0) expect(quiet.has('in use', 'user-agent')).toBe(true);
    }
    expect(quiet.has('value 0', 'user-agent')).toBe(false);
    expect(quiet.has('value 4999', 'user-agent')).toBe(true);
    quiet.add('x'.repeat(2_000), 'user-agent');
    expect(quiet.has('x'.repeat(2_000), 'user-agent')).toBe(false);
  });
});

describe('a value whose only suspicion is its length', () => {
  it('concerns those who read encoded text, and keys concern everybody', () => {
    const { loaded, asked } = countingDetector();
    const digits = { ...loaded, detector: { ...loaded.detector, classes: DIGIT } };
    const into = { findings: [], noticed: 0, failed: [] };
    const stamp = field('2026-01-01T00:00:00.000Z');
    detectInFields([digits], [stamp], () => [], new KnownValues(), 'request-body', into);
    expect(asked).toEqual([]);
    detectInFields([digits], [{ ...stamp, of: 'key' }], () => [], new KnownValues(), 'request-body', into);
    detectInFields([loaded], [stamp], () => [], new KnownValues(), 'request-body', into);
    expect(asked).toHaveLength(2);
  });
});
