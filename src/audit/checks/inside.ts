// From inside, against what there is: every endpoint that should ask for credentials is asked without any, with a token that was
// changed, and for objects of another person.
import { type Answer, type Ask, type Asker, evidenceOf, headerOf, isSuccess } from '../asker.ts';
import { type AuditFinding, findingOf } from '../finding.ts';
import type { Operation } from '../inventory.ts';
import type { AnswerReader } from '../reader.ts';

/** A header line that signs a test user in. */
export interface Credential {
  readonly name: string;
  readonly value: string;
}

export interface Inside {
  readonly asker: Asker;
  readonly reader: AnswerReader;
  readonly operations: readonly Operation[];
  readonly first: Credential | undefined;
  readonly second: Credential | undefined;
  /** Methods that change something are asked as well. */
  readonly isActive: boolean;
}

const OPERATIONS_MAX = 200;
const OBJECTS_MAX = 5;
const SAFE = new Set(['GET', 'HEAD']);
const PUBLIC =
  /\/(?:health\w*|ready\w*|live\w*|ping|status|login|signin|register|signup|token|docs|swagger[\w-]*|openapi[\w.]*|\.well-known\/.*)\/?$/i;
const ADMIN = /(?:^|\/)(?:admin|administration|backoffice)(?:\/|$)/i;

export async function askInside(inside: Inside): Promise<AuditFinding[]> {
  const found: AuditFinding[] = [];
  const open = new Set<string>();
  const asked = inside.operations
    .filter(({ method, path }) => path !== undefined && (SAFE.has(method) || inside.isActive))
    .slice(0, OPERATIONS_MAX);
  for (const operation of asked) {
    if (await isOpen(inside, operation, found)) open.add(keyOf(operation));
  }
  if (inside.first !== undefined) {
    for (const operation of asked)
      if (!open.has(keyOf(operation))) await tamper(inside, operation, inside.first, found);
    if (inside.second !== undefined) await readOthers(inside, open, found);
  }
  return found;
}

/** Without credentials. True when it answered: then nothing else about credentials can be learned of it. */
async function isOpen(inside: Inside, operation: Operation, found: AuditFinding[]): Promise<boolean> {
  const { asker, reader } = inside;
  const answer = await asker.ask(askOf(operation, 'without credentials'));
  if (!isSuccess(answer)) return false;
  const place = keyOf(operation);
  const { dataTypes, forbidden } = reader.read(answer);
  if (forbidden.length > 0) {
    const what = `Its answer carries ${forbidden.join(', ')}.`;
    found.push(findingOf('forbidden-data', place, what, [evidenceOf(answer)]));
  }
  if (PUBLIC.test(operation.template)) return true;
  const reason =
    dataTypes.length > 0
      ? `its answer carries ${dataTypes.slice(0, 5).join(', ')}`
      : ADMIN.test(operation.template)
        ? 'it is a function for administrators'
        : operation.isAuthenticated === true
          ? 'it says, or its callers show, that it needs credentials'
          : undefined;
  if (reason === undefined || isEmptyAnswer(answer)) return true;
  found.push(
    findingOf('missing-authentication', place, `It answered without credentials: ${reason}.`, [evidenceOf(answer)]),
  );
  return true;
}

async function tamper(
  inside: Inside,
  operation: Operation,
  credential: Credential,
  found: AuditFinding[],
): Promise<void> {
  const { asker, reader } = inside;
  const right = await asker.ask(askOf(operation, 'as the first user', credential));
  if (!isSuccess(right)) return;
  const { forbidden } = reader.read(right);
  if (forbidden.length > 0) {
    const what = `Its answer to a user carries ${forbidden.join(', ')}.`;
    found.push(findingOf('forbidden-data', keyOf(operation), what, [evidenceOf(right, '(first user)')]));
  }
  for (const { how, value } of tampered(credential.value)) {
    const answer = await asker.ask(askOf(operation, `with a token ${how}`, { ...credential, value }));
    if (!isSuccess(answer)) continue;
    const what = `A token ${how} was accepted.`;
    found.push(findingOf('token-not-verified', keyOf(operation), what, [evidenceOf(answer, `(token ${how})`)]));
    return;
  }
}

/**
 * Objects that the first user's lists name and the second user's do not are the first user's own. When the second user
 * reads one all the same, and nobody without credentials does, its owner is not checked.
 */
async function readOthers(inside: Inside, open: ReadonlySet<string>, found: AuditFinding[]): Promise<void> {
  const { asker, operations, first, second } = inside;
  for (const operation of operations) {
    const list = operation.template.replace(/\/\{[^/}]+\}$/, '');
    if (operation.method !== 'GET' || list === operation.template || open.has(keyOf(operation))) continue;
    const own = await objectsOf(inside, operation, list, first!);
    if (own.length === 0) continue;
    const theirs = new Set(await objectsOf(inside, operation, list, second!));
    for (const id of own.filter((one) => !theirs.has(one)).slice(0, OBJECTS_MAX)) {
      const one = { ...operation, path: `${pathBefore(operation, list)}/${encodeURIComponent(id)}` };
      const mine = await asker.ask(askOf(one, 'an own object', first));
      if (!isSuccess(mine) || isEmptyAnswer(mine)) continue;
      const other = await asker.ask(askOf(one, 'an object of another user', second));
      if (!isSuccess(other) || !other.body.equals(mine.body)) continue;
      const anybody = await asker.ask(askOf(one, 'the object, without credentials'));
      if (isSuccess(anybody)) break;
      const what = 'A second user read an object that only the first user’s lists name.';
      const evidence = [evidenceOf(mine, '(first user)'), evidenceOf(other, '(second user)')];
      found.push(findingOf('broken-object-authorization', keyOf(operation), what, evidence));
      break;
    }
  }
}

/** Ids in the user's own list, and ids that the user's token names. */
async function objectsOf(
  { asker, operations }: Inside,
  operation: Operation,
  list: string,
  credential: Credential,
): Promise<string[]> {
  const ids = new Set<string>();
  if (operations.some(({ method, template }) => method === 'GET' && template === list)) {
    const path = pathBefore(operation, list);
    const answer = await asker.ask({ ...askOf({ ...operation, path }, 'the user’s own list', credential), path });
    if (isSuccess(answer)) for (const id of idsIn(answer)) ids.add(id);
  }
  for (const id of claimIds(credential.value)) ids.add(id);
  return [...ids];
}

function pathBefore({ path, template }: Operation, list: string): string {
  return path === undefined || !list.includes('{')
    ? list
    : path
        .split('/')
        .slice(0, template.split('/').length - 1)
        .join('/');
}

function idsIn(answer: Answer): string[] {
  if (!/json/i.test(headerOf(answer, 'content-type') ?? '')) return [];
  let value: unknown;
  try {
    value = JSON.parse(answer.body.toString('utf8'));
  } catch {
    return [];
  }
  const items = Array.isArray(value) ? value : Object.values((value ?? {}) as object).find(Array.isArray);
  return ((items ?? []) as unknown[]).slice(0, 100).flatMap((item) => {
    const id = (item as { id?: unknown; uuid?: unknown } | null)?.id ?? (item as { uuid?: unknown } | null)?.uuid;
    return typeof id === 'string' || typeof id === 'number' ? [String(id)] : [];
  });
}

function claimIds(value: string): string[] {
  const claims = claimsOf(value);
  return ['uid', 'user_id', 'userId', 'sub', 'id'].flatMap((name) => {
    const id = claims?.[name];
    return (typeof id === 'string' && /^[\w-]{1,64}$/.test(id)) || typeof id === 'number' ? [String(id)] : [];
  });
}

function tampered(value: string): { readonly how: string; readonly value: string }[] {
  const scheme = /^(\w+ )?/.exec(value)![0];
  const [header = '', claims, signature] = value.slice(scheme.length).split('.');
  if (claims === undefined || signature === undefined || claimsOf(value) === undefined) {
    const last = value.at(-1) === 'A' ? 'B' : 'A';
    return [{ how: 'with its end changed', value: `${value.slice(0, -4)}${last.repeat(4)}` }];
  }
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
  const turned = [...signature].reverse().join('');
  return [
    { how: 'with another signature', value: `${scheme}${header}.${claims}.${turned}` },
    { how: 'without a signature (alg none)', value: `${scheme}${none}.${claims}.` },
  ];
}

function claimsOf(value: string): Record<string, unknown> | undefined {
  try {
    const part = value.slice(value.lastIndexOf(' ') + 1).split('.')[1];
    const claims: unknown =
      part === undefined ? undefined : JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function askOf({ method, path }: Operation, purpose: string, credential?: Credential): Ask {
  const isBodied = !SAFE.has(method) && method !== 'DELETE';
  return {
    method,
    path: path!,
    purpose,
    headers: {
      ...(credential === undefined ? {} : { [credential.name]: credential.value }),
      ...(isBodied ? { 'content-type': 'application/json' } : {}),
    },
    ...(isBodied ? { body: '{}' } : {}),
  };
}

function isEmptyAnswer({ body, status }: Answer): boolean {
  return (
    status === 204 || body.length === 0 || /^\s*(?:null|\[\s*\]|\{\s*\})\s*$/.test(body.subarray(0, 64).toString())
  );
}

function keyOf({ method, template }: Operation): string {
  return `${method} ${template}`;
}
