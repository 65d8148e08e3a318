// One incident: what happened, why it matters, what to do; the evidence; and everything a person can do about it.
import { useState } from 'preact/hooks';
import { actorKey } from '../../core/actor.ts';
import { INCIDENT_STATUSES, type Incident } from '../../core/incident.ts';
import { call, may } from '../api.ts';
import { act } from '../components/act.ts';
import { BlockDialog } from '../components/block-dialog.tsx';
import { ExceptionDialog } from '../components/exception-dialog.tsx';
import { Figures } from '../components/figures.tsx';
import { EvidencePanel, type Explained } from '../components/incident-evidence.tsx';
import { Assign, Comments, IncidentFacts, IncidentHistory } from '../components/incident-facts.tsx';
import { Ago, Confidence, Page, Panel, ResultBadge, Select, SeverityBadge } from '../components/parts.tsx';
import { Population } from '../components/population.tsx';
import { Proposals } from '../components/proposals.tsx';
import { Loaded } from '../components/states.tsx';
import { say } from '../components/toasts.tsx';
import { number } from '../format.ts';
import { useResource } from '../resource.ts';
import { told } from '../told.ts';
import { t, wordFor } from '../words.ts';

export function IncidentPage({ id }: { readonly id: string }) {
  const incident = useResource<Incident>(`/incidents/${encodeURIComponent(id)}`, ['incident', 'proposal']);
  return (
    <Loaded of={incident} lines={10}>
      {(data) => <Whole of={told(data)} reload={incident.reload} />}
    </Loaded>
  );
}

function Whole({ of, reload }: { readonly of: Incident; readonly reload: () => void }) {
  const [open, setOpen] = useState<'block' | 'exception' | 'assign' | undefined>();
  const trigger = of.evidence.findLast(({ position }) => position === 'trigger') ?? of.evidence[0];
  const explained = useResource<Explained>(trigger === undefined ? undefined : `/explain/${trigger.transactionId}`);
  const change = async (edit: object): Promise<void> => {
    await act(() => call('PATCH', `/incidents/${of.id}`, edit));
    reload();
  };
  const isAnalyst = may('analyst');
  return (
    <Page
      title={of.title}
      tools={
        <>
          <Select
            label={t('column.status')}
            value={of.status}
            isDisabled={!isAnalyst}
            options={INCIDENT_STATUSES.map((status) => [status, wordFor('status', status)] as const)}
            onChange={(status) => void change({ status })}
          />
          {isAnalyst && (
            <>
              <button type="button" class="button" onClick={() => setOpen('assign')}>
                {of.assignee === undefined ? t('incident.assign') : t('incident.assigned', { name: of.assignee })}
              </button>
              <button type="button" class="button" onClick={() => setOpen('exception')}>
                {t('incident.false')}
              </button>
              {of.actors.length > 0 && (
                <button type="button" class="button danger" onClick={() => setOpen('block')}>
                  {t('incident.block')}
                </button>
              )}
            </>
          )}
        </>
      }
    >
      <div class="row wrap">
        <SeverityBadge severity={of.severity} />
        <ResultBadge result={of.result} />
        <span class="badge">{wordFor('family', of.family)}</span>
        {of.owasp.map((one) => (
          <span class="badge accent" key={one}>
            {one}
          </span>
        ))}
        <Confidence percent={of.confidencePercent} />
        <span class="muted">
          {t('incident.times', { n: number(of.count) })} · <Ago at={of.lastSeen} />
        </span>
        <span class="mono muted small">{of.id}</span>
      </div>
      {of.mergedInto !== undefined && (
        <div class="note">
          {t('incident.merged')} <a href={`/incidents/${of.mergedInto}`}>{of.mergedInto}</a>
        </div>
      )}
      <Proposals incident={of.id} />
      <div class="grid">
        <div class="wide stack">
          <Panel title={t('incident.what')}>
            <div class="stack">
              <p class="break">{of.whatHappened}</p>
              <div>
                <h3>{t('incident.why')}</h3>
                <p class="break">{of.why}</p>
              </div>
              <div>
                <h3>{t('incident.todo')}</h3>
                <p class="break">{of.whatToDo}</p>
              </div>
            </div>
          </Panel>
          <EvidencePanel of={of.evidence} />
        </div>
        <div class="third stack">
          <Panel title={t('incident.figures')}>
            <Figures of={of.figures} />
            {of.actors[0] !== undefined && <Population actor={actorKey(of.actors[0])} />}
          </Panel>
          <Panel title={t('incident.facts')}>
            <IncidentFacts of={of} />
          </Panel>
          <Comments of={of} onAdd={(comment) => change({ comment })} />
          <IncidentHistory of={of} />
        </div>
      </div>
      {open === 'block' && (
        <BlockDialog
          actors={of.actors}
          reason={`${of.title} (${of.id})`}
          onClose={() => setOpen(undefined)}
          onDone={reload}
        />
      )}
      {open === 'exception' && (
        <ExceptionDialog
          yaml={explained.data?.smallestException || plainException(of)}
          onClose={() => setOpen(undefined)}
          onMark={() => change({ status: 'false-positive' })}
        />
      )}
      {open === 'assign' && (
        <Assign
          of={of}
          onClose={() => setOpen(undefined)}
          onAssign={async (assignee) => {
            setOpen(undefined);
            await change({ assignee });
            if (assignee !== null) say(t('incident.assigned', { name: assignee }));
          }}
        />
      )}
    </Page>
  );
}

/** Where no finding says the place: the detection at its endpoint. */
function plainException({ id, detection, endpoint }: Incident): string {
  const lines = [
    'kind: exception',
    `id: fp-${id}`,
    `detector: ${detection}`,
    ...(endpoint === '*' ? [] : ['match:', `  endpoint: ${JSON.stringify(endpoint)}`]),
    `reason: ${t('exception.reason')}`,
  ];
  return `${lines.join('\n')}\n`;
}
