// One transaction explained: the findings, the rule that decided, the policy, and the smallest exception that would have let it pass.
import { useState } from 'preact/hooks';
import { actorKey } from '../../core/actor.ts';
import type { TransactionRecord } from '../../core/record.ts';
import { may } from '../api.ts';
import { Findings, type ShownFinding } from '../components/evidence.tsx';
import { ExceptionDialog } from '../components/exception-dialog.tsx';
import { ActionBadge, actorHref, Copyable, Endpoint, endpointHref, Facts, Page, Panel } from '../components/parts.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { bytes, dateTime, number } from '../format.ts';
import { useResource } from '../resource.ts';
import { t, wordFor } from '../words.ts';

interface Explained {
  readonly transaction: TransactionRecord;
  readonly rule: string;
  readonly policyVersion: string;
  readonly findings: readonly ShownFinding[];
  readonly smallestException: string;
}

export function Transaction({ id }: { readonly id: string }) {
  const explained = useResource<Explained>(`/explain/${encodeURIComponent(id)}`);
  const [isExcepting, setExcepting] = useState(false);
  return (
    <Loaded of={explained} lines={8}>
      {({ transaction, rule, policyVersion, findings, smallestException }) => (
        <Page
          title={`${transaction.method} ${transaction.path}`}
          tools={
            <>
              <ActionBadge action={transaction.action} />
              {smallestException !== '' && may('analyst') && (
                <button type="button" class="button" onClick={() => setExcepting(true)}>
                  {t('exception.title')}
                </button>
              )}
            </>
          }
        >
          <div class="grid">
            <div class="wide stack">
              <Panel title={t('column.findings')}>
                {findings.length === 0 ? <Empty title={t('transaction.clean')} /> : <Findings of={findings} />}
              </Panel>
              {smallestException !== '' && (
                <Panel title={t('transaction.exception')}>
                  <Copyable text={smallestException} isFlat />
                </Panel>
              )}
            </div>
            <Panel class="third" title={t('transaction.facts')}>
              <Facts
                of={[
                  [
                    t('transaction.id'),
                    <span key="id" class="mono small">
                      {transaction.id}
                    </span>,
                  ],
                  [t('column.time'), dateTime(transaction.receivedAt)],
                  [
                    t('column.endpoint'),
                    <a key="e" href={endpointHref(transaction.endpoint)}>
                      <Endpoint id={transaction.endpoint} />
                    </a>,
                  ],
                  [t('incident.route'), `${transaction.route} · ${wordFor('mode', transaction.mode)}`],
                  [t('column.code'), transaction.status === 0 ? t('evidence.gone') : transaction.status],
                  [t('transaction.rule'), rule],
                  [t('transaction.enforced'), wordFor('action', transaction.enforced)],
                  [
                    t('health.policy'),
                    <span key="p" class="mono">
                      {policyVersion}
                    </span>,
                  ],
                  [
                    t('column.client'),
                    <span key="c" class="mono">
                      {transaction.clientAddress}
                    </span>,
                  ],
                  [
                    t('column.actor'),
                    transaction.actors.map((actor) => (
                      <div key={actorKey(actor)} class="break">
                        <span class="muted small">{wordFor('actor', actor.kind)}</span>{' '}
                        <a href={actorHref(actorKey(actor))}>{actor.id}</a>
                      </div>
                    )),
                  ],
                  [
                    t('column.took'),
                    `${number(transaction.durationMs, 2)} ms${transaction.upstreamMs === undefined ? '' : ` (${t('transaction.upstream', { ms: number(transaction.upstreamMs, 2) })})`}`,
                  ],
                  [
                    t('transaction.sizes'),
                    `${bytes(transaction.requestBodyBytes)} → ${bytes(transaction.responseBodyBytes)}`,
                  ],
                  [
                    t('transaction.coverage'),
                    [wordFor('coverage', transaction.coverage), ...transaction.uninspected].join(', '),
                  ],
                  transaction.fault !== undefined ? [t('transaction.fault'), transaction.fault] : undefined,
                ]}
              />
            </Panel>
          </div>
          {isExcepting && <ExceptionDialog yaml={smallestException} onClose={() => setExcepting(false)} />}
        </Page>
      )}
    </Loaded>
  );
}
