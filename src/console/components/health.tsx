// How the gateway, its store, its sinks and its nodes are doing, in a column of facts.
import type { NodeStatus } from '../../core/node-status.ts';
import type { Fault } from '../api.ts';
import { number } from '../format.ts';
import { useResource } from '../resource.ts';
import { t, wordFor } from '../words.ts';
import { Facts } from './parts.tsx';

export interface GatewayFacts {
  readonly mode: string;
  readonly scheme: string;
  readonly port: number;
}

export interface HealthFacts {
  readonly workers: { readonly serving: number; readonly wanted: number };
  readonly policyVersion: string;
  readonly documents: number;
  readonly faults: readonly Fault[];
  readonly restrictions: number;
  readonly store: { readonly kind: string; readonly state: string };
  readonly sinks: readonly { readonly id: string; readonly state: string; readonly queuedMessages: number }[];
}

export function Health({ of }: { readonly of: { readonly health: HealthFacts; readonly gateway: GatewayFacts } }) {
  const { health, gateway } = of;
  const nodes = useResource<{ items: readonly NodeStatus[] }>('/nodes', [], 15_000);
  const { serving, wanted } = health.workers;
  return (
    <Facts
      of={[
        [t('health.mode'), <strong key="mode">{wordFor('mode', gateway.mode)}</strong>],
        [t('health.gateway'), <span key="port" class="mono">{`${gateway.scheme}://…:${gateway.port}`}</span>],
        [
          t('health.workers'),
          <span key="workers" class="row">
            <i class={`dot ${serving === 0 ? 'bad' : serving < wanted ? 'warn' : 'good'}`} />
            {t('health.workers.of', { serving, wanted })}
          </span>,
        ],
        [
          t('health.policy'),
          <span key="policy" class="row">
            <i class={`dot ${health.faults.length > 0 ? 'bad' : 'good'}`} />
            <span class="mono">{health.policyVersion}</span>
          </span>,
        ],
        [t('health.documents'), number(health.documents)],
        [
          t('health.store'),
          <span key="store" class="row">
            <i class={`dot ${health.store.state === 'up' ? 'good' : 'bad'}`} />
            {wordFor('store', health.store.kind)} · {wordFor('store', health.store.state)}
          </span>,
        ],
        [
          t('health.sinks'),
          health.sinks.length === 0 ? (
            <a key="sinks" href="/integrations">
              {t('health.sinks.none')}
            </a>
          ) : (
            health.sinks.map(({ id, state, queuedMessages }) => (
              <a key={id} class="row" href="/integrations">
                <i class={`dot ${state === 'failing' ? 'bad' : 'good'}`} />
                {id}
                {queuedMessages > 0 && (
                  <span class="muted small">{t('health.sinks.queued', { n: number(queuedMessages) })}</span>
                )}
              </a>
            ))
          ),
        ],
        [
          t('health.nodes'),
          <a key="nodes" class="row" href="/nodes">
            {nodes.data === undefined ? (
              '–'
            ) : (
              <>
                <i class={`dot ${nodes.data.items.every(isWell) ? 'good' : 'warn'}`} />
                {number(nodes.data.items.length)}
              </>
            )}
          </a>,
        ],
        [
          t('health.restrictions'),
          <a key="restrictions" href="/blocks">
            {number(health.restrictions)}
          </a>,
        ],
      ]}
    />
  );
}

function isWell({ workers, store }: NodeStatus): boolean {
  return workers.serving >= workers.wanted && store.state === 'up';
}
