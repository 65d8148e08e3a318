// The pieces that several kinds of policy document share.
import { z } from 'zod';
import { ACTOR_KINDS } from '../core/actor.ts';
import { ACTIONS, SEVERITIES } from '../core/finding.ts';
import { parseRange } from './address-ranges.ts';
import { compileEndpointPattern } from './endpoint-pattern.ts';

export const text = z.string().max(4_000);
export const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, 'an id has lower-case letters, digits, dots, dashes and underscores')
  .describe('Unique among documents of this kind; a document with the id of a shipped one replaces it.');
export const severity = z.enum(SEVERITIES);
export const action = z.enum(ACTIONS);
export const owasp = z
  .array(z.string().regex(/^API(?:10|[1-9]):20\d\d$/, 'write it as `API3:2023`'))
  .max(10)
  .default([]);

export const cwe = z
  .array(z.string().regex(/^CWE-\d{1,5}$/))
  .max(20)
  .default([]);

export function listOf<T extends z.ZodType>(item: T, max = 1_000) {
  return z.union([z.array(item).max(max), item.transform((one) => [one])]).default([]) as z.ZodType<
    z.output<T>[],
    z.input<T> | z.input<T>[] | undefined
  >;
}

const endpointPattern = z.string().superRefine((value, context) => {
  try {
    compileEndpointPattern(value);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
});
export const cidr = z
  .string()
  .refine((value) => parseRange(value) !== undefined, 'not an address or CIDR range, such as `192.0.2.0/24`');
export const pointer = z.string().regex(/^(?:\/.*)?$/s, 'a JSON Pointer starts with `/`, as in `/user/email`');
export const location = z.enum(['path', 'query', 'header', 'cookie', 'body']);

const claimValue = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]);
export const actor = z.strictObject({
  kind: z.enum(ACTOR_KINDS).optional(),
  id: listOf(z.string()),
  claim: z.record(z.string(), listOf(claimValue)).default({}),
  ip: listOf(cidr, 10_000),
});
export const endpoint = listOf(endpointPattern).describe(
  '`[METHOD[,METHOD] ][host]/path`; `*` is one segment, `**` any number.',
);
export const endpointMatch = z.strictObject({ endpoint, actor: actor.optional() });

export const common = { id, description: text.default(''), enabled: z.boolean().default(true) };
