// Where an actor stands among all others of its kind: a small picture for each figure in which it stands out.
import type { ActorPopulation, MeasuredPopulation } from '../../core/actor-population.ts';
import { compact, number, percent } from '../format.ts';
import { useResource } from '../resource.ts';
import { t, wordFor } from '../words.ts';

const SHOWN_MAX = 3;

export function Population({ actor }: { readonly actor: string }) {
  const { data } = useResource<ActorPopulation>(`/actors/${encodeURIComponent(actor)}/population`, [], 30_000);
  // One among few is no picture of anything.
  if (data === undefined || data.actors < 3) return null;
  const shown = [...data.measures]
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.belowShare - a.belowShare)
    .slice(0, SHOWN_MAX);
  return (
    <div class="stack populations">
      <h3>{t('population.title', { n: number(data.actors) })}</h3>
      {shown.map((one) => (
        <Distribution key={one.of} of={one} />
      ))}
    </div>
  );
}

function Distribution({ of: { of, value, belowShare, buckets } }: { readonly of: MeasuredPopulation }) {
  const most = Math.max(1, ...buckets.map(([, actors]) => actors));
  const own = buckets.findLastIndex(([from]) => from <= value);
  const said =
    belowShare < 0.01
      ? compact(value)
      : belowShare === 1
        ? t('population.most', { n: compact(value) })
        : t('population.said', { n: compact(value), share: percent(Math.min(0.99, belowShare)) });
  return (
    <figure>
      <figcaption class="row spread">
        <span>{wordFor('population', of)}</span>
        <span class="muted small">{said}</span>
      </figcaption>
      <div class="distribution" role="img" aria-label={`${wordFor('population', of)}: ${said}`}>
        {buckets.map(([from, actors], i) => (
          <span
            key={from}
            class={i === own ? 'own' : ''}
            title={`${rangeOf(from)}: ${t('population.actors', { n: number(actors) })}`}
          >
            <i
              style={{ height: `${actors === 0 ? 0 : Math.max(6, (Math.log1p(actors) / Math.log1p(most)) * 100)}%` }}
            />
          </span>
        ))}
      </div>
      <div class="row spread muted small" aria-hidden="true">
        <span>0</span>
        <span>{rangeOf(buckets.at(-1)![0])}</span>
      </div>
    </figure>
  );
}

function rangeOf(from: number): string {
  return from < 2 ? String(from) : `${compact(from)}–${compact(from * 2 - 1)}`;
}
