import { describe, expect, it } from 'vitest';
import type { DataTypeDocument, DataTypeSample } from '../../src/core/document.ts';
import { Scanner } from '../../src/data-types/scanner.ts';
import { shippedPolicies } from '../support/shipped-policies.ts';

const { documents, faults } = shippedPolicies('data-types');
const types = documents.filter((document): document is DataTypeDocument => document.kind === 'data-type');
const scanner = Scanner.of(types);

function found(sample: DataTypeSample): string[] {
  const [text, format] =
    typeof sample === 'string' ? [sample, 'text' as const] : [JSON.stringify(sample), 'json' as const];
  return scanner.scan(Buffer.from(text), format).map((hit) => hit.type.document.id);
}

describe('the shipped data types', () => {
  it('are valid documents', () => {
    expect(faults).toEqual([]);
    expect(types.length).toBeGreaterThanOrEqual(50);
  });

  describe.each(types.map((type) => [type.id, type] as const))('%s', (id, type) => {
    it('has as many samples to ignore as to match, and three at least', () => {
      expect(type.matches.length).toBeGreaterThanOrEqual(3);
      expect(type.ignores.length).toBeGreaterThanOrEqual(3);
    });
    it.each(type.matches.map((sample) => [JSON.stringify(sample), sample] as const))('finds %s', (_, sample) => {
      expect(found(sample)).toContain(id);
    });
    it.each(type.ignores.map((sample) => [JSON.stringify(sample), sample] as const))('ignores %s', (_, sample) => {
      expect(found(sample)).not.toContain(id);
    });
  });
});
