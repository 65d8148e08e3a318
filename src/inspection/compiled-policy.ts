// A policy bundle compiled into what the hot path calls: closures, tables and indexes. Made once per version and worker.
import type {
  DataPolicyDocument,
  DataTypeDocument,
  DetectorDocument,
  ExceptionDocument,
  ListDocument,
  PolicyBundle,
  PolicyDocument,
} from '../core/document.ts';
import { KnownValues } from '../core/known-values.ts';
import type { Limits } from '../core/limits.ts';
import { scannerFor, scannerSteps } from '../data-types/latest-scanners.ts';
import type { Scanner } from '../data-types/scanner.ts';
import { DETECTORS } from '../detectors/index.ts';
import { DataPolicies } from '../policy/data-policies.ts';
import { Exceptions } from '../policy/exceptions.ts';
import { Lists } from '../policy/lists.ts';
import { compileMatch, type Facts } from '../policy/match.ts';
import type {
  LoadedBaselineDetector,
  LoadedFieldDetector,
  LoadedRequestDetector,
  LoadedResponseDetector,
} from './detect.ts';

export interface CompiledPolicy {
  readonly version: string;
  readonly fieldDetectors: readonly LoadedFieldDetector[];
  readonly requestDetectors: readonly LoadedRequestDetector[];
  readonly responseDetectors: readonly LoadedResponseDetector[];
  readonly baselineDetectors: readonly LoadedBaselineDetector[];
  /** Detector ids whose document is about some endpoints only, with the test for it. */
  readonly scopes: ReadonlyMap<string, (facts: Facts) => boolean>;
  readonly tagsOfDataType: (id: string) => readonly string[];
  readonly scanner: Scanner;
  readonly dataPolicies: DataPolicies;
  readonly exceptions: Exceptions;
  readonly lists: Lists;
  /** By the limits of a route. */
  readonly quiet: WeakMap<Limits, KnownValues>;
}

/** Of a policy, what is known to hold nothing under these limits. */
export function quietValuesOf({ quiet }: CompiledPolicy, limits: Limits): KnownValues {
  let values = quiet.get(limits);
  if (values === undefined) {
    values = new KnownValues();
    quiet.set(limits, values);
  }
  return values;
}

/** @throws when a document that passed validation cannot be compiled; the caller keeps what it had */
export function compilePolicy(bundle: PolicyBundle): CompiledPolicy {
  const enabled = bundle.documents.filter((document) => document.enabled);
  const of = <K extends PolicyDocument['kind']>(kind: K): Extract<PolicyDocument, { kind: K }>[] =>
    enabled.filter((document): document is Extract<PolicyDocument, { kind: K }> => document.kind === kind);
  const detectorDocuments = new Map<string, DetectorDocument>(
    of('detector').map((document) => [document.id, document]),
  );
  const fieldDetectors: LoadedFieldDetector[] = [];
  const requestDetectors: LoadedRequestDetector[] = [];
  const responseDetectors: LoadedResponseDetector[] = [];
  const baselineDetectors: LoadedBaselineDetector[] = [];
  const scopes = new Map<string, (facts: Facts) => boolean>();
  for (const detector of DETECTORS) {
    const document = detectorDocuments.get(detector.id);
    if (document === undefined) continue;
    const settings = detector.settings.parse(document.settings ?? {});
    if (document.match.endpoint.length > 0 || document.match.actor !== undefined) {
      scopes.set(detector.id, compileMatch(document.match));
    }
    if (detector.kind === 'field') fieldDetectors.push({ detector, document, inspect: detector.load(settings) });
    else if (detector.kind === 'request')
      requestDetectors.push({ detector, document, inspect: detector.load(settings) });
    else if (detector.kind === 'baseline')
      baselineDetectors.push({ detector, document, inspect: detector.load(settings) });
    else responseDetectors.push({ detector, document, inspect: detector.load(settings) });
  }
  const dataTypes = dataTypesOf(bundle);
  const dataPolicies: DataPolicyDocument[] = of('data-policy');
  const exceptions: ExceptionDocument[] = of('exception');
  const lists: ListDocument[] = of('list');
  return {
    version: bundle.version,
    fieldDetectors,
    requestDetectors,
    responseDetectors,
    baselineDetectors,
    tagsOfDataType: tagsOf(dataTypes),
    scopes,
    scanner: scannerFor(dataTypes),
    dataPolicies: new DataPolicies(dataPolicies, dataTypes),
    exceptions: new Exceptions(exceptions),
    lists: new Lists(lists),
    quiet: new WeakMap(),
  };
}

/** The part of {@link compilePolicy} that takes long, in short steps. */
export function* policySteps(bundle: PolicyBundle): Generator<void, void> {
  yield* scannerSteps(dataTypesOf(bundle));
}

function dataTypesOf({ documents }: PolicyBundle): DataTypeDocument[] {
  return documents.filter(
    (document): document is DataTypeDocument => document.kind === 'data-type' && document.enabled,
  );
}

const NO_TAGS: readonly string[] = [];

function tagsOf(documents: readonly DataTypeDocument[]): (id: string) => readonly string[] {
  const tags = new Map(documents.map((document) => [document.id, document.tags] as const));
  return (id) => tags.get(id) ?? NO_TAGS;
}
