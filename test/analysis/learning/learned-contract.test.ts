import { describe, expect, it } from 'vitest';
import { learnedContract } from '../../../src/analysis/learning/learned-contract.ts';
import { Learner } from '../../../src/analysis/learning/learner.ts';
import { DEFAULT_CONTRACT_ANSWERS } from '../../../src/core/contract.ts';
import { held } from '../../openapi/held.ts';
import { simulatedTraffic } from '../../support/traffic/simulated-api.ts';

const learner = new Learner();
for (const record of simulatedTraffic({ seed: 7, transactions: 30_000, days: 4 })) learner.take(record);
const endpoints = learner.endpoints().filter((one) => one.host === 'shop.test');
const withBody = endpoints.filter((one) => one.method === 'POST' && (one.request?.fields.length ?? 0) > 2);

describe('the learned API as a contract', () => {
  it('imports back what the export says: every endpoint, with its schemas', () => {
    const contract = learnedContract('r', endpoints);
    expect(contract?.origin).toBe('learned');
    expect(contract?.operations).toHaveLength(endpoints.filter((one) => one.operation === undefined).length);
    expect(contract?.notes).toEqual([]);
  });

  it('is the same while only its counters grow', () => {
    const more = endpoints.map((one) => ({ ...one, samples: one.samples + 1 }));
    expect(learnedContract('r', more)?.digest).toBe(learnedContract('r', endpoints)?.digest);
  });

  it('holds requests to the learned types, and blocks since somebody promoted it', () => {
    expect(withBody.length).toBeGreaterThan(0);
    for (const endpoint of withBody) {
      const contract = held(learnedContract('r', [endpoint])!);
      const target = endpoint.template.replace(/\{[^{}]*\}/g, '7');
      const required = endpoint.request!.fields.filter((field) => field.isRequired && /^\/[^/]+$/.test(field.pointer));
      expect(required.length).toBeGreaterThan(0);
      const found = contract.post(target, {});
      for (const { pointer } of required) expect(found).toContain(`body ${pointer} required`);
      const wrong = required.find((field) => !field.types.includes('object'))!;
      expect(contract.post(target, { [wrong.pointer.slice(1)]: {} })).toContain(`body ${wrong.pointer} type`);
      const request = contract.viewOf('POST', target, {}, {});
      expect(request.contract!.checkBody(request)[0]!.answer).toBe('block');
    }
  });

  it('calls nothing unknown that was not learned or not promoted, and can be switched off', () => {
    const one = learnedContract('r', withBody.slice(0, 1))!;
    expect(held(one).run('GET', '/never/seen')).toEqual([]);
    expect(held(one).run('DELETE', withBody[0]!.template)).toEqual([]);
    expect(held(one, { ...DEFAULT_CONTRACT_ANSWERS, learned: 'off' }).post(withBody[0]!.template, {})).toEqual([]);
    expect(learnedContract('r', [])).toBeUndefined();
  });
});
