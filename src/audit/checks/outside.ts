// From outside, as anybody: headers, cross-origin reading, methods, forgotten functions and files, errors, listings.
import { randomBytes } from 'node:crypto';
import { type Answer, type Asker, evidenceOf, headerOf, headersOf, isSuccess } from '../asker.ts';
import { type AuditFinding, findingOf } from '../finding.ts';
import type { Operation } from '../inventory.ts';
import type { AnswerReader } from '../reader.ts';
import { KNOWN_PATHS, type Known } from './known-paths.ts';

export interface Outside {
  readonly asker: Asker;
  readonly reader: AnswerReader;
  readonly origin: URL;
  readonly operations: readonly Operation[];
}

const PAGES_MAX = 4;
const FOLDERS = ['/static/', '/files/', '/uploads/', '/images/', '/assets/', '/backup/', '/public/'];
const ADDRESS = /^(?:[\d.]+|\[[0-9a-f:]+\]|localhost)$/i;
const FOREIGN = 'https://audit.example.org';
const LOGIN_COOKIE = /sess|sid\b|auth|token|jwt|login/i;
const SCRIPT_COOKIE = /csrf|xsrf/i;

export async function askOutside(outside: Outside): Promise<AuditFinding[]> {
  const { asker, operations } = outside;
  const paths = ['/', ...new Set(operations.filter(isReadable).map(({ path }) => path!))].slice(0, PAGES_MAX);
  const answers: Answer[] = [];
  for (const path of paths) {
    const answer = await asker.ask({
      method: 'GET',
      path,
      purpose: 'headers and cookies',
      headers: { origin: FOREIGN },
    });
    if (answer !== undefined) answers.push(answer);
  }
  return [
    ...headers(outside, answers),
    ...cookies(outside, answers),
    ...(await crossOrigin(outside, answers)),
    ...(await methods(outside)),
    ...(await forgotten(outside)),
    ...(await errors(outside)),
    ...(await listings(outside)),
  ];
}

function headers({ origin }: Outside, answers: readonly Answer[]): AuditFinding[] {
  const missing = new Map<string, Answer>();
  for (const answer of answers.filter((one) => isSuccess(one) && one.body.length > 0)) {
    const lacks = (name: string): void => {
      if (!missing.has(name)) missing.set(name, answer);
    };
    const isPage = /^text\/html\b/i.test(headerOf(answer, 'content-type') ?? '');
    const policy = headerOf(answer, 'content-security-policy');
    if (headerOf(answer, 'x-content-type-options')?.trim().toLowerCase() !== 'nosniff') lacks('x-content-type-options');
    if (isPage && policy === undefined) lacks('content-security-policy');
    if (isPage && !/frame-ancestors/.test(policy ?? '') && headerOf(answer, 'x-frame-options') === undefined) {
      lacks('x-frame-options');
    }
    const isPromised = headerOf(answer, 'strict-transport-security') !== undefined;
    if (origin.protocol === 'https:' && !ADDRESS.test(origin.hostname) && !isPromised)
      lacks('strict-transport-security');
  }
  if (missing.size === 0) return [];
  const names = [...missing.keys()].join(', ');
  const evidence = [...missing].map(([name, answer]) => `${evidenceOf(answer)} without ${name}`);
  return [findingOf('missing-security-headers', origin.host, `Answers came without ${names}.`, evidence)];
}

function cookies({ origin }: Outside, answers: readonly Answer[]): AuditFinding[] {
  const evidence: string[] = [];
  for (const answer of answers) {
    for (const line of headersOf(answer, 'set-cookie')) {
      const name = line.slice(0, line.indexOf('=')).slice(0, 64);
      if (!LOGIN_COOKIE.test(name) || SCRIPT_COOKIE.test(name) || /max-age=0/i.test(line)) continue;
      const lacks = [
        ...(/;\s*httponly\b/i.test(line) ? [] : ['HttpOnly']),
        ...(origin.protocol !== 'https:' || /;\s*secure\b/i.test(line) ? [] : ['Secure']),
      ];
      if (lacks.length > 0) evidence.push(`${evidenceOf(answer)}: ${name} without ${lacks.join(', ')}`);
    }
  }
  if (evidence.length === 0) return [];
  return [findingOf('cookies-without-flags', origin.host, 'A cookie that stands for a login lacks flags.', evidence)];
}

/** A site nobody knows, and `null`, which any page can have. */
async function crossOrigin({ asker, origin }: Outside, answers: readonly Answer[]): Promise<AuditFinding[]> {
  const allows = (answer: Answer | undefined, site: string): answer is Answer =>
    answer !== undefined &&
    headerOf(answer, 'access-control-allow-origin') === site &&
    headerOf(answer, 'access-control-allow-credentials')?.trim().toLowerCase() === 'true';
  const reflecting = answers.find((answer) => allows(answer, FOREIGN));
  if (reflecting !== undefined) {
    const what = 'The origin of a site nobody knows was allowed, together with credentials.';
    return [findingOf('permissive-cors', origin.host, what, [evidenceOf(reflecting, `(Origin: ${FOREIGN})`)])];
  }
  const path = answers[0]?.ask.path ?? '/';
  const answer = await asker.ask({ method: 'GET', path, purpose: 'cross-origin reading', headers: { origin: 'null' } });
  if (!allows(answer, 'null')) return [];
  const what = 'The origin `null` was allowed, together with credentials.';
  return [findingOf('permissive-cors', origin.host, what, [evidenceOf(answer, '(Origin: null)')])];
}

async function methods({ asker, origin }: Outside): Promise<AuditFinding[]> {
  const mark = randomBytes(6).toString('hex');
  const answer = await asker.ask({ method: 'TRACE', path: '/', purpose: 'methods', headers: { 'x-audit': mark } });
  if (!isSuccess(answer) || !answer.body.includes(mark)) return [];
  return [findingOf('method-surprise', origin.host, 'TRACE repeats the request.', [evidenceOf(answer)])];
}

async function forgotten({ asker }: Outside): Promise<AuditFinding[]> {
  const nothing = await asker.ask({
    method: 'GET',
    path: `/${randomBytes(9).toString('hex')}`,
    purpose: 'how it answers what is not there',
  });
  const found: AuditFinding[] = [];
  for (const known of KNOWN_PATHS) {
    const answer = await asker.ask({ method: 'GET', path: known.path, purpose: `forgotten: ${known.what}` });
    if (!isSuccess(answer) || !isReal(answer, known, nothing)) continue;
    const what = `${known.path} answers anybody: ${known.what}.`;
    found.push(findingOf(known.id, `GET ${known.path}`, what, [evidenceOf(answer)], known.severity));
  }
  return found;
}

/** The answer must be what the real thing answers, and not what anything that is not there gets. */
function isReal(answer: Answer, known: Known, nothing: Answer | undefined): boolean {
  if (isSuccess(nothing) && nothing.body.equals(answer.body)) return false;
  return known.pattern.test(answer.body.subarray(0, 65_536).toString('latin1'));
}

/** Ids that are none, and texts with a quote, where a document or traffic says that there is a parameter. */
async function errors({ asker, reader, operations }: Outside): Promise<AuditFinding[]> {
  const places = new Map<string, Operation>();
  for (const one of operations) if (one.method === 'GET' && one.template.includes('{')) places.set(one.template, one);
  const asks = [
    ...[...places.keys()].slice(0, 10).map((template) => ({ path: template.replace(/\{[^}]+\}/g, '%27'), template })),
    { path: '/?id=%27', template: '/' },
    { path: '/%c0%ae', template: '/' },
  ];
  const byWhat = new Map<string, AuditFinding>();
  for (const { path, template } of asks) {
    const answer = await asker.ask({ method: 'GET', path, purpose: 'errors' });
    if (answer === undefined || answer.status < 400) continue;
    const { discloses } = reader.read(answer);
    if (discloses === undefined || byWhat.has(template)) continue;
    const what = `An error tells about the inside: ${discloses.what}.`;
    byWhat.set(template, findingOf('verbose-errors', `GET ${template}`, what, [evidenceOf(answer)]));
  }
  return [...byWhat.values()];
}

async function listings({ asker, reader }: Outside): Promise<AuditFinding[]> {
  const found: AuditFinding[] = [];
  for (const path of FOLDERS) {
    const answer = await asker.ask({ method: 'GET', path, purpose: 'directory listing' });
    if (!isSuccess(answer) || !reader.read(answer).isListing) continue;
    found.push(findingOf('directory-listing', `GET ${path}`, 'It lists the files of a folder.', [evidenceOf(answer)]));
  }
  return found;
}

function isReadable({ method, path }: Operation): boolean {
  return method === 'GET' && path !== undefined;
}
