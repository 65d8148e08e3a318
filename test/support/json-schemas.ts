// JSON Schemas of the configuration and of every policy kind, as editors read them: the input side of the zod schemas, so
// that what may be left out may be left out, and `endpoint: x` is as good as `endpoint: [x]`.
import { z } from 'zod';
import { configurationSchema } from '../../src/configuration/schema.ts';
import { DOCUMENT_SCHEMAS } from '../../src/policy/schema.ts';

/** File name → text. `policy.schema.json` takes a document of any kind. */
export function jsonSchemas(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [kind, schema] of Object.entries(DOCUMENT_SCHEMAS)) {
    files.set(`${kind}.schema.json`, textOf(schema, `Sallyport ${kind}`));
  }
  files.set('policy.schema.json', textOf(z.union(Object.values(DOCUMENT_SCHEMAS)), 'Sallyport policy document'));
  files.set('sallyport.schema.json', textOf(configurationSchema, 'sallyport.yaml'));
  return files;
}

function textOf(schema: z.ZodType, title: string): string {
  const generated = z.toJSONSchema(schema, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
  const { $schema, ...rest } = generated;
  return `${JSON.stringify({ $schema, title, ...rest }, undefined, 2)}\n`;
}
