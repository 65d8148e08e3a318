import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { DocumentFault, PolicyDocument } from '../../src/core/document.ts';
import { validateDocument } from '../../src/policy/validate.ts';
import { readYaml } from '../../src/yaml/read.ts';

const POLICIES = resolve(import.meta.dirname, '../../policies');

/** Every document shipped under `policies/`, with the faults there are. */
export function shippedPolicies(folder = ''): { documents: PolicyDocument[]; faults: DocumentFault[] } {
  const documents: PolicyDocument[] = [];
  const faults: DocumentFault[] = [];
  const root = join(POLICIES, folder);
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.ya?ml$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const file = relative(POLICIES, path);
    const read = readYaml(readFileSync(path, 'utf8'), file);
    faults.push(...read.faults);
    for (const document of read.documents) {
      const validated = validateDocument(document, file, true);
      if ('fault' in validated) faults.push(validated.fault);
      else documents.push(validated.document);
    }
  }
  return { documents, faults };
}
