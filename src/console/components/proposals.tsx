// What response plans propose and wait for a person to decide, with whom else it would meet, and the undo of what was done.
import { useState } from 'preact/hooks';
import type { Actor } from '../../core/actor.ts';
import { call, may } from '../api.ts';
import { duration, number } from '../format.ts';
import { useResource } from '../resource.ts';
import { phrase } from '../told.ts';
import { t, wordFor } from '../words.ts';
import { Ago, actorHref } from './parts.tsx';
import { say, sayError } from './toasts.tsx';

interface Proposal {
  readonly id: string;
  readonly plan: string;
  readonly incident: string;
  readonly actor: Actor;
  readonly action: string;
  readonly durationSeconds: number;
  readonly reason: string;
  readonly othersPerDay: number;
  readonly warning?: string;
  readonly confidencePercent: number;
  readonly createdAt: number;
  readonly status: 'waiting' | 'approved' | 'declined' | 'lapsed' | 'dry-run' | 'undone';
  readonly decidedBy?: string;
}

/** A page is about something else as well, and a phone shows less of it. */
const SHOWN_FIRST_MAX = matchMedia('(max-width: 820px)').matches ? 1 : 3;

/** Of one incident, or all that wait. Shows nothing when there are none. */
export function Proposals({ incident }: { readonly incident?: string }) {
  const path = incident === undefined ? '/proposals?status=waiting&limit=100' : '/proposals?limit=500';
  const { data, reload } = useResource<{ items: readonly Proposal[] }>(path, ['proposal', 'restrictions', 'incident']);
  const [isWhole, setWhole] = useState(false);
  const items = (data?.items ?? []).filter((one) => incident === undefined || one.incident === incident);
  const decide = async (id: string, decision: 'approve' | 'decline' | 'undo'): Promise<void> => {
    try {
      await call('PATCH', `/proposals/${id}`, { decision });
      say(wordFor('decided', decision));
    } catch (error) {
      sayError(error);
    }
    reload();
  };
  if (items.length === 0) return null;
  const shown = isWhole ? items : items.slice(0, SHOWN_FIRST_MAX);
  return (
    <div class="proposals">
      {shown.map((one) => (
        <div class={`note ${one.status === 'waiting' ? 'warn' : ''}`} key={one.id}>
          <span class="grow">
            <strong>
              {one.status === 'waiting' ? t('proposal.wants', { plan: one.plan }) : wordFor('proposal', one.status)}:
            </strong>{' '}
            {wordFor('restrict', one.action)}{' '}
            <a href={actorHref(`${one.actor.kind}:${one.actor.id}`)}>{one.actor.id}</a> ·{' '}
            {duration(one.durationSeconds)}
            <span class="muted small" style={{ display: 'block' }}>
              {(one.warning === undefined ? undefined : phrase(one.warning)) ??
                (one.othersPerDay === 0 ? t('block.alone') : t('block.others', { n: number(one.othersPerDay) }))}{' '}
              · <Ago at={one.createdAt} />
              {one.decidedBy !== undefined && ` · ${phrase(one.decidedBy)}`}
              {incident === undefined && (
                <>
                  {' · '}
                  <a href={`/incidents/${one.incident}`}>{one.incident}</a>
                </>
              )}
            </span>
          </span>
          {may('analyst') && one.status === 'waiting' && (
            <span class="row">
              <button type="button" class="button" onClick={() => void decide(one.id, 'decline')}>
                {t('proposal.decline')}
              </button>
              <button type="button" class="button main" onClick={() => void decide(one.id, 'approve')}>
                {t('proposal.approve')}
              </button>
            </span>
          )}
          {may('analyst') && one.status === 'approved' && (
            <button type="button" class="button" onClick={() => void decide(one.id, 'undo')}>
              {t('proposal.undo')}
            </button>
          )}
        </div>
      ))}
      {items.length > SHOWN_FIRST_MAX && (
        <button type="button" class="button" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? t('proposal.fewer') : t('proposal.all', { n: number(items.length) })}
        </button>
      )}
    </div>
  );
}
