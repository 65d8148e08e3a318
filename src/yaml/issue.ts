// A schema's complaint in plain words: which key, what is wrong, what to write instead.
import { z } from 'zod';
import { closestTo } from './closest.ts';

type Path = readonly PropertyKey[];

interface PlacedIssue {
  readonly path: Path;
  readonly message: string;
  readonly of: 'key' | 'value';
}

/** The first issue in plain words. Of a union's branches, the one that got furthest tells most. */
export function firstIssue(issues: readonly z.core.$ZodIssue[], schema: z.ZodType | undefined): PlacedIssue {
  const issue = issues[0]!;
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    const known = schema === undefined ? [] : keysAt(schema, issue.path);
    return { path: [...issue.path, key], of: 'key', message: `unknown key \`${key}\`${didYouMean(key, known)}` };
  }
  if (issue.code === 'invalid_union') {
    const deepest = issue.errors.flat().sort((a, b) => b.path.length - a.path.length)[0];
    if (deepest !== undefined) {
      const inner = firstIssue([{ ...deepest, path: [...issue.path, ...deepest.path] } as z.core.$ZodIssue], schema);
      return inner;
    }
  }
  const name = issue.path.at(-1);
  if (issue.code === 'invalid_type' && issue.input === undefined && /undefined/.test(issue.message)) {
    return { path: issue.path, of: 'value', message: `\`${String(name)}\` is missing; it is a ${issue.expected}` };
  }
  if (issue.code === 'invalid_value') {
    return {
      path: issue.path,
      of: 'value',
      message: `\`${String(name)}\` is one of ${issue.values.map(String).join(', ')}`,
    };
  }
  return {
    path: issue.path,
    of: 'value',
    message: name === undefined ? issue.message : `\`${String(name)}\`: ${issue.message}`,
  };
}

function keysAt(schema: z.ZodType, path: Path): readonly string[] {
  let at: unknown = schema;
  for (const step of path) {
    at = unwrapped(at);
    at = at instanceof z.ZodObject ? at.shape[String(step)] : at instanceof z.ZodArray ? at.element : undefined;
  }
  at = unwrapped(at);
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

function unwrapped(schema: unknown): unknown {
  let at = schema;
  while (at instanceof z.ZodDefault || at instanceof z.ZodOptional) at = at.unwrap();
  return at;
}

export function didYouMean(written: string, known: readonly string[]): string {
  const closest = closestTo(written, known);
  return closest === undefined ? '' : `; did you mean \`${closest}\`?`;
}
