// A baseline and an answer to hold against it: name only what the test is about.
import type { Baseline } from '../../src/core/baseline.ts';
import type { BaselineView, BodyView } from '../../src/core/detector.ts';
import type { LearnedRange } from '../../src/core/learned-endpoint.ts';

export const range = (p999: number, count = 10_000): LearnedRange => ({ p50: p999 / 3, p99: p999 * 0.9, p999, count });

export function baseline(parts: Partial<Baseline> = {}): Baseline {
  return {
    endpoint: 'GET shop.test/api/customers',
    isPromoted: false,
    samples: 10_000,
    principals: 100,
    responseBytes: range(4_000),
    records: range(20),
    dataTypes: [],
    ownerFields: [],
    privateExcept: undefined,
    issuedOnlyFor: [],
    privileged: undefined,
    ...parts,
  };
}

export interface Answer {
  readonly baseline?: Partial<Baseline>;
  readonly json?: unknown;
  readonly dataTypes?: BaselineView['dataTypes'];
  readonly claims?: Record<string, unknown>;
  readonly owner?: ReturnType<BaselineView['owner']>;
  readonly isIssued?: boolean;
  readonly spent?: BaselineView['spent'];
}

export function answer({ json, dataTypes = [], claims, owner, isIssued, spent, ...parts }: Answer): BaselineView {
  const bytes = Buffer.from(JSON.stringify(json ?? {}));
  const body: BodyView = {
    mediaType: 'application/json',
    format: 'json',
    bytes,
    latin1: bytes.toString('latin1'),
    json: () => json,
    graphql: [],
  };
  const token = claims === undefined ? undefined : { claims, header: {}, isVerified: true };
  return {
    request: { token, actors: [] } as unknown as BaselineView['request'],
    status: 200,
    body,
    baseline: baseline(parts.baseline),
    dataTypes,
    tagsOf: (type) => (type === 'uuid' ? [] : ['pii', 'sensitive']),
    json: () => json,
    owner: () => owner,
    isIssued: () => isIssued,
    spent,
  };
}
