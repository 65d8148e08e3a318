import { diffOf } from '../diff.ts';
import { t } from '../words.ts';

const SIGN = { same: '  ', plus: '+ ', minus: '- ', gap: '  ' } as const;

export function Diff({ before, after }: { readonly before: string; readonly after: string }) {
  if (before === after) return <p class="muted">{t('policies.same')}</p>;
  return (
    <div class="diff" tabIndex={0} role="region" aria-label={t('policies.diff')}>
      {diffOf(before, after).map(({ kind, text }, i) => (
        <div key={i} class={kind}>
          {SIGN[kind]}
          {text}
        </div>
      ))}
    </div>
  );
}
