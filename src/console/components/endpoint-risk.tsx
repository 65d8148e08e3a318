// How much a mistake at an endpoint would cost, what the score is the sum of, and what is open there: posture, drift, incidents.
import type { Severity } from '../../core/finding.ts';
import { number } from '../format.ts';
import { phrase, titleOf } from '../told.ts';
import { t, wordFor } from '../words.ts';
import { Bars, Panel, SeverityBadge } from './parts.tsx';
import { Empty } from './states.tsx';

export interface Risk {
  readonly score: number;
  readonly addends: readonly { readonly of: string; readonly why: string; readonly points: number }[];
}

export interface OpenFinding {
  readonly check: string;
  readonly title: string;
  readonly severity: Severity;
  readonly incident?: string;
  readonly isOfHost: boolean;
}

const SCORE_MAX = 10;

export function RiskPanel({ of }: { readonly of: Risk }) {
  return (
    <Panel class="third" title={t('endpoint.risk')}>
      <div class="stack">
        <p class="risk">
          {number(of.score, 1)} <small>{t('endpoint.risk.of', { n: SCORE_MAX })}</small>
        </p>
        <Bars
          max={Math.max(2.5, ...of.addends.map(({ points }) => points))}
          of={of.addends.map(({ of: addend, why, points }) => ({
            key: `${addend} ${why}`,
            label: <span title={phrase(why)}>{wordFor('risk', addend)}</span>,
            value: points,
            said: `+${number(points, 2)}`,
            look: riskLook(of.score),
          }))}
        />
        <ul class="list small">
          {of.addends.map(({ of: addend, why }) => (
            <li key={`${addend} ${why}`} class="break">
              {phrase(why)}
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  );
}

export function OpenFindings({ of }: { readonly of: readonly OpenFinding[] }) {
  return (
    <Panel class="third" title={t('endpoint.open')}>
      {of.length === 0 ? (
        <Empty icon="posture" title={t('endpoint.open.none')}>
          {t('endpoint.open.none.more')}
        </Empty>
      ) : (
        <ul class="list">
          {of.map(({ check, title, severity, incident, isOfHost }) => (
            <li key={`${check} ${isOfHost}`} class="row top">
              <SeverityBadge severity={severity} />
              <span class="grow">
                {incident === undefined ? (
                  titleOf(check, title)
                ) : (
                  <a href={`/incidents/${incident}`}>{titleOf(check, title)}</a>
                )}
                {isOfHost && <span class="muted small"> · {t('endpoint.open.host')}</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

export function RiskBadge({ of }: { readonly of: Risk }) {
  return (
    <span class={`badge ${riskLook(of.score)}`} title={of.addends.map(({ why }) => phrase(why)).join('\n')}>
      {number(of.score, 1)}
    </span>
  );
}

function riskLook(score: number): string {
  return score >= 7 ? 'critical' : score >= 5 ? 'high' : score >= 3 ? 'medium' : '';
}
