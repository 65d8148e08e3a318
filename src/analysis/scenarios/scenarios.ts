// Every enabled scenario document with its pattern; an occurrence goes through all of them in the documents' order.
// A document that changed only in words keeps its pattern as it is; one whose numbers changed begins with what was learned.

import type { ValueBudgets } from '../../core/baseline.ts';
import type { ScenarioDocument } from '../../core/document.ts';
import { compileMatch, type Matcher } from '../../policy/match.ts';
import { listed } from '../json-pieces.ts';
import type { Occurrence } from './occurrence.ts';
import { EndpointDrift } from './patterns/endpoint-drift.ts';
import { FailedLogins } from './patterns/failed-logins.ts';
import { ManyAccounts } from './patterns/many-accounts.ts';
import { OwnerField, type OwnerInvariant } from './patterns/owner-field.ts';
import { type ObjectOwner, Ownership, type PrivatePlace } from './patterns/ownership.ts';
import { PrivilegedField, type PrivilegedPlace } from './patterns/privileged-field.ts';
import { type Issued, type IssuedPlace, Provenance } from './patterns/provenance.ts';
import { RoleMatrix } from './patterns/role-matrix.ts';
import { Scan } from './patterns/scan.ts';
import { Sequence } from './patterns/sequence.ts';
import { StolenCredential } from './patterns/stolen-credential.ts';
import { ValueDrift } from './patterns/value-drift.ts';
import { Volume } from './patterns/volume.ts';
import type { Pattern, Signal } from './signal.ts';

interface Loaded {
  readonly document: ScenarioDocument;
  readonly pattern: Pattern;
  /** Undefined when the document is about every endpoint. */
  readonly matches: Matcher | undefined;
}

/** Learned field by field, or hour by hour, from a node's own traffic. */
const OWN_TRAFFIC_ONLY: ReadonlySet<ScenarioDocument['pattern']['kind']> = new Set([
  'owner-field',
  'value-drift',
  'privileged-field',
  'endpoint-drift',
]);

export type ScenarioDump = readonly (readonly [id: string, dump: unknown])[];

export class Scenarios {
  #loaded: readonly Loaded[] = [];

  /** `titleOf`: what people call a detection, for scenarios that are named by what they find. */
  load(documents: readonly ScenarioDocument[], titleOf: (detection: string) => string | undefined): void {
    const before = new Map(this.#loaded.map((one) => [one.document.id, one]));
    this.#loaded = documents
      .filter((document) => document.enabled)
      .map((document) => {
        const known = before.get(document.id);
        const isSame =
          known !== undefined && JSON.stringify(known.document.pattern) === JSON.stringify(document.pattern);
        const pattern = isSame ? known.pattern : patternOf(document, titleOf);
        if (!isSame && known?.document.pattern.kind === document.pattern.kind) {
          const dump = known.pattern.dump();
          if (dump !== undefined) pattern.restore(JSON.parse(JSON.stringify(dump)));
        }
        const isEverywhere = document.match.endpoint.length === 0 && document.match.actor === undefined;
        return { document, pattern, matches: isEverywhere ? undefined : compileMatch(document.match) };
      });
  }

  take(occurrence: Occurrence): Signal[] {
    const signals: Signal[] = [];
    const isForeign = occurrence.record === undefined;
    for (const { document, pattern, matches } of this.#loaded) {
      if (isForeign && OWN_TRAFFIC_ONLY.has(document.pattern.kind)) continue;
      if (matches !== undefined && !matches(factsOf(occurrence))) continue;
      const signal = pattern.take(occurrence);
      if (signal !== undefined) signals.push(signal);
    }
    return signals;
  }

  sweep(now: number): Signal[] {
    return this.#loaded.flatMap(({ pattern }) => pattern.sweep(now));
  }

  ownerInvariants(): OwnerInvariant[] {
    return this.#loaded.flatMap(({ pattern }) => (pattern instanceof OwnerField ? pattern.invariants() : []));
  }

  privatePlaces(): PrivatePlace[] {
    return this.#loaded.flatMap(({ pattern }) => (pattern instanceof Ownership ? pattern.privatePlaces() : []));
  }

  issuedPlaces(): IssuedPlace[] {
    return this.#loaded.flatMap(({ pattern }) => (pattern instanceof Provenance ? pattern.issuedPlaces() : []));
  }

  valueBudgets(): ValueBudgets | undefined {
    for (const { pattern } of this.#loaded) {
      const budgets = pattern instanceof Volume ? pattern.budgets() : undefined;
      if (budgets !== undefined) return budgets;
    }
    return undefined;
  }

  takeIssued(isWhole: boolean): Issued[] {
    return this.#loaded.flatMap(({ pattern }) => (pattern instanceof Provenance ? [pattern.takeIssued(isWhole)] : []));
  }

  privilegedSenders(): PrivilegedPlace[] {
    return this.#loaded.flatMap(({ pattern }) => (pattern instanceof PrivilegedField ? pattern.places() : []));
  }

  takeOwners(isWhole: boolean, entriesMax: number): ObjectOwner[] {
    return this.#loaded.flatMap(({ pattern }) =>
      pattern instanceof Ownership ? pattern.takeOwners(isWhole, entriesMax) : [],
    );
  }

  sizes(): Record<string, { readonly entries: number; readonly evicted: number }> {
    return Object.fromEntries(this.#loaded.map(({ document, pattern }) => [document.id, pattern.size()]));
  }

  dump(): Iterable<ScenarioDump[number]> {
    return listed(this.#loaded, ({ document, pattern }) => [document.id, pattern.dump()], true);
  }

  restore(dump: ScenarioDump): void {
    const byId = new Map(dump);
    for (const { document, pattern } of this.#loaded) {
      const one = byId.get(document.id);
      if (one !== undefined && one !== null) pattern.restore(one);
    }
  }
}

function patternOf(document: ScenarioDocument, titleOf: (detection: string) => string | undefined): Pattern {
  const { pattern } = document;
  switch (pattern.kind) {
    case 'volume':
      return new Volume(document, pattern);
    case 'failed-logins':
      return new FailedLogins(document, pattern);
    case 'many-accounts':
      return new ManyAccounts(document, pattern);
    case 'scan':
      return new Scan(document, pattern, titleOf);
    case 'ownership':
      return new Ownership(document, pattern);
    case 'provenance':
      return new Provenance(document, pattern);
    case 'owner-field':
      return new OwnerField(document, pattern);
    case 'role-matrix':
      return new RoleMatrix(document, pattern);
    case 'endpoint-drift':
      return new EndpointDrift(document, pattern);
    case 'sequence':
      return new Sequence(document, pattern);
    case 'stolen-credential':
      return new StolenCredential(document, pattern);
    case 'value-drift':
      return new ValueDrift(document, pattern);
    case 'privileged-field':
      return new PrivilegedField(document, pattern);
    default:
      return pattern satisfies never;
  }
}

/** Documents match by endpoint and identity; claims' values stay in the worker. */
export function factsOf(occurrence: Occurrence): Parameters<Matcher>[0] {
  const { actors, record } = occurrence;
  const endpoint = occurrence.endpoint.split('#', 1)[0]!;
  const space = endpoint.indexOf(' ');
  const slash = endpoint.indexOf('/', space);
  const templateSegments = endpoint.slice(slash + 1).split('/');
  return {
    method: endpoint.slice(0, space),
    host: endpoint.slice(space + 1, slash),
    segments: templateSegments,
    templateSegments,
    actors: actors.map(({ actor }) => actor),
    token: undefined,
    areClaimsTrusted: false,
    clientAddress: record?.clientAddress ?? actors.find(({ actor }) => actor.kind === 'ip')?.actor.id ?? '',
  };
}
