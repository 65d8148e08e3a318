// `sallyport policies list|diff|rollback`: the versions of the running gateway's policy, and the way back.
import type { CanaryState, PolicyDifference, PolicyVersionEntry } from '../admin/policy-life-context.ts';
import { type AdminAnswer, type AdminOptions, callAdmin, titleOf } from './admin-api.ts';

interface Listed {
  readonly live: string;
  readonly held?: { readonly files: string; readonly by: string; readonly at: number; readonly reason: string };
  readonly canary?: CanaryState;
  readonly items: readonly PolicyVersionEntry[];
}

export async function runPoliciesList(options: AdminOptions): Promise<number> {
  const answer = await callAdmin(options, '/policy-versions');
  if (!isGood(answer)) return failed(answer);
  const { live, held, canary, items } = answer.body as Listed;
  const lines = items.map(
    ({ version, at, by, action, reason, documents }) =>
      `${version === live ? '*' : ' '} ${version}  ${new Date(at).toISOString()}  ${action.padEnd(13)}  ${by}  ${documents} documents  ${reason}`,
  );
  if (held !== undefined) lines.push(`the files are ${held.files}, held back by ${held.by}: ${held.reason}`);
  if (canary !== undefined)
    lines.push(
      `canary ${canary.version} until ${new Date(canary.until).toISOString()}: ` +
        `${canary.canary.transactions} transactions, ${(100 * canary.canary.blockedShare).toFixed(1)} % blocked (others ${(100 * canary.others.blockedShare).toFixed(1)} %)`,
    );
  console.log(lines.join('\n'));
  return 0;
}

export async function runPoliciesDiff(from: string, to: string | undefined, options: AdminOptions): Promise<number> {
  let until = to;
  if (until === undefined) {
    const listed = await callAdmin(options, '/policy-versions');
    if (!isGood(listed)) return failed(listed);
    until = (listed.body as Listed).live;
  }
  const query = new URLSearchParams({ from, to: until });
  const answer = await callAdmin(options, `/policy-versions/difference?${query}`);
  if (!isGood(answer)) return failed(answer);
  const { added, removed, changed } = answer.body as PolicyDifference;
  const lines = [
    ...added.map(({ kind, id, source }) => `+ ${kind} ${id}  (${source})`),
    ...removed.map(({ kind, id, source }) => `- ${kind} ${id}  (${source})`),
    ...changed.flatMap(({ kind, id, source, changes }) => [
      `~ ${kind} ${id}  (${source})`,
      ...changes.map(
        ({ pointer, before, after }) =>
          `    ${pointer}: ${JSON.stringify(before) ?? 'absent'} → ${JSON.stringify(after) ?? 'absent'}`,
      ),
    ]),
  ];
  console.log(lines.length === 0 ? 'no difference' : lines.join('\n'));
  return 0;
}

export async function runPoliciesRollback(
  version: string | undefined,
  options: AdminOptions & { readonly reason: string },
): Promise<number> {
  const { reason } = options;
  const answer = await callAdmin(options, '/policy-versions/rollback', {
    reason,
    ...(version === undefined ? {} : { version }),
  });
  if (!isGood(answer)) return failed(answer);
  console.log(`${(answer.body as { version: string }).version} is live`);
  return 0;
}

type Good = Extract<AdminAnswer, { status: number }>;

function isGood(answer: AdminAnswer): answer is Good {
  return 'status' in answer && answer.status === 200;
}

function failed(answer: AdminAnswer): number {
  console.error('objection' in answer ? answer.objection : titleOf(answer.body));
  return 1;
}
