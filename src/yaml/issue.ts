// A schema's complaint in plain words: which key, what is wrong, what to write instead.
// Checks that pass `reportInput: true` also get told a missing key from a wrong value.
import { z } from 'zod';
import { closestTo } from './closest.ts';

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

interface PlacedIssue {
  readonly path: Path;
  readonly message: string;
  readonly of: 'key' | 'value';
}

/** The issue to begin with, in plain words. */
export function firstIssue(issues: readonly Issue[], schema: z.ZodType | undefined): PlacedIssue {
  // A misspelt key explains the missing one next to it, so it is named first.
  const issue = issues.find((one) => one.code === 'unrecognized_keys') ?? issues[0]!;
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    const known = schema === undefined ? [] : keysAt(schema, issue.path);
    return { path: [...issue.path, key], of: 'key', message: `unknown key \`${key}\`${didYouMean(key, known)}` };
  }
  if (issue.code === 'invalid_union') {
    const branch = likeliestBranch(issue.errors);
    if (branch !== undefined) {
      const placed = branch.map((one) => ({ ...one, path: [...issue.path, ...one.path] }) as Issue);
      return firstIssue(placed, schema);
    }
  }
  if (issue.code === 'invalid_key') {
    const key = String(issue.path.at(-1));
    return { path: issue.path, of: 'key', message: `\`${key}\` cannot be a name here` };
  }
  const name = issue.path.at(-1);
  const isMissing = 'input' in issue && issue.input === undefined;
  const of = 'value';
  if (issue.code === 'invalid_value') {
    const values = `one of ${issue.values.map(String).join(', ')}`;
    const message = isMissing ? `\`${String(name)}\` is missing; it is ${values}` : `\`${String(name)}\` is ${values}`;
    return { path: issue.path, of, message };
  }
  if (isMissing && issue.code === 'invalid_type') {
    return { path: issue.path, of, message: `\`${String(name)}\` is missing; it is a ${issue.expected}` };
  }
  return {
    path: issue.path,
    of,
    message: name === undefined ? issue.message : `\`${String(name)}\`: ${issue.message}`,
  };
}

/** Of a union's branches the one whose first disagreement lies deepest is the one that was meant. */
function likeliestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  let likeliest: readonly Issue[] | undefined;
  let most = -1;
  for (const branch of branches) {
    if (branch.length === 0) continue;
    const agreement = Math.min(...branch.map(agreementUpTo)) - branch.length / 1_000;
    if (agreement > most) {
      most = agreement;
      likeliest = branch;
    }
  }
  return likeliest;
}

function agreementUpTo(issue: Issue): number {
  if (issue.path.length > 0) return 2 + issue.path.length;
  if (issue.code === 'unrecognized_keys') return 1 + 1 / (1 + issue.keys.length);
  // Of the right kind, but not as it should be: `abc` where a URL stands.
  return issue.code === 'invalid_type' || issue.code === 'invalid_value' ? 0 : 2;
}

/** Keys the schema knows at a path, those of all branches of a union. */
function keysAt(schema: z.ZodType, path: Path): readonly string[] {
  let at = branchesOf([schema]);
  for (const step of path) {
    at = branchesOf(
      at.flatMap((one): unknown[] => {
        if (one instanceof z.ZodObject) return [one.shape[String(step)]];
        if (one instanceof z.ZodArray) return [one.element];
        return one instanceof z.ZodRecord ? [one.valueType] : [];
      }),
    );
  }
  return [...new Set(at.flatMap((one) => (one instanceof z.ZodObject ? Object.keys(one.shape) : [])))];
}

/** Schemas without their wrappers. The depth of a schema is its author's, not a file's. */
function branchesOf(schemas: readonly unknown[]): readonly unknown[] {
  return schemas.flatMap((schema): readonly unknown[] => {
    if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return branchesOf([schema.unwrap()]);
    if (schema instanceof z.ZodPipe) return branchesOf([schema.in]);
    return schema instanceof z.ZodUnion ? branchesOf(schema.options) : [schema];
  });
}

export function didYouMean(written: string, known: readonly string[]): string {
  const closest = closestTo(written, known);
  return closest === undefined ? '' : `; did you mean \`${closest}\`?`;
}
