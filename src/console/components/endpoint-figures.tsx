// Small pictures of what is normal at an endpoint: shares, hours of the day, ranges.
import type { LearnedRange } from '../../core/learned-endpoint.ts';
import { number, percent } from '../format.ts';
import { t } from '../words.ts';
import { Bars } from './parts.tsx';

export function Shares({ of }: { readonly of: readonly (readonly [string, number])[] }) {
  const all = of.reduce((sum, [, count]) => sum + count, 0);
  if (all === 0) return <p class="muted">{t('endpoints.auth.none')}</p>;
  return (
    <Bars
      of={of.map(([name, count]) => ({
        key: name,
        label: name,
        value: count,
        said: percent(count / all),
        look: name.startsWith('5') ? 'critical' : name.startsWith('4') ? 'medium' : '',
      }))}
    />
  );
}

export function Hours({ of }: { readonly of: readonly number[] }) {
  const max = Math.max(1, ...of);
  return (
    <figure>
      <div class="hours" role="img" aria-label={`${t('endpoint.hours')}: ${of.join(', ')}`}>
        {of.map((count, hour) => (
          <span key={hour} title={`${hour}:00 UTC · ${number(count)}`}>
            <i style={{ height: `${(count / max) * 100}%` }} />
          </span>
        ))}
      </div>
      <figcaption class="row spread muted small">
        <span>0</span>
        <span>6</span>
        <span>12</span>
        <span>18</span>
        <span>23 UTC</span>
      </figcaption>
    </figure>
  );
}

export function range({ p50, p99, count }: LearnedRange, said: (value: number) => string): string {
  return count === 0 ? '–' : `${said(p50)} · p99 ${said(p99)}`;
}
