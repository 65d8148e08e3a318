// Methods that no API needs, answered all the same.
import type { MethodsCheck } from '../../../core/posture.ts';
import type { Judge } from './judge.ts';

export function methods(check: MethodsCheck): Judge {
  const wanted = new Set(check.methods);
  return ({ record, isSuccess }) => {
    if (!wanted.has(record.method)) return undefined;
    return isSuccess ? { figures: { method: record.method } } : 'quiet';
  };
}
