import { expect, it } from 'vitest';
import { fill } from '../../../src/analysis/incidents/wording.ts';

it('fills in figures, says one thing in the singular, and leaves out what is not known', () => {
  expect(fill('{count} requests to {endpoint} within {window}', { count: 1, endpoint: '/x', windowSeconds: 600 })).toBe(
    'one request to /x within 10 minutes',
  );
  expect(fill('{count} answers, {value} objects', { count: 21, value: 1.1 })).toBe('21 answers, 1.1 objects');
  expect(fill('{hours} hours, {value} different objects, {uses} uses', { hours: 1, value: 1, uses: 1 })).toBe(
    'one hour, one object, one use',
  );
  expect(fill('{count} accounts {nobodyKnows}', { count: 101 })).toBe('101 accounts ');
});
