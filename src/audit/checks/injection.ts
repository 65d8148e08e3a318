// Whether text of a caller is read as a part of a statement or of a page. Nothing that is sent does anything: a quote, a subtraction,
// and a tag that no browser knows. Invariant: one strange answer is no finding, only a pair that nothing else explains.
import { randomBytes } from 'node:crypto';
import { type Answer, type Ask, type Asker, evidenceOf, headerOf, isSuccess } from '../asker.ts';
import { type AuditFinding, findingOf } from '../finding.ts';
import type { Operation } from '../inventory.ts';
import type { Credential } from './inside.ts';

export interface Injection {
  readonly asker: Asker;
  readonly operations: readonly Operation[];
  readonly first: Credential | undefined;
  readonly isActive: boolean;
}

const PLACES_MAX = 20;
const PARAMETERS_MAX = 4;
const LEAVES_MAX = 1_000;
const PAGE = /^(?:text\/html|application\/xhtml\+xml|image\/svg\+xml)\b/i;

export async function askInjection(injection: Injection): Promise<AuditFinding[]> {
  const found: AuditFinding[] = [];
  const readable = injection.operations.filter(({ method }) => method === 'GET');
  for (const one of readable.filter(({ template }) => /^[^{]*\/\{[^/}]+\}$/.test(template)).slice(0, PLACES_MAX))
    found.push(...(await arithmetic(injection, one)));
  for (const one of readable.filter(({ path, query }) => path !== undefined && query.length > 0).slice(0, PLACES_MAX)) {
    for (const name of one.query.slice(0, PARAMETERS_MAX)) {
      found.push(...(await quotes(injection, one, name)));
      found.push(...(await reflected(injection, one, name)));
    }
  }
  if (!injection.isActive) return found;
  const written = injection.operations.filter(
    ({ method, path, fields }) => method === 'POST' && path !== undefined && fields.length > 0,
  );
  for (const one of written.slice(0, PLACES_MAX)) found.push(...(await stored(injection, one)));
  return found;
}

/**
 * `2-1` shows what `1` shows, and `3-1` what `2` does: somebody calculates. One that reads digits up to the first other sign shows `2`.
 * What differs between two answers to `1`, such as a time, does not count.
 */
async function arithmetic(injection: Injection, operation: Operation): Promise<AuditFinding[]> {
  const folder = operation.template.slice(0, operation.template.lastIndexOf('/'));
  const answers: Answer[] = [];
  for (const id of ['1', '1', '2', '2-1', '3-1']) {
    const answer = await get(injection, `${folder}/${id}`, 'is a subtraction calculated?');
    if (!isSuccess(answer) || answer.body.length === 0) return [];
    answers.push(answer);
  }
  const [one, again, two, calculatedOne, calculatedTwo] = answers.map(leavesOf);
  const stable = [...one!.keys()].filter((pointer) => one!.get(pointer) === again!.get(pointer));
  const isSame = (a: Leaves, b: Leaves): boolean => stable.every((pointer) => a.get(pointer) === b.get(pointer));
  if (isSame(one!, two!) || !isSame(calculatedOne!, one!) || !isSame(calculatedTwo!, two!)) return [];
  const what = 'A subtraction in the place of an id was calculated: the id is a part of a statement.';
  return [findingOf('statement-injection', keyOf(operation), what, [evidenceOf(answers[0]!), evidenceOf(answers[3]!)])];
}

type Leaves = ReadonlyMap<string, unknown>;

/** Of JSON its values by pointer, of anything else the whole. */
function leavesOf({ body }: Answer): Leaves {
  const leaves = new Map<string, unknown>();
  const walk = (value: unknown, pointer: string): void => {
    if (leaves.size >= LEAVES_MAX) return;
    if (typeof value !== 'object' || value === null) leaves.set(pointer, value);
    else for (const [name, one] of Object.entries(value)) walk(one, `${pointer}/${name}`);
  };
  try {
    walk(JSON.parse(body.toString('utf8')), '');
  } catch {
    leaves.set('', body.toString('latin1'));
  }
  return leaves;
}

/** One quote breaks the answer and two mend it, twice. */
async function quotes(injection: Injection, operation: Operation, name: string): Promise<AuditFinding[]> {
  const evidence: string[] = [];
  for (const text of ['a', "a'", "a''", "a'", "a''"]) {
    const answer = await get(injection, withQuery(operation, name, text), 'is a quote kept apart?');
    if (answer === undefined) return [];
    const isBroken = answer.status >= 500;
    if (text === "a'" ? !isBroken : !isSuccess(answer)) return [];
    if (evidence.length < 3) evidence.push(evidenceOf(answer));
  }
  const what = `One quote in \`${name}\` breaks the answer and a second one mends it: the text is a part of a statement.`;
  return [findingOf('statement-injection', keyOf(operation), what, evidence)];
}

async function reflected(injection: Injection, operation: Operation, name: string): Promise<AuditFinding[]> {
  const mark = markOf();
  const answer = await get(injection, withQuery(operation, name, mark), 'is markup in a parameter written as it is?');
  if (answer === undefined || !isPageWith(answer, mark)) return [];
  const what = `Markup in \`${name}\` is in the page as it was sent.`;
  return [findingOf('markup-injection', keyOf(operation), what, [evidenceOf(answer)])];
}

/** What is written by POST and read by GET at the same address. */
async function stored(injection: Injection, operation: Operation): Promise<AuditFinding[]> {
  const { asker, operations, first } = injection;
  const read = operations.find(({ method, template }) => method === 'GET' && template === operation.template);
  if (read?.path === undefined) return [];
  const mark = markOf();
  const answer = await asker.ask({
    method: 'POST',
    path: operation.path!,
    headers: { ...signedIn(first), 'content-type': 'application/json' },
    body: JSON.stringify(Object.fromEntries(operation.fields.slice(0, PARAMETERS_MAX).map((name) => [name, mark]))),
    purpose: 'is markup kept as it is?',
  });
  if (!isSuccess(answer) && !asker.isDryRun) return [];
  const page = await get(injection, read.path, 'is markup that was kept written as it is?');
  if (answer === undefined || page === undefined || !isPageWith(page, mark)) return [];
  const what = 'Markup that one caller wrote is in the page that others read, as it was sent.';
  return [findingOf('markup-injection', keyOf(read), what, [evidenceOf(answer), evidenceOf(page)])];
}

function get({ asker, first }: Injection, path: string, purpose: string): Promise<Answer | undefined> {
  const ask: Ask = { method: 'GET', path, headers: signedIn(first), purpose };
  return asker.ask(ask);
}

function isPageWith(answer: Answer, mark: string): boolean {
  return PAGE.test(headerOf(answer, 'content-type') ?? '') && answer.body.includes(mark);
}

function markOf(): string {
  return `<audit-${randomBytes(6).toString('hex')}>`;
}

function withQuery({ path }: Operation, name: string, text: string): string {
  return `${path}?${encodeURIComponent(name)}=${encodeURIComponent(text)}`;
}

function signedIn(first: Credential | undefined): Record<string, string> {
  return first === undefined ? {} : { [first.name]: first.value };
}

function keyOf({ method, template }: Operation): string {
  return `${method} ${template}`;
}
