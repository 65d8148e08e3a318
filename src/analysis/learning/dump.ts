// A Model as plain JSON and back: what survives a restart, and what travels between nodes.
// Invariant: what comes back is checked entry by entry; an entry that is not what it should be is left out and counted, never
// thrown, for it may have been written by another version or another hand. Bounds hold as for everything learned.
import { z } from 'zod';
import type { PathNode, PathTrie } from '../discovery/path-trie.ts';
import { Listed, listed } from '../json-pieces.ts';
import { Histogram } from './counts.ts';
import { EndpointStats } from './endpoint-stats.ts';
import { emptyField, type FieldStats, keepWord, PRINCIPALS_MIN, type SchemaStats } from './field-stats.ts';
import { Model, type ModelBounds } from './model.ts';
import { Smallest } from './smallest.ts';

/** Where the data folder keeps what was learned. */
export const LEARNED_FILE = 'learned.json';

const TEXT_CHARS_MAX = 1_024;
const text = z.string().max(TEXT_CHARS_MAX);
const counter = z.number().nonnegative();
const counts = z.array(z.tuple([text, counter])).max(1_000);
const buckets = z.array(z.tuple([z.number().int(), counter])).max(1_000);
const numbers = z.array(counter).max(64);
const TYPES = ['string', 'integer', 'number', 'boolean', 'null', 'object', 'array'] as const;

const fieldSchema = z.object({
  pointer: text,
  types: z.array(z.tuple([z.enum(TYPES), counter])).max(TYPES.length),
  formats: counts,
  principals: numbers,
  hours: numbers,
  present: counter,
  strings: counter,
  lengths: buckets.optional(),
  numbers: buckets.optional(),
  negatives: counter,
  words: z
    .array(z.tuple([text, numbers]))
    .max(64)
    .optional(),
  wordless: counter,
  claims: z
    .array(z.tuple([text, counter, counter]))
    .max(16)
    .optional(),
});
const schemaSchema = z.object({
  samples: counter,
  fieldsRefused: counter,
  mediaTypes: counts,
  fields: z.array(fieldSchema).max(500),
});
const statsSchema = z.object({
  firstSeen: counter,
  lastSeen: counter,
  samples: counter,
  successes: counter,
  isWebSocket: z.boolean(),
  isFrozen: z.boolean(),
  principals: numbers,
  hoursSeen: numbers,
  daysSeen: numbers,
  statuses: counts,
  authentication: counts,
  countries: counts,
  hours: buckets,
  query: schemaSchema,
  request: schemaSchema,
  responses: z.array(z.tuple([z.string().regex(/^[1-5]xx$/), schemaSchema])).max(5),
  histograms: z.array(z.tuple([text, buckets])).max(16),
  dataTypes: z.array(z.tuple([text, buckets])).max(300),
  objects: z.array(z.tuple([counter, counter, counter])).max(1_000),
});
const nodeSchema = z.object({
  /** Null is the parameter. */
  path: z.array(text.nullable()).max(32),
  why: counts,
  isStated: z.boolean(),
  source: z.enum(['openapi', 'operator', 'learned', 'classes']).optional(),
  end: statsSchema.optional(),
});
const dumpSchema = z.object({
  version: z.literal(1),
  tries: z.array(z.tuple([text, z.array(z.unknown()).max(200_000)])).max(10_000),
  operations: z.array(z.tuple([text, z.unknown()])).max(20_000),
});

type StatsDump = z.output<typeof statsSchema>;
type SchemaDump = z.output<typeof schemaSchema>;

export function dumpOf(model: Model): z.input<typeof dumpSchema> {
  return {
    version: 1,
    tries: [...model.tries].map(([root, trie]) => [root, [...nodesOf(trie)]]),
    operations: [...model.operations].map(([id, stats]) => [id, statsDump(stats)]),
  };
}

export function modelOf(dump: unknown, bounds: ModelBounds): { readonly model: Model; readonly ignored: number } {
  const model = new Model(bounds);
  const parsed = dumpSchema.safeParse(dump);
  if (!parsed.success) return { model, ignored: 1 };
  let ignored = 0;
  for (const [root, nodes] of parsed.data.tries) {
    const trie = model.trie(root);
    for (const one of nodes) {
      const node = nodeSchema.safeParse(one);
      const into = node.success ? trie?.nodeAt(node.data.path.map((segment) => segment ?? undefined)) : undefined;
      if (!node.success || into === undefined) {
        ignored += 1;
        continue;
      }
      const { why, isStated, source, end } = node.data;
      for (const [name, times] of why) into.why.set(name, times);
      into.isStated = isStated;
      into.source = source;
      if (end !== undefined) into.end = statsOf(end);
    }
  }
  for (const [id, one] of parsed.data.operations) {
    const stats = statsSchema.safeParse(one);
    const into = stats.success ? model.operation(id) : undefined;
    if (into === undefined) ignored += 1;
    else into.merge(statsOf(stats.data!));
  }
  return { model, ignored };
}

/** The same for `jsonPieces`: an endpoint is a piece. */
export function lazyDumpOf(model: Model): object {
  return {
    version: 1,
    tries: listed(model.tries, ([root, trie]) => [root, new Listed(() => nodesOf(trie))], true),
    operations: listed(model.operations, ([id, stats]) => [id, statsDump(stats)]),
  };
}

function* nodesOf(trie: PathTrie<EndpointStats>): Generator<z.input<typeof nodeSchema>> {
  const open: { readonly path: readonly (string | null)[]; readonly node: PathNode<EndpointStats> }[] = [
    { path: [], node: trie.root },
  ];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const { path, node } = one;
    yield {
      path: [...path],
      why: [...node.why],
      isStated: node.isStated,
      ...(node.source === undefined ? {} : { source: node.source }),
      ...(node.end === undefined ? {} : { end: statsDump(node.end) }),
    };
    for (const [word, child] of node.literals) open.push({ path: [...path, word], node: child });
    if (node.parameter !== undefined) open.push({ path: [...path, null], node: node.parameter });
  }
}

const HISTOGRAMS = [
  'requestBytes',
  'responseBytes',
  'records',
  'latencyMs',
  'requestsPerCaller',
  'failuresPerCaller',
] as const;

function statsDump(stats: EndpointStats): StatsDump {
  const { firstSeen, lastSeen, samples, successes, isWebSocket, isFrozen } = stats;
  return {
    firstSeen: Number.isFinite(firstSeen) ? firstSeen : 0,
    lastSeen,
    samples,
    successes,
    isWebSocket,
    isFrozen,
    principals: [...stats.principals.values],
    hoursSeen: [...stats.hoursSeen.values],
    daysSeen: [...stats.daysSeen.values],
    statuses: [...stats.statuses],
    authentication: [...stats.authentication],
    countries: [...stats.countries],
    hours: [...stats.hours],
    query: schemaDump(stats.query),
    request: schemaDump(stats.request),
    responses: [...stats.responses].map(([status, schema]) => [status, schemaDump(schema)]),
    histograms: HISTOGRAMS.map((name) => [name, [...stats[name].buckets]]),
    dataTypes: [...stats.dataTypes].map(([type, values]) => [type, [...values.buckets]]),
    objects: [...stats.owners.objects].map(([object, { owner, reads }]) => [object, owner, reads]),
  };
}

function statsOf(dump: StatsDump): EndpointStats {
  const stats = new EndpointStats();
  const { firstSeen, lastSeen, samples, successes, isWebSocket, isFrozen } = dump;
  Object.assign(stats, { lastSeen, samples, successes, isWebSocket, isFrozen });
  if (firstSeen > 0) stats.firstSeen = firstSeen;
  fillSmallest(stats.principals, dump.principals);
  fillSmallest(stats.hoursSeen, dump.hoursSeen);
  fillSmallest(stats.daysSeen, dump.daysSeen);
  fill(stats.statuses, dump.statuses);
  fill(stats.authentication, dump.authentication);
  fill(stats.countries, dump.countries);
  fill(stats.hours, dump.hours);
  fillSchema(stats.query, dump.query);
  fillSchema(stats.request, dump.request);
  for (const [status, schema] of dump.responses) fillSchema(stats.response(status), schema);
  for (const [name, one] of dump.histograms) {
    const known = HISTOGRAMS.find((histogram) => histogram === name);
    if (known !== undefined) fillHistogram(stats[known], one);
  }
  for (const [type, one] of dump.dataTypes) {
    const values = stats.dataType(type);
    if (values !== undefined) fillHistogram(values, one);
  }
  for (const [object, owner, reads] of dump.objects) stats.owners.read(object, owner, reads);
  return stats;
}

function schemaDump(schema: SchemaStats): SchemaDump {
  const { samples, fieldsRefused, mediaTypes, fields } = schema;
  return {
    samples,
    fieldsRefused,
    mediaTypes: [...mediaTypes],
    fields: [...fields].map(([pointer, one]) => ({
      pointer,
      types: [...one.types.counts],
      formats: [...one.formats.counts],
      principals: [...one.principals.values],
      hours: [...one.hours.values],
      present: one.present,
      strings: one.strings,
      negatives: one.negatives,
      wordless: one.wordless,
      ...(one.lengths === undefined ? {} : { lengths: [...one.lengths.buckets] }),
      ...(one.numbers === undefined ? {} : { numbers: [...one.numbers.buckets] }),
      ...(one.words === undefined ? {} : { words: [...one.words].map(([word, who]) => [word, [...who.values]]) }),
      ...(one.claims === undefined
        ? {}
        : { claims: one.claims.map(({ claim, together, equal }) => [claim, together, equal]) }),
    })),
  };
}

function fillSchema(schema: SchemaStats, dump: SchemaDump): void {
  schema.samples = dump.samples;
  schema.fieldsRefused = dump.fieldsRefused;
  fill(schema.mediaTypes, dump.mediaTypes);
  for (const { pointer, ...one } of dump.fields) schema.put(pointer, fieldOf(one));
}

function fieldOf(one: Omit<SchemaDump['fields'][number], 'pointer'>): FieldStats {
  const field = emptyField();
  const { present, strings, negatives, wordless } = one;
  Object.assign(field, { present, strings, negatives, wordless });
  fill(field.types.counts, one.types);
  fill(field.formats.counts, one.formats);
  fillSmallest(field.principals, one.principals);
  fillSmallest(field.hours, one.hours);
  field.lengths = histogramOf(one.lengths);
  field.numbers = histogramOf(one.numbers);
  if (one.words === undefined) field.words = undefined;
  for (const [word, who] of one.words ?? []) {
    const users = new Smallest(PRINCIPALS_MIN);
    fillSmallest(users, who);
    keepWord(field, word, users);
  }
  field.claims = one.claims?.map(([claim, together, equal]) => ({ claim, together, equal }));
  return field;
}

function fill<K>(into: Map<K, number>, from: readonly (readonly [K, number])[]): void {
  for (const [name, count] of from) into.set(name, count);
}

function histogramOf(buckets: readonly (readonly [number, number])[] | undefined): Histogram | undefined {
  if (buckets === undefined) return undefined;
  const histogram = new Histogram();
  fillHistogram(histogram, buckets);
  return histogram;
}

function fillHistogram(into: Histogram, from: readonly (readonly [number, number])[]): void {
  fill(into.buckets, from);
}

function fillSmallest(into: Smallest, from: readonly number[]): void {
  for (const one of from) into.add(one);
}
