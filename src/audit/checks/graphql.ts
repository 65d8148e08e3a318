// GraphQL endpoints: what they tell of their schema, and whether one request may ask for any amount of work. Queries only, and the
// deep one stands behind `@skip(if: true)`, so that it is judged by the server and never carried out.
import { type Answer, type Asker, evidenceOf, headerOf } from '../asker.ts';
import { type AuditFinding, findingOf } from '../finding.ts';
import type { Operation } from '../inventory.ts';
import type { Credential } from './inside.ts';

export interface GraphqlAudit {
  readonly asker: Asker;
  readonly operations: readonly Operation[];
  readonly first: Credential | undefined;
}

const NAMED = /\/(?:graphql|gql)\/?$/i;
const USUAL = ['/graphql', '/api/graphql', '/v1/graphql'];
const ENDPOINTS_MAX = 3;
const BATCH = 10;
const ALIASES = 100;
const DEPTH = 20;
const KIND = '{__typename}';
const SCHEMA =
  '{__schema{queryType{name}types{name fields{name args{defaultValue type{kind}}type{name ofType{name ofType{name ofType{name}}}}}}}}';
/** Almost what schemas often have: a server that helps says what it has instead. */
const ALMOST = ['usr', 'usrs', 'userss', 'mee', 'ordr', 'orderss', 'accout', 'nodee', 'serch', 'viewr', 'prodcts'];
const HELP = /did you mean/i;

type Field = {
  readonly name: string;
  readonly args: readonly { readonly defaultValue: unknown; readonly type: { readonly kind: string } }[];
  readonly type: unknown;
};

export async function askGraphql(one: GraphqlAudit): Promise<AuditFinding[]> {
  const found: AuditFinding[] = [];
  for (const path of (await endpointsOf(one)).slice(0, ENDPOINTS_MAX)) found.push(...(await askEndpoint(one, path)));
  return found;
}

/** Known by document or traffic; elsewhere a POST is sent only where a GET shows that GraphQL is spoken. */
async function endpointsOf({ asker, operations }: GraphqlAudit): Promise<string[]> {
  const known = operations.filter(({ template }) => NAMED.test(template)).map(({ template }) => template);
  if (known.length > 0) return [...new Set(known)].filter((path) => !path.includes('{'));
  const found: string[] = [];
  for (const path of USUAL) {
    const asked = `${path}?query=${encodeURIComponent(KIND)}`;
    const answer = await asker.ask({ method: 'GET', path: asked, purpose: 'is GraphQL spoken here?' });
    if (answer !== undefined && (objectOf(answer)?.data !== undefined || speaksOfGraphql(answer))) found.push(path);
  }
  return found;
}

function speaksOfGraphql(answer: Answer): boolean {
  const { errors } = objectOf(answer) ?? {};
  return Array.isArray(errors) && errors.every((error) => typeof error?.message === 'string');
}

async function askEndpoint({ asker, first }: GraphqlAudit, path: string): Promise<AuditFinding[]> {
  const place = `POST ${path}`;
  const send = (body: unknown, purpose: string, credential: Credential | undefined): Promise<Answer | undefined> =>
    asker.ask({
      method: 'POST',
      path,
      headers: {
        'content-type': 'application/json',
        ...(credential === undefined ? {} : { [credential.name]: credential.value }),
      },
      body: JSON.stringify(body),
      purpose: `GraphQL: ${purpose}`,
    });
  let as: Credential | undefined;
  let alive = await send({ query: KIND }, 'does it answer?', undefined);
  if (!answers(alive) && first !== undefined) {
    as = first;
    alive = await send({ query: KIND }, 'does it answer the first user?', first);
  }
  if (!answers(alive) && !asker.isDryRun) return [];
  const who = as === undefined ? 'anybody' : 'any user';
  const found: AuditFinding[] = [];

  const introspected = await send({ query: SCHEMA }, 'introspection', as);
  const schema = schemaOf(introspected);
  if (schema !== undefined) {
    const what = `It gives ${who} its whole schema, ${schema.types.size} types.`;
    found.push(findingOf('graphql-introspection', place, what, [evidenceOf(introspected!, '{__schema}')]));
  } else {
    const helped = await send({ query: `{${ALMOST.join(' ')}}` }, 'suggestions', as);
    if (helped !== undefined && HELP.test(helped.body.toString('utf8'))) {
      const what = 'It answers wrong names with right ones, so that the schema can be guessed though it is not given.';
      found.push(findingOf('graphql-suggestions', place, what, [evidenceOf(helped, '(misspelled fields)')]));
    }
  }

  const batch = await send(Array(BATCH).fill({ query: KIND }), `${BATCH} queries in one request`, as);
  const replies = batch === undefined ? undefined : jsonOf(batch);
  if (Array.isArray(replies) && replies.length === BATCH && replies.every((reply) => reply?.data?.__typename)) {
    const what = `One request with ${BATCH} queries was answered ${BATCH} times: limits that count requests do not count these.`;
    found.push(findingOf('graphql-batching', place, what, [evidenceOf(batch!, `(${BATCH} queries)`)]));
  }
  const aliases = Array.from({ length: ALIASES }, (_, i) => `a${i}:__typename`).join(' ');
  const many = await send({ query: `{${aliases}}` }, `${ALIASES} aliases of one field`, as);
  const data = many === undefined ? undefined : objectOf(many)?.data;
  if (isObject(data) && Object.keys(data).length === ALIASES) {
    const what = `A query with the same field ${ALIASES} times was answered ${ALIASES} times.`;
    found.push(findingOf('graphql-aliases', place, what, [evidenceOf(many!, `(${ALIASES} aliases)`)]));
  }
  const deep = schema === undefined ? undefined : deepQuery(schema);
  if (deep !== undefined) {
    const answer = await send({ query: deep }, `a query of ${DEPTH} levels, behind @skip`, as);
    const reply = answer === undefined ? undefined : objectOf(answer);
    if (isObject(reply?.data) && reply.errors === undefined) {
      const what = `A query of ${DEPTH} levels was taken; each level multiplies the work.`;
      found.push(findingOf('graphql-depth', place, what, [evidenceOf(answer!, `(${DEPTH} levels, not carried out)`)]));
    }
  }
  return found;
}

function answers(answer: Answer | undefined): answer is Answer {
  const data = answer === undefined ? undefined : objectOf(answer)?.data;
  return isObject(data) && typeof data.__typename === 'string';
}

interface Schema {
  readonly query: string;
  /** Type → its fields that need no argument and lead to other types. */
  readonly types: ReadonlyMap<string, readonly (readonly [field: string, type: string])[]>;
}

function schemaOf(answer: Answer | undefined): Schema | undefined {
  const data = answer === undefined ? undefined : objectOf(answer)?.data;
  const schema = isObject(data) ? data.__schema : undefined;
  if (!isObject(schema) || !Array.isArray(schema.types) || !isObject(schema.queryType)) return undefined;
  const types = new Map<string, (readonly [string, string])[]>();
  for (const type of schema.types as { name: string; fields: readonly Field[] | null }[]) {
    const free = (type.fields ?? []).filter(({ args }) =>
      args.every((arg) => arg.type.kind !== 'NON_NULL' || arg.defaultValue !== null),
    );
    types.set(
      type.name,
      free.map(({ name, type: of }) => [name, innermost(of)]),
    );
  }
  return { query: String(schema.queryType.name), types };
}

function innermost(type: unknown): string {
  let at = type as { name?: string | null; ofType?: unknown } | undefined;
  while (at?.ofType != null) at = at.ofType as typeof at;
  return at?.name ?? '';
}

/** A way through the schema that comes back to a type it was at, gone round until it is deep enough. */
function deepQuery({ query, types }: Schema): string | undefined {
  const circle = circleFrom(query, types);
  if (circle === undefined) return undefined;
  const { way, back } = circle;
  const fields = [...way];
  while (fields.length < DEPTH) fields.push(...way.slice(back));
  const cut = fields.slice(0, DEPTH);
  return `{${cut.map((field, i) => (i === 0 ? `${field} @skip(if: true)` : field)).join('{')}{__typename${'}'.repeat(DEPTH + 1)}`;
}

function circleFrom(
  query: string,
  types: Schema['types'],
): { readonly way: readonly string[]; readonly back: number } | undefined {
  const dead = new Set<string>();
  const path: { type: string; next: number }[] = [{ type: query, next: 0 }];
  const way: string[] = [];
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const edge = (types.get(top.type) ?? [])[top.next++];
    if (edge === undefined) {
      dead.add(top.type);
      path.pop();
      way.pop();
      continue;
    }
    const [field, type] = edge;
    const back = path.findIndex((one) => one.type === type);
    if (back !== -1) return { way: [...way, field], back };
    if (dead.has(type) || (types.get(type)?.length ?? 0) === 0 || type.startsWith('__')) continue;
    path.push({ type, next: 0 });
    way.push(field);
  }
  return undefined;
}

function jsonOf(answer: Answer): unknown {
  if (!/json/i.test(headerOf(answer, 'content-type') ?? '')) return undefined;
  try {
    return JSON.parse(answer.body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function objectOf(answer: Answer): Readonly<Record<string, unknown>> | undefined {
  const value = jsonOf(answer);
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
