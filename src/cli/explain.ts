// `sallyport explain ID`: why a transaction was decided as it was, from the running gateway, in words or as JSON.
import type { Explanation } from '../admin/explanation.ts';
import { type AdminOptions, callAdmin, titleOf } from './admin-api.ts';
import { explanationText } from './explanation-text.ts';

export interface ExplainOptions extends AdminOptions {
  readonly format: string;
}

/** Resolves with the exit code: 1 when the gateway cannot be asked or does not remember the transaction. */
export async function runExplain(id: string, options: ExplainOptions): Promise<number> {
  const answer = await callAdmin(options, `/explain/${encodeURIComponent(id)}`);
  if ('objection' in answer || answer.status !== 200) {
    console.error('objection' in answer ? answer.objection : titleOf(answer.body));
    return 1;
  }
  const explanation = answer.body as Explanation;
  process.stdout.write(
    options.format === 'json' ? `${JSON.stringify(explanation, null, 2)}\n` : explanationText(explanation),
  );
  return 0;
}
