// What was typed and is not in force yet: it survives another view, another language and a session that ends in the middle of the
// work. In memory alone, and for one person: whoever signs in under another name begins with none.
import { session } from './api.ts';

/** A text, and the revision of the file that it changes. */
export interface Draft {
  readonly text: string;
  readonly base: { readonly text: string; readonly revision: string } | undefined;
}

const DRAFTS_MAX = 20;
const drafts = new Map<string, Draft>();
let owner: string | undefined;

export function draftOf(file: string): Draft | undefined {
  return drafts.get(file);
}

export function keepDraft(file: string, draft: Draft): void {
  drafts.delete(file);
  if (drafts.size >= DRAFTS_MAX) drafts.delete(drafts.keys().next().value!);
  drafts.set(file, draft);
}

export function dropDraft(file: string): void {
  drafts.delete(file);
}

/** To be called whenever somebody has signed in. */
export function claimDrafts(): void {
  const name = session.value?.name;
  if (name === undefined) return;
  if (owner !== undefined && owner !== name) drafts.clear();
  owner = name;
}
