// The figures behind an incident: the actor beside the threshold and everybody else.
import { duration, number } from '../format.ts';
import { figure as said } from '../told.ts';
import { t, wordFor } from '../words.ts';
import { Bars, Facts } from './parts.tsx';

/** Said elsewhere on the page, or meant for the sentence alone. */
const LEFT_OUT = new Set(['actor', 'endpoint', 'count', 'isEstimate', 'lastEndpoint']);

/** Figures on the same scale, the actor's own first. */
const COMPARED = ['value', 'threshold', 'p99', 'p999', 'mean', 'median', 'habit'] as const;

export function Figures({ of }: { readonly of: Readonly<Record<string, number | string>> }) {
  const compared = COMPARED.flatMap((name) => {
    const figure = of[name];
    return typeof figure === 'number' ? [{ name, figure }] : [];
  });
  const others = Object.entries(of).filter(
    ([name, figure]) => figure !== '' && !LEFT_OUT.has(name) && !compared.some((one) => one.name === name),
  );
  return (
    <div class="stack">
      {compared.length > 1 && (
        <Bars
          of={compared.map(({ name, figure }) => ({
            key: name,
            value: figure,
            said: number(figure, 2),
            look: name === 'value' ? 'critical' : '',
            label: wordFor('figure', name),
          }))}
        />
      )}
      {compared.length === 1 && <Facts of={[[wordFor('figure', compared[0]!.name), number(compared[0]!.figure, 2)]]} />}
      {others.length > 0 && (
        <Facts of={others.map(([name, figure]) => [wordFor('figure', name), figureSaid(name, figure)] as const)} />
      )}
      {compared.length === 0 && others.length === 0 && <p class="muted">{t('incident.figures.none')}</p>}
    </div>
  );
}

function figureSaid(name: string, figure: number | string): string {
  if (typeof figure === 'string') return said(figure);
  return name === 'windowSeconds' ? duration(figure) : number(figure, 2);
}
