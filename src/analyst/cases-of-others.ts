// What a node that begins with nothing takes over of those that are there: incidents, whom they accuse, what people decided of them.
// It only reads. The node that has been there longest is believed first; what is not as it should be is left out, for whoever can
// write to the store may have written it.
import { z } from 'zod';
import type { CasesDump } from '../analysis/analysis-dump.ts';
import { StateKeeper } from '../analysis/state-keeper.ts';
import { ACTOR_KINDS } from '../core/actor.ts';
import { SEVERITIES } from '../core/finding.ts';
import { INCIDENT_STATUSES } from '../core/incident.ts';
import type { Store } from '../core/store.ts';
import { NODE_KIND, NODES_MAX } from './nodes.ts';

const NODES_ASKED_MAX = 8;
const INCIDENTS_MAX = 10_000;
const ACTORS_MAX = 100_000;
const LIST_MAX = 1_000;

const text = z.string().max(8_192);
const texts = z.array(text).max(LIST_MAX);
const actor = z.object({ kind: z.enum(ACTOR_KINDS), id: text, isVerified: z.boolean() });
const figures = z.record(text, z.union([z.number(), text]));
const times = z.array(z.looseObject({ at: z.number() })).max(LIST_MAX);

const nodeSchema = z.object({ node: z.string().min(1).max(120), startedAt: z.number() });
const fileSchema = z.looseObject({
  id: text,
  entry: z.looseObject({
    ...{ detection: text, title: text, family: text, module: text, whatHappened: text, why: text, whatToDo: text },
    ...{ precision: z.number(), owasp: texts, cwe: texts, partOf: texts, severity: z.enum(SEVERITIES) },
  }),
  severity: z.enum(SEVERITIES),
  status: z.enum(INCIDENT_STATUSES),
  detections: z.record(text, z.number()),
  result: z.enum(['attempt', 'succeeded']),
  responseCodes: z.record(text, z.number()),
  endpoint: text,
  endpoints: texts,
  environment: text,
  detectedAt: z.number(),
  firstSeen: z.number(),
  lastSeen: z.number(),
  count: z.number(),
  actors: z.array(actor).max(LIST_MAX),
  figures,
  evidence: z.array(z.looseObject({ transactionId: text })).max(LIST_MAX),
  comments: times,
  assignee: text.optional(),
  tickets: texts,
  tags: texts,
  history: times,
  mergedInto: text.optional(),
  keys: texts,
  toldAt: z.number(),
  toldCount: z.number(),
});
const knownSchema = z.tuple([
  text,
  z.looseObject({
    actor,
    firstSeen: z.number(),
    lastSeen: z.number(),
    transactions: z.number(),
    errors: z.number(),
    blocked: z.number(),
    notable: z.looseObject({ addends: z.array(z.looseObject({ incident: text })).max(LIST_MAX), timeline: times }),
  }),
  z
    .array(z.tuple([z.enum(['address', 'userAgent', 'endpoint', 'dataType', 'linked']), text, z.number(), z.number()]))
    .max(LIST_MAX),
]);
const casesSchema = z.object({
  number: z.number(),
  incidents: z.object({ files: z.array(z.unknown()).max(INCIDENTS_MAX), accusing: z.array(text).max(INCIDENTS_MAX) }),
  actors: z.array(z.unknown()).max(ACTORS_MAX),
  precisions: z.array(z.tuple([text, z.object({ right: z.number(), wrong: z.number() })])).max(LIST_MAX),
  response: z.looseObject({
    proposals: z.array(z.looseObject({ id: text, plan: text, incident: text, actor, status: text })).max(10_000),
    earlier: z.array(z.tuple([text, z.array(z.object({ at: z.number(), until: z.number() })).max(LIST_MAX)])),
    cooling: z.array(z.tuple([text, z.number()])),
  }),
});

export interface FoundCases {
  /** Whose they were. */
  readonly node: string;
  readonly cases: CasesDump;
  /** Incidents and actors that were not as they should be. */
  readonly ignored: number;
}

/** Undefined when nobody is there, or nobody knows any. @throws Fault of the store */
export async function casesOfOthers(
  store: Pick<Store, 'put' | 'document' | 'documents'>,
  own: string,
): Promise<FoundCases | undefined> {
  const { documents } = await store.documents(NODE_KIND, { documentsMax: NODES_MAX });
  const nodes = documents.flatMap(({ value }) => {
    const node = nodeSchema.safeParse(value);
    return node.success && node.data.node !== own ? [node.data] : [];
  });
  nodes.sort((a, b) => a.startedAt - b.startedAt);
  for (const { node } of nodes.slice(0, NODES_ASKED_MAX)) {
    // Kept as soon as one opens; the whole, which is far larger, need not be read.
    const found = checked(await new StateKeeper(store, casesName(node)).load());
    if (found !== undefined) return { node, ...found };
  }
  return undefined;
}

/** Under which name a node keeps its incidents alone. */
export function casesName(node: string): string {
  return `${node}.cases`;
}

function checked(kept: unknown): Omit<FoundCases, 'node'> | undefined {
  const parsed = casesSchema.safeParse(kept);
  if (!parsed.success || parsed.data.incidents.files.length === 0) return undefined;
  const { incidents, actors, ...rest } = parsed.data;
  const files = incidents.files.filter((file) => fileSchema.safeParse(file).success);
  const known = actors.filter((one) => knownSchema.safeParse(one).success);
  const cases = { ...rest, incidents: { ...incidents, files }, actors: known };
  return { cases, ignored: incidents.files.length - files.length + actors.length - known.length };
}
