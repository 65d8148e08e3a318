// How much a mistake at an endpoint would cost, as a number from 0 to 10 that shows what it is the sum of.
// Invariant: pure; the score is the sum of its addends, cut at 10.
import type { Severity } from '../../core/finding.ts';
import type { LearnedEndpoint } from '../../core/learned-endpoint.ts';
import { type EndpointTag, PUBLIC_TAGS } from './nature.ts';

export interface OpenIncident {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
}

export interface RiskFacts {
  readonly method: string;
  /** Somebody from the internet was answered. */
  readonly isExposed: boolean;
  /** 0 to 1, of the successful calls. */
  readonly authenticatedShare: number;
  readonly tags: readonly string[];
  readonly dataTypeTags: readonly { readonly type: string; readonly tags: readonly string[] }[];
  /** Open posture findings. */
  readonly findings: readonly { readonly title: string; readonly severity: Severity }[];
  readonly incidents: readonly OpenIncident[];
}

export interface Risk {
  /** 0 to 10, one decimal. */
  readonly score: number;
  readonly addends: readonly RiskAddend[];
}

export interface RiskAddend {
  readonly of: 'exposure' | 'authentication' | 'data' | 'change' | 'function' | 'posture' | 'incidents';
  /** A sentence for people. */
  readonly why: string;
  readonly points: number;
}

const SCORE_MAX = 10;
const EXPOSED = 1.5;
const CHANGES = 0.5;
const ANONYMOUS = 2;
const MIXED = 1;
const POSTURE_MAX = 3;
const INCIDENTS_MAX = 2.5;
const DATA: readonly (readonly [tag: string, points: number])[] = [
  ['secret', 2.5],
  ['pci', 2],
  ['phi', 2],
  ['forbidden', 2],
  ['sensitive', 1.5],
  ['pii', 1],
  ['financial', 0.5],
];
const FUNCTIONS: Readonly<Partial<Record<EndpointTag, number>>> = {
  admin: 1.5,
  payment: 1.5,
  login: 1,
  'password-reset': 1,
  export: 1,
  'file-upload': 1,
  graphql: 0.5,
};
const SEVERITY_POINTS: Readonly<Record<Severity, number>> = {
  info: 0,
  low: 0.25,
  medium: 0.75,
  high: 1.5,
  critical: 2.5,
};
const READS_ONLY: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export function riskOf(facts: RiskFacts): Risk {
  const addends = [
    facts.isExposed ? addend('exposure', 'It answers clients from the internet.', EXPOSED) : undefined,
    authentication(facts),
    data(facts),
    READS_ONLY.has(facts.method) ? undefined : addend('change', `${facts.method} changes something.`, CHANGES),
    purpose(facts),
    open('posture', facts.findings, POSTURE_MAX),
    open('incidents', facts.incidents, INCIDENTS_MAX),
  ].filter((one) => one !== undefined);
  const sum = addends.reduce((total, { points }) => total + points, 0);
  return { score: Math.round(Math.min(sum, SCORE_MAX) * 10) / 10, addends };
}

/** Where posture has not seen it yet. */
export function authenticatedShareOf({ authentication: schemes }: LearnedEndpoint): number {
  let all = 0;
  let anonymous = 0;
  for (const [scheme, count] of schemes) {
    all += count;
    if (scheme === 'none') anonymous += count;
  }
  return all === 0 ? 1 : 1 - anonymous / all;
}

function authentication({ authenticatedShare, tags }: RiskFacts): RiskAddend | undefined {
  if (authenticatedShare >= 0.999 || tags.some((tag) => PUBLIC_TAGS.has(tag))) return undefined;
  const percent = Math.round((1 - authenticatedShare) * 100);
  if (authenticatedShare < 0.05) return addend('authentication', 'It answers without credentials.', ANONYMOUS);
  return addend('authentication', `${percent} percent of its successful calls came without credentials.`, MIXED);
}

function data({ dataTypeTags }: RiskFacts): RiskAddend | undefined {
  for (const [tag, points] of DATA) {
    const carried = dataTypeTags.filter(({ tags }) => tags.includes(tag)).map(({ type }) => type);
    if (carried.length === 0) continue;
    return addend('data', `Its answers carry ${carried.slice(0, 4).join(', ')} (${tag}).`, points);
  }
  return undefined;
}

function purpose({ tags }: RiskFacts): RiskAddend | undefined {
  const points = FUNCTIONS as Readonly<Record<string, number | undefined>>;
  const [first, ...rest] = tags.filter((tag) => points[tag] !== undefined).sort((a, b) => points[b]! - points[a]!);
  if (first === undefined) return undefined;
  const also = rest.length === 0 ? '' : `, also ${rest.join(', ')}`;
  return addend('function', `It is a function of the kind ${first}${also}.`, points[first]!);
}

function open(
  of: 'posture' | 'incidents',
  found: readonly { readonly title: string; readonly severity: Severity }[],
  max: number,
): RiskAddend | undefined {
  const points = Math.min(
    found.reduce((sum, { severity }) => sum + SEVERITY_POINTS[severity], 0),
    max,
  );
  if (points === 0) return undefined;
  const gravest = [...found].sort((a, b) => SEVERITY_POINTS[b.severity] - SEVERITY_POINTS[a.severity])[0]!;
  const more = found.length === 1 ? '' : ` and ${found.length - 1} more`;
  const what = of === 'posture' ? 'Posture' : 'Open incidents';
  return addend(of, `${what}: ${gravest.title} (${gravest.severity})${more}.`, points);
}

function addend(of: RiskAddend['of'], why: string, points: number): RiskAddend {
  return { of, why, points };
}
