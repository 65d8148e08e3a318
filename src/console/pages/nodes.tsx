// The gateways that share one store, and how each is doing.
import type { NodeStatus } from '../../core/node-status.ts';
import { Ago, Facts, Page, Panel } from '../components/parts.tsx';
import { Loaded } from '../components/states.tsx';
import { bytes, compact, number } from '../format.ts';
import { useResource } from '../resource.ts';
import { detectionName } from '../told.ts';
import { t, wordFor } from '../words.ts';

interface Listed {
  readonly own: string | undefined;
  readonly items: readonly NodeStatus[];
  readonly sizes: Readonly<Record<string, number>>;
}

const LATE_MS = 30_000;

export function Nodes() {
  const nodes = useResource<Listed>('/nodes', ['policy'], 5_000);
  return (
    <Page title={t('nav.nodes')} lead={t('nodes.lead')}>
      <Loaded of={nodes}>
        {({ own, items, sizes }) => (
          <>
            <div class="grid">
              {items.map((node) => (
                <Panel
                  key={node.node}
                  class="half"
                  title={node.hostname}
                  more={node.node === own && <span class="badge accent">{t('nodes.this')}</span>}
                >
                  <Facts
                    of={[
                      [
                        t('nodes.state'),
                        <State key="state" of={node} versions={items.map(({ policyVersion }) => policyVersion)} />,
                      ],
                      [t('health.mode'), `${wordFor('mode', node.mode)} · :${node.port}`],
                      [t('health.workers'), t('health.workers.of', { ...node.workers })],
                      [
                        t('health.policy'),
                        <span key="policy" class="mono">
                          {node.policyVersion}
                        </span>,
                      ],
                      [
                        t('nodes.store'),
                        <span key="store" class="row">
                          <i class={`dot ${node.store.state === 'up' ? 'good' : 'bad'}`} />
                          {wordFor('store', node.store.kind)}
                          {node.store.reason !== undefined && ` · ${node.store.reason}`}
                        </span>,
                      ],
                      [t('nodes.received'), compact(node.received)],
                      [t('nodes.dropped'), number(node.recordsDropped)],
                      [t('nodes.memory'), bytes(node.memoryBytes)],
                      [t('nodes.started'), <Ago key="started" at={node.startedAt} />],
                      [t('nodes.heard'), <Ago key="heard" at={node.at} />],
                      [t('nodes.runtime'), node.runtime],
                      [
                        'ID',
                        <span key="id" class="mono small">
                          {node.node}
                        </span>,
                      ],
                    ]}
                  />
                </Panel>
              ))}
              <Panel class="half" title={t('nodes.sizes')} more={<span class="muted">{t('nodes.sizes.more')}</span>}>
                <ul class="counts">
                  {Object.entries(sizes).map(([name, entries]) => (
                    <li key={name}>
                      <span class="muted" title={name}>
                        {sizeName(name)}
                      </span>
                      <span class="numeric">{number(entries)}</span>
                    </li>
                  ))}
                </ul>
              </Panel>
            </div>
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** Detections by their names, the others by words of their own. */
function sizeName(name: string): string {
  const detection = detectionName(name);
  return detection === name ? wordFor('size', name) : detection;
}

function State({ of, versions }: { readonly of: NodeStatus; readonly versions: readonly string[] }) {
  const problem =
    Date.now() - of.at > LATE_MS
      ? t('nodes.silent')
      : of.workers.serving < of.workers.wanted
        ? t('nodes.fewer')
        : of.policyFaults > 0
          ? t('nodes.refused')
          : new Set(versions).size > 1
            ? t('nodes.versions')
            : undefined;
  return (
    <span class="row">
      <i class={`dot ${problem === undefined ? 'good' : 'warn'}`} />
      {problem ?? t('nodes.good')}
    </span>
  );
}
