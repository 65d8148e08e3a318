// Wrong passwords for an account that does not exist, until somebody says stop. Only when active: it writes log lines and counts.
import { randomBytes } from 'node:crypto';
import { type Asker, headerOf } from '../asker.ts';
import { type AuditFinding, findingOf } from '../finding.ts';
import type { Operation } from '../inventory.ts';

const TRIES = 15;
const LOGIN = /\/(?:log-?in|sign-?in|auth|authenticate|session|sessions|token)\/?$/i;

export async function askLoginLimit(asker: Asker, operations: readonly Operation[]): Promise<AuditFinding[]> {
  const login = operations.find(({ method, template }) => method === 'POST' && LOGIN.test(template));
  if (login === undefined) return [];
  const email = `audit-${randomBytes(4).toString('hex')}@example.org`;
  const body = JSON.stringify({ email, username: email, password: 'not the password' });
  const statuses: number[] = [];
  for (let i = 0; i < TRIES; i++) {
    const answer = await asker.ask({
      method: 'POST',
      path: login.template,
      headers: { 'content-type': 'application/json' },
      body,
      purpose: 'wrong passwords for an account that does not exist',
    });
    if (answer === undefined) return [];
    const isAnnounced = ['ratelimit', 'ratelimit-limit', 'x-ratelimit-limit'].some((name) => headerOf(answer, name));
    if (answer.status === 429 || answer.status === 423 || isAnnounced) return [];
    statuses.push(answer.status);
  }
  // An endpoint that does not understand what was sent says nothing about passwords.
  if (!statuses.every((status) => status === 401 || status === 403)) return [];
  const what = `${TRIES} wrong passwords for one account were all looked at.`;
  const evidence = [`POST ${login.template} ${TRIES} times → ${statuses[0]}`];
  return [findingOf('missing-rate-limit', `POST ${login.template}`, what, evidence)];
}
