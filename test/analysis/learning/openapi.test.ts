import { describe, expect, it } from 'vitest';
import { Learner } from '../../../src/analysis/learning/learner.ts';
import { openapiOf } from '../../../src/analysis/learning/openapi.ts';
import { endpointsOf } from '../../../src/openapi/endpoints-of.ts';
import { prepareContract } from '../../../src/openapi/prepare.ts';
import { simulatedTraffic, TRUE_ENDPOINTS } from '../../support/traffic/simulated-api.ts';

const learner = new Learner();
for (const record of simulatedTraffic({ seed: 7, transactions: 30_000, days: 4 })) learner.take(record);
const endpoints = learner.endpoints();

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly responses: Record<string, { description: string; content?: Record<string, { schema: Schema }> }>;
  readonly security: readonly Record<string, unknown>[];
  readonly 'x-sallyport': {
    readonly isReady: boolean;
    readonly missing: readonly string[];
    readonly why: readonly string[];
  };
}
interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly format?: string;
}
interface Document {
  readonly openapi: string;
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly securitySchemes: Record<string, unknown> };
}

const shop = openapiOf(endpoints, { host: 'shop.test' }) as unknown as Document;

describe('the learned API as OpenAPI', () => {
  it('reads back as the endpoints that were learned', () => {
    const source = {
      route: 'r',
      document: '/learned.json',
      origin: 'document',
      basePath: undefined,
      folders: [],
    } as const;
    const read = prepareContract(source, new Map([['/learned.json', JSON.stringify(shop)]]));
    const anonymous = (id: string): string => id.replace(/\{\w+\}/g, '{}');
    const truth = TRUE_ENDPOINTS.filter((id) => id.includes(' shop.test')).map((id) => id.replace('shop.test', ''));
    const found = 'contract' in read ? endpointsOf([read.contract])[0]!.endpoints : [];
    expect(found.map(anonymous).sort()).toEqual(truth.map(anonymous).sort());
  });

  it('is valid where OpenAPI 3.1 is strict: parameters, answers, ids and security', () => {
    let operations = 0;
    const ids = new Set<string>();
    for (const [path, item] of Object.entries(shop.paths)) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const operation of Object.values(item)) {
        operations += 1;
        ids.add(operation.operationId);
        const stated = (operation.parameters ?? []).filter((one) => one.in === 'path');
        expect(stated.map((one) => one.name)).toEqual(names);
        expect(stated.every((one) => one.required)).toBe(true);
        expect(Object.keys(operation.responses).every((status) => /^[1-5]\d\d$/.test(status))).toBe(true);
        expect(Object.keys(operation.responses).length).toBeGreaterThan(0);
        for (const needed of operation.security) {
          for (const name of Object.keys(needed)) expect(shop.components.securitySchemes).toHaveProperty(name);
        }
      }
    }
    expect(operations).toBe(24);
    expect(ids.size).toBe(operations);
    expect(shop.openapi).toBe('3.1.0');
    expect(shop.servers).toEqual([{ url: 'https://shop.test' }]);
  });

  it('has the learned schemas, with arrays, formats, enumerations and what is required', () => {
    const get = shop.paths['/api/v1/orders/{orderId}']!.get!;
    const schema = get.responses['200']!.content!['application/json']!.schema;
    expect(schema.type).toBe('object');
    expect(schema.required).toEqual(['id', 'kind', 'lines', 'owner', 'total']);
    expect(schema.properties!.kind).toEqual({ type: 'string', enum: ['open', 'paid', 'sent'] });
    expect(schema.properties!.lines!.items!.properties!.count).toEqual({ type: 'integer' });
    const cart = shop.paths['/api/v1/carts/{cartId}']!.get!.responses['200']!.content!['application/json']!.schema;
    expect(cart.properties!.id).toEqual({ type: 'string', format: 'uuid' });
    expect(get['x-sallyport'].why).toEqual(['segment 4: values are numeric']);
  });

  it('names each host as a server of its paths when there are several', () => {
    const all = openapiOf(endpoints) as unknown as Document;
    expect(all.servers).toHaveLength(2);
    expect(openapiOf([], {})).toMatchObject({ openapi: '3.1.0', paths: {} });
  });
});

describe('what was learned, after a restart', () => {
  it('is what it was', () => {
    const again = new Learner();
    expect(again.merge(JSON.parse(JSON.stringify(learner.dump())))).toBe(0);
    expect(again.endpoints()).toEqual(endpoints);
  });

  it('leaves out what is not what it should be, and counts it', () => {
    const dump = JSON.parse(JSON.stringify(learner.dump())) as { tries: [string, { end?: { samples: unknown } }[]][] };
    dump.tries[0]![1].find((node) => node.end !== undefined)!.end!.samples = 'many';
    const again = new Learner();
    expect(again.merge(dump)).toBe(1);
    expect(again.endpoints()).toHaveLength(endpoints.length - 1);
    for (const wrong of [null, 7, {}, { version: 2 }, { version: 1, tries: 'x', operations: [] }]) {
      expect(new Learner().merge(wrong)).toBe(1);
    }
  });
});
