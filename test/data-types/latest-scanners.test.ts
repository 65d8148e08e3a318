// A policy change must not make requests wait: a scanner is made once for the same data types, and in short steps for others.
import { describe, expect, it } from 'vitest';
import type { DataTypeDocument } from '../../src/core/document.ts';
import { scannerFor, scannerSteps } from '../../src/data-types/latest-scanners.ts';
import { ShortSteps } from '../../src/gateway/short-steps.ts';
import { shippedPolicies } from '../support/shipped-policies.ts';

const types = shippedPolicies('data-types').documents.filter(
  (document): document is DataTypeDocument => document.kind === 'data-type',
);
const fewer = (count: number): readonly DataTypeDocument[] => types.slice(0, count);

describe('latest scanners', () => {
  it('gives the same scanner for the same documents, read anew', () => {
    expect(scannerFor(structuredClone(fewer(3)))).toBe(scannerFor(fewer(3)));
    expect(scannerFor(fewer(4))).not.toBe(scannerFor(fewer(3)));
  });

  it('keeps four', () => {
    const first = scannerFor(fewer(2));
    for (let count = 5; count < 9; count++) scannerFor(fewer(count));
    expect(scannerFor(fewer(2))).not.toBe(first);
  });

  it('makes one ready in many steps, and finds with it what it finds otherwise', () => {
    const documents = types.filter(({ id }) => id !== 'iban');
    let steps = 0;
    for (const _ of scannerSteps(documents)) steps += 1;
    expect(steps).toBeGreaterThan(50);
    const scanner = scannerFor(documents);
    const found = (text: string): string[] =>
      scanner.scan(Buffer.from(text), 'json').map((hit) => hit.type.document.id);
    expect(found('{"card":"4111 1111 1111 1111","iban":"DE89370400440532013000"}')).toEqual(['credit-card']);
  });

  it('says that documents cannot be compiled where the scanner is asked for, not in the steps', async () => {
    const broken = [{ ...types[0]!, patterns: ['('] }] as readonly DataTypeDocument[];
    await new Promise<void>((resolve) => new ShortSteps().beside(scannerSteps(broken), resolve));
    expect(() => scannerFor(broken)).toThrow();
  });
});
