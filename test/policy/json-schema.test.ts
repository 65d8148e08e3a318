import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonSchemas } from '../support/json-schemas.ts';

const FOLDER = resolve(import.meta.dirname, '../../policies/schema');
const schemas = jsonSchemas();

describe('the JSON Schemas for editors', () => {
  // `npm run schema` writes them anew.
  it.each([...schemas])('are current: %s', async (name, text) => {
    await expect(text).toMatchFileSnapshot(resolve(FOLDER, name));
  });

  it('have no file that nobody generates', () => {
    expect(readdirSync(FOLDER).sort()).toEqual([...schemas.keys()].sort());
  });

  it('ask for what has no default and know every key', () => {
    const policy = JSON.parse(schemas.get('data-policy.schema.json')!);
    expect(policy.required.sort()).toEqual(['action', 'id', 'kind', 'match']);
    expect(policy.additionalProperties).toBe(false);
    const configuration = JSON.parse(schemas.get('sallyport.schema.json')!);
    expect(configuration.required).toBeUndefined();
    expect(Object.keys(configuration.properties)).toEqual(
      expect.arrayContaining(['mode', 'upstreams', 'routes', 'on']),
    );
  });
});
