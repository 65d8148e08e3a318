// A change of policy that comes as text, on top of documents that are there.
import type { DocumentFault, PolicyBundle, PolicyDocument } from '../core/document.ts';
import { bundleOf } from '../policy/bundle.ts';
import { validateDocument } from '../policy/validate.ts';
import { readYaml } from '../yaml/read.ts';

/** The file that its documents and faults name. */
export const CANDIDATE_FILE = '(candidate)';

export type Candidate = { readonly bundle: PolicyBundle } | { readonly faults: readonly DocumentFault[] };

export function candidateOf(text: string, base: readonly PolicyDocument[]): Candidate {
  const read = readYaml(text, CANDIDATE_FILE);
  const faults = [...read.faults];
  const documents: PolicyDocument[] = [];
  for (const document of read.documents) {
    const validated = validateDocument(document, CANDIDATE_FILE, false);
    if ('fault' in validated) faults.push(validated.fault);
    else documents.push(validated.document);
  }
  if (faults.length > 0) return { faults };
  const made = bundleOf(base, documents);
  return made.faults.length > 0 ? { faults: made.faults } : { bundle: made.bundle };
}
