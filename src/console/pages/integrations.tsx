// Where messages go, how each way is doing, and what response plans do when something happens.
import { useState } from 'preact/hooks';
import type { ResponsePlanDocument } from '../../core/document.ts';
import type { ResponseAction } from '../../core/response-plan.ts';
import type { SinkOutcome, SinkState } from '../../core/sink.ts';
import { call, may } from '../api.ts';
import { Ago, Copyable, Page, Panel } from '../components/parts.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { say, sayError } from '../components/toasts.tsx';
import { bytes, duration, number } from '../format.ts';
import { useResource } from '../resource.ts';
import { phrase } from '../told.ts';
import { t, wordFor } from '../words.ts';

const EXAMPLE = `sinks:
  default:
    kind: slack
    url: https://hooks.slack.com/services/…`;

export function Integrations() {
  const sinks = useResource<{ items: readonly SinkState[] }>('/sinks', [], 5_000);
  const plans = useResource<{ items: readonly ResponsePlanDocument[] }>('/policies/response-plan', ['policy']);
  return (
    <Page title={t('nav.integrations')} lead={t('integrations.lead')}>
      <Panel title={t('integrations.sinks')}>
        <Loaded of={sinks}>
          {({ items }) =>
            items.length === 0 ? (
              <div class="stack">
                <Empty icon="integrations" title={t('integrations.none')}>
                  {t('integrations.none.more')}
                </Empty>
                <Copyable text={EXAMPLE} isFlat />
              </div>
            ) : (
              <ul class="list">
                {items.map((sink) => (
                  <OneSink key={sink.id} of={sink} reload={sinks.reload} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Panel>
      <Panel title={t('integrations.plans')} more={<a href="/policies">{t('integrations.plans.edit')}</a>}>
        <Loaded of={plans}>
          {({ items }) => (
            <ul class="list">
              {items.map((plan) => (
                <li key={plan.id} class="stack tight">
                  <span class="row wrap">
                    <strong>{plan.id}</strong>
                    <span class={`badge ${plan.mode === 'automatic' ? 'accent' : ''}`}>
                      {wordFor('plan', plan.mode)}
                    </span>
                    {plan.isDryRun && <span class="badge medium">{t('integrations.dry')}</span>}
                    {!plan.enabled && <span class="badge">{t('integrations.off')}</span>}
                  </span>
                  <span>{phrase(plan.description)}</span>
                  <span class="row wrap">
                    {plan.actions.map((action, i) => (
                      <span class="badge" key={i}>
                        {said(action)}
                      </span>
                    ))}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </Loaded>
      </Panel>
    </Page>
  );
}

function OneSink({ of, reload }: { readonly of: SinkState; readonly reload: () => void }) {
  const [isTesting, setTesting] = useState(false);
  const test = async (): Promise<void> => {
    setTesting(true);
    try {
      const outcome = await call<SinkOutcome>('POST', `/sinks/${encodeURIComponent(of.id)}/test`, {});
      if (outcome.kind === 'delivered') say(t('integrations.test.good', { id: of.id }));
      else say(t('integrations.test.bad', { id: of.id, code: outcome.code }), 'bad');
    } catch (error) {
      sayError(error);
    }
    setTesting(false);
    reload();
  };
  const dropped = of.dropped.full + of.dropped.expired + of.dropped.refused;
  return (
    <li class="row wrap spread">
      <span class="row">
        <i class={`dot ${of.state === 'failing' ? 'bad' : 'good'}`} />
        <span>
          <strong>{of.id}</strong> <span class="muted">{of.kind}</span>
          <span class="muted small" style={{ display: 'block' }}>
            {wordFor('sink', of.state)}
            {of.lastFailure !== undefined && of.state === 'failing' && (
              <>
                {' · '}
                {of.lastFailure.code} · <Ago at={of.lastFailure.at} />
              </>
            )}
            {of.lastDeliveredAt !== undefined && (
              <>
                {' · '}
                {t('integrations.last')} <Ago at={of.lastDeliveredAt} />
              </>
            )}
          </span>
        </span>
      </span>
      <span class="row wrap">
        <span class="badge">{t('integrations.delivered', { n: number(of.delivered) })}</span>
        <span class={`badge ${of.queuedMessages > 0 ? 'medium' : ''}`}>
          {t('integrations.queued', { n: number(of.queuedMessages), size: bytes(of.queuedBytes) })}
        </span>
        {dropped > 0 && <span class="badge critical">{t('integrations.dropped', { n: number(dropped) })}</span>}
        {!of.isDurable && <span class="badge critical">{t('integrations.memory')}</span>}
        {may('analyst') && (
          <button type="button" class="button" disabled={isTesting} onClick={() => void test()}>
            {isTesting ? t('integrations.testing') : t('integrations.test')}
          </button>
        )}
      </span>
    </li>
  );
}

function said(action: ResponseAction): string {
  if (action.kind === 'tag') return `${t('restrict.tag')}: ${action.tag}`;
  if (action.kind !== 'restrict') return `${wordFor('does', action.kind)}: ${action.sink}`;
  const first = action.durationsSeconds[0];
  return `${wordFor('restricted', action.action)}${first === undefined ? '' : ` · ${duration(first)}`}`;
}
