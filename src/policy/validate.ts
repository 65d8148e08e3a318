// Parsed YAML → policy documents, or the first fault of each document with its place and what to write instead.
import { z } from 'zod';
import type { Baseline } from '../core/baseline.ts';
import type { ActorMatch, DataTypeDocument, DocumentFault, PolicyDocument } from '../core/document.ts';
import type { LearnedRange } from '../core/learned-endpoint.ts';
import { compileType } from '../data-types/compiled-type.ts';
import { DETECTORS } from '../detectors/index.ts';
import { didYouMean, firstIssue } from '../yaml/issue.ts';
import type { YamlDocument } from '../yaml/read.ts';
import { DOCUMENT_SCHEMAS, type DocumentKind } from './schema.ts';

type Path = readonly PropertyKey[];

/** `isShipped` marks documents that come with the product. Never throws. */
export function validateDocument(
  document: YamlDocument,
  file: string,
  isShipped: boolean,
): { readonly document: PolicyDocument } | { readonly fault: DocumentFault } {
  const faultAt = (path: Path, message: string, of: 'key' | 'value' = 'value'): { fault: DocumentFault } => ({
    fault: { file, ...document.at(path, of), message },
  });
  const { value } = document;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return faultAt([], 'a policy document is a mapping with `kind` and `id`');
  }
  const kind = (value as { kind?: unknown }).kind;
  const kinds = Object.keys(DOCUMENT_SCHEMAS);
  if (typeof kind !== 'string') return faultAt([], `\`kind\` is missing; write one of ${kinds.join(', ')}`);
  if (!Object.hasOwn(DOCUMENT_SCHEMAS, kind)) {
    return faultAt(['kind'], `unknown kind \`${kind}\`${didYouMean(kind, kinds)}; kinds are ${kinds.join(', ')}`);
  }
  const schema = DOCUMENT_SCHEMAS[kind as DocumentKind];
  const parsed = schema.safeParse(value, { reportInput: true });
  if (!parsed.success) {
    const { path, message, of } = firstIssue(parsed.error.issues, schema);
    return faultAt(path, message, of);
  }
  const source = { file, ...document.at([]) };
  const complete = completed(parsed.data, source, isShipped, document, file);
  if (complete.kind === 'detector') {
    const fault = settingsFault(complete.id, complete.settings);
    if (fault !== undefined) return faultAt(fault.path, fault.message);
  }
  if (complete.kind === 'data-type') {
    const fault = dataTypeFault(complete, value);
    if (fault !== undefined) return faultAt(fault.path, fault.message);
  }
  return { document: complete };
}

/** Fills in what depends on more than one key. */
function completed(
  parsed: z.output<(typeof DOCUMENT_SCHEMAS)[DocumentKind]>,
  source: PolicyDocument['source'],
  isShipped: boolean,
  document: YamlDocument,
  file: string,
): PolicyDocument {
  switch (parsed.kind) {
    case 'data-type': {
      const { pattern, patterns, validator, title, ...rest } = parsed;
      const all = [...(pattern === undefined ? [] : [pattern]), ...(patterns ?? [])];
      return { ...rest, title: title || rest.id, patterns: all, validator, isShipped, source };
    }
    case 'data-policy': {
      const { match, except, detection, ...rest } = parsed;
      return {
        ...rest,
        source,
        match: { ...match, actor: actorOf(match.actor) },
        except: except.map((one) => ({ endpoint: one.endpoint, actor: actorOf(one.actor) })),
        detection: detection ?? detectionOf(match.direction, match.location, rest.action),
      };
    }
    case 'detector':
      return {
        ...parsed,
        source,
        match: { endpoint: parsed.match.endpoint, actor: actorOf(parsed.match.actor) },
        settings: parsed.settings,
      };
    case 'exception':
      return {
        ...parsed,
        source,
        match: { ...parsed.match, actor: actorOf(parsed.match.actor) },
        expires: parsed.expires,
      };
    case 'list':
      return { ...parsed, source, match: { endpoint: parsed.match.endpoint, actor: actorOf(parsed.match.actor) } };
    case 'scenario':
      return { ...parsed, source, match: { endpoint: parsed.match.endpoint, actor: actorOf(parsed.match.actor) } };
    case 'posture':
    case 'response-plan':
      return { ...parsed, source };
    case 'suite':
      return {
        ...parsed,
        source,
        openapi: parsed.openapi,
        cases: parsed.cases.map((one, i) => ({
          ...one,
          source: { file, ...document.at(['cases', i]) },
          request: { ...one.request, body: one.request.body },
          baseline: baselineOf(one.baseline),
          response: one.response === undefined ? undefined : { ...one.response, body: one.response.body },
          expect: {
            action: one.expect.action,
            findings: one.expect.findings,
            notFindings: one.expect.notFindings,
            status: one.expect.status,
            request: one.expect.request === undefined ? undefined : { body: one.expect.request.body },
            response: one.expect.response === undefined ? undefined : { body: one.expect.response.body },
          },
        })),
      };
    default:
      return parsed satisfies never;
  }
}

type WrittenBaseline = NonNullable<z.output<(typeof DOCUMENT_SCHEMAS)['suite']>['cases'][number]['baseline']>;

function baselineOf(written: WrittenBaseline | undefined): Baseline | undefined {
  if (written === undefined) return undefined;
  const { promoted, samples, principals, ownerFields } = written;
  const range = (p999: number): LearnedRange => ({ p50: p999, p99: p999, p999, count: samples });
  return {
    endpoint: '',
    isPromoted: promoted,
    samples,
    principals,
    responseBytes: range(written.responseBytes),
    records: range(written.records),
    dataTypes: Object.entries(written.dataTypes).map(([type, values]) => [type, range(values)]),
    ownerFields,
    privateExcept: undefined,
    issuedOnlyFor: [],
    privileged: written.privileged,
  };
}

type WrittenActor = Omit<ActorMatch, 'kind'> & { readonly kind?: ActorMatch['kind'] };

function actorOf(actor: WrittenActor | undefined): ActorMatch | undefined {
  return actor === undefined ? undefined : { ...actor, kind: actor.kind };
}

/** The detection a data policy's findings carry when it names none. */
function detectionOf(direction: string, location: readonly string[], action: string): string {
  if (location.length > 0 && location.every((one) => one === 'path' || one === 'query')) return 'sensitive-data-in-url';
  if (direction === 'request') return 'data-policy-violation';
  return action === 'mask' || action === 'block' ? 'forbidden-data-exposure' : 'sensitive-data-exposure';
}

function settingsFault(id: string, settings: unknown): { path: Path; message: string } | undefined {
  const detector = DETECTORS.find((one) => one.id === id);
  if (detector === undefined) {
    const ids = DETECTORS.map((one) => one.id);
    return { path: ['id'], message: `no detector has the id \`${id}\`${didYouMean(id, ids)}` };
  }
  try {
    detector.load(detector.settings.parse(settings ?? {}));
    return undefined;
  } catch (error) {
    if (!(error instanceof z.ZodError)) return { path: ['settings'], message: (error as Error).message };
    const schema = detector.settings instanceof z.ZodType ? detector.settings : undefined;
    const issue = firstIssue(error.issues, schema);
    return { path: ['settings', ...issue.path], message: issue.message };
  }
}

/** What only compiling shows: an unknown validator, a pattern whose beginning cannot be looked for. */
function dataTypeFault(document: DataTypeDocument, written: object): { path: Path; message: string } | undefined {
  if (document.patterns.length === 0 && document.context.keys.length === 0) {
    return { path: [], message: 'a data type needs `pattern`, `patterns` or `context.keys`' };
  }
  try {
    compileType(document);
    return undefined;
  } catch (error) {
    const path = error instanceof RangeError ? 'validator' : Object.hasOwn(written, 'pattern') ? 'pattern' : 'patterns';
    return { path: [path], message: (error as Error).message };
  }
}
