// What a candidate policy would do otherwise than the live one: newly blocked, no longer blocked, other findings; with examples.
import type { ComponentChildren } from 'preact';
import { dateTime, number } from '../format.ts';
import { t, wordFor } from '../words.ts';
import { Bars, Endpoint } from './parts.tsx';

interface Group {
  readonly name: string;
  readonly count: number;
}

interface Example {
  readonly transaction: string;
  readonly at: string;
  readonly clientAddress: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly findings: readonly { readonly id: string; readonly pointer: string; readonly policy: string }[];
}

interface Difference {
  readonly count: number;
  readonly byEndpoint: readonly Group[];
  readonly byActor: readonly Group[];
  readonly examples: readonly Example[];
}

export interface Comparison {
  readonly transactions: number;
  readonly newlyBlocked: Difference;
  readonly noLongerBlocked: Difference;
  readonly changedTags: Difference;
}

const KINDS = ['newlyBlocked', 'noLongerBlocked', 'changedTags'] as const;
const GROUPS_SHOWN_MAX = 6;
const LOOK = { newlyBlocked: 'critical', noLongerBlocked: 'good', changedTags: 'medium' } as const;

export function ComparisonReport({ of }: { readonly of: Comparison }) {
  const isSame = KINDS.every((kind) => of[kind].count === 0);
  return (
    <div class="stack">
      <dl class="tiles flat">
        <Tile name={t('comparison.transactions')}>{number(of.transactions)}</Tile>
        {KINDS.map((kind) => (
          <Tile key={kind} name={wordFor('comparison', kind)}>
            <span class={of[kind].count === 0 ? 'muted' : LOOK[kind]}>{number(of[kind].count)}</span>
          </Tile>
        ))}
      </dl>
      {isSame && of.transactions > 0 && <p class="note good">{t('comparison.same')}</p>}
      {KINDS.filter((kind) => of[kind].count > 0).map((kind) => (
        <OneKind key={kind} kind={kind} of={of[kind]} />
      ))}
    </div>
  );
}

function Tile({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div class="tile">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function OneKind({ kind, of }: { readonly kind: (typeof KINDS)[number]; readonly of: Difference }) {
  const bars = (groups: readonly Group[], label: (name: string) => ComponentChildren) => (
    <Bars
      of={groups.slice(0, GROUPS_SHOWN_MAX).map(({ name, count }) => ({
        key: name,
        label: label(name),
        value: count,
        said: number(count),
        look: LOOK[kind],
      }))}
    />
  );
  return (
    <section class="stack">
      <h3>{wordFor('comparison', kind)}</h3>
      <div class="halves">
        {bars(of.byEndpoint, (name) => (
          <Endpoint id={name} />
        ))}
        {bars(of.byActor, (name) => (
          <span class="mono">{name}</span>
        ))}
      </div>
      <ul class="list small">
        {of.examples.map((one) => (
          <li key={one.transaction} class="row spread top">
            <span class="grow break">
              <span class="mono">
                <span class="method">{one.method}</span> {one.path}
              </span>
              <span class="muted" style={{ display: 'block' }}>
                {one.clientAddress} · {dateTime(Date.parse(one.at))}
                {one.findings.map(({ id, pointer }) => ` · ${id} ${pointer}`).join('')}
              </span>
            </span>
            <a class="mono" href={`/transactions/${one.transaction}`}>
              {one.status}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
