import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { closestTo } from '../../src/yaml/closest.ts';
import { firstIssue } from '../../src/yaml/issue.ts';

const port = z.union([z.number(), z.strictObject({ host: z.string(), port: z.number() })]);
const schema = z.strictObject({
  action: z.enum(['tag', 'block']),
  name: z.string().optional(),
  listen: port.optional(),
  sources: z
    .array(z.union([z.strictObject({ jwt: z.strictObject({ issuer: z.string() }) }), z.literal('ip')]))
    .optional(),
  upstreams: z.record(z.string(), z.union([z.string(), z.strictObject({ urls: z.array(z.string()) })])).optional(),
});

const complaint = (value: unknown) => {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) throw new Error('expected a complaint');
  const { path, message, of } = firstIssue(parsed.error.issues, schema);
  return `${path.join('.')} (${of}) ${message}`;
};

describe('a complaint', () => {
  const rows: readonly (readonly [string, unknown, string])[] = [
    [
      'a misspelt key before the missing one it stands for',
      { actoin: 'tag' },
      'actoin (key) unknown key `actoin`; did you mean `action`?',
    ],
    ['a key like no other', { action: 'tag', frobnicate: 1 }, 'frobnicate (key) unknown key `frobnicate`'],
    ['a missing key with its values', {}, 'action (value) `action` is missing; it is one of tag, block'],
    ['a wrong value with the right ones', { action: 'deny' }, 'action (value) `action` is one of tag, block'],
    [
      'a key inside the branch that was meant',
      { action: 'tag', listen: { host: 'a', prot: 1 } },
      'listen.prot (key) unknown key `prot`; did you mean `port`?',
    ],
    [
      'a key inside an item',
      { action: 'tag', sources: [{ jwt: { isuer: 'x' } }] },
      'sources.0.jwt.isuer (key) unknown key `isuer`; did you mean `issuer`?',
    ],
    [
      'the name of a branch',
      { action: 'tag', sources: [{ jwtt: {} }] },
      'sources.0.jwtt (key) unknown key `jwtt`; did you mean `jwt`?',
    ],
    [
      'a key inside a named entry',
      { action: 'tag', upstreams: { api: { url: [] } } },
      'upstreams.api.url (key) unknown key `url`; did you mean `urls`?',
    ],
  ];

  it.each(rows)('names %s', (_, value, expected) => {
    expect(complaint(value)).toBe(expected);
  });
});

describe('the closest word', () => {
  it('is at most a third away', () => {
    expect(closestTo('detecter', ['detector', 'exception'])).toBe('detector');
    expect(closestTo('LIST', ['list'])).toBe('list');
    expect(closestTo('xyz', ['detector', 'exception'])).toBeUndefined();
    expect(closestTo('x'.repeat(100_000), ['detector'])).toBeUndefined();
  });
});
